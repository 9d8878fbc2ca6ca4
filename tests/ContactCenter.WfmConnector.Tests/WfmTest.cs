using ContactCenter.Wfm.V1;
using Dapper;
using Grpc.Net.Client;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace ContactCenter.WfmConnector.Tests;

/// <summary>The service on a database and a virtual host of its own, spoken to as Insights and callers do.</summary>
public abstract class WfmTest(TestServers servers) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private WebApplication _app = null!;
    private GrpcChannel _channel = null!;
    private IBusControl _bus = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IntervalService.IntervalServiceClient Intervals { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(Cancellation);
        var broker = await servers.CreateVirtualHostAsync(Cancellation);
        _app = WfmConnectorHost.Create(
        [
            $"--ConnectionStrings:database={_database.ConnectionString}",
            $"--ConnectionStrings:rabbitmq={broker}",
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
            .. TestKey.Settings("wfm.read"),
            .. TestKey.SecretSettings,
            .. TestOutputLog.Settings,
        ]);
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new TestOutputLog());
        await _app.StartAsync(Cancellation);
        // The service runs before its queues are bound; until then nothing that is published here would reach it.
        await _app.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Cancellation);
        // Endpoints are bound in the order of their names.
        _channel = GrpcChannel.ForAddress(_app.Urls.First(), new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        Intervals = new(_channel);
        _bus = Bus.Factory.CreateUsingRabbitMq(bus => bus.Host(new Uri(broker)));
        await _bus.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _bus.StopAsync(CancellationToken.None);
        _channel.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Publishes messages and waits until all have had their effect.</summary>
    protected async Task PublishAsync(params object[] messages)
    {
        var before = await ConsumedAsync();
        foreach (var message in messages)
            await _bus.Publish(message, context => context.MessageId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), Cancellation);
        await Eventually.TrueAsync(async () => await ConsumedAsync() == before + messages.Length);
    }

    private async Task<long> ConsumedAsync()
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        return await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM durable.inbox_messages");
    }
}

using ContactCenter.Crm.V1;
using ContactCenter.Durable;
using ContactCenter.Operations.V1;
using ContactCenter.ServiceDefaults;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace ContactCenter.CrmConnector.Tests;

/// <summary>The service on a database of its own, spoken to as its callers do.</summary>
public abstract class CrmTest(TestServers servers) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private string _broker = "";
    private WebApplication _app = null!;
    private GrpcChannel _channel = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Calls any method.</summary>
    protected CallInvoker Invoker => _channel.CreateCallInvoker();

    protected ConnectorService.ConnectorServiceClient Connectors { get; private set; } = null!;

    protected OperationsService.OperationsServiceClient Operations { get; private set; } = null!;

    protected OperationService.OperationServiceClient Work { get; private set; } = null!;

    protected SessionLinkService.SessionLinkServiceClient Links { get; private set; } = null!;

    /// <summary>Where browsers reach the service.</summary>
    protected Uri Http { get; private set; } = null!;

    protected virtual string[] Scopes => ["crm.read", "crm.write", "crm.operate", "crm.admin", "crm.agent"];

    protected virtual string[] Settings => ["--Crm:RequireExternalStorage=false"];

    /// <summary>The virtual host of the service; a test that looks at what is published takes one of its own.</summary>
    protected virtual Task<string> TakeVirtualHostAsync(TestServers servers) => servers.ShareVirtualHostAsync();

    public virtual async ValueTask InitializeAsync()
    {
        _broker = await TakeVirtualHostAsync(servers);
        _database = await servers.CreateDatabaseAsync("crm", (empty, cancellation) => Create(empty).Services.GetRequiredService<Migrator>().MigrateAsync(cancellation), Cancellation);
        await StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        await servers.DropVirtualHostAsync(_broker);
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The settings of the service, which another process may get too.</summary>
    protected IReadOnlyList<string> Arguments => ArgumentsFor(_database.ConnectionString);

    /// <summary>Runs a statement in the service's database.</summary>
    protected async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>Stops the service and starts it on what it has stored.</summary>
    protected async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>All that the database holds about connectors, as text.</summary>
    protected async Task<string> DumpAsync()
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(
            """
            SELECT string_agg(t, ' ') FROM (
              SELECT c::text || encode(definition, 'escape') AS t FROM crm.connectors c
              UNION ALL SELECT r::text || encode(definition, 'escape') FROM crm.connector_revisions r
              UNION ALL SELECT s::text FROM crm.connector_secrets s
              UNION ALL SELECT a::text FROM durable.audit_entries a) all_of_it(t)
            """);
        return (string)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    /// <summary>Starts a bus on the service's broker.</summary>
    protected async Task<IBusControl> StartBusAsync()
    {
        // The service runs before its queues are bound; until then nothing that is published here would reach it.
        await _app.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Cancellation);
        var bus = Bus.Factory.CreateUsingRabbitMq(bus => bus.Host(new Uri(_broker)));
        await bus.StartAsync(Cancellation);
        return bus;
    }

    /// <summary>How many messages the service has consumed.</summary>
    protected async Task<long> ConsumedAsync()
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand("SELECT count(*) FROM durable.inbox_messages");
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    /// <summary>Receives what the service publishes of a kind.</summary>
    protected async Task<(IBusControl Bus, Task<T> Received)> ReceiveAsync<T>()
        where T : class
    {
        var received = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var bus = Bus.Factory.CreateUsingRabbitMq(bus =>
        {
            bus.Host(new Uri(_broker));
            bus.ReceiveEndpoint(typeof(T).Name, endpoint => endpoint.Handler<T>(context =>
            {
                received.TrySetResult(context.Message);
                return Task.CompletedTask;
            }));
        });
        await bus.StartAsync(Cancellation);
        return (bus, received.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
    }

    /// <summary>Checks that a call is refused, and which fields it names, each with what its description begins with.</summary>
    protected static async Task FailsAsync<T>(StatusCode code, string reason, AsyncUnaryCall<T> call, params string[] fields)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
        var violations = failure.GetRpcStatus()?.GetDetail<BadRequest>()?.FieldViolations.Select(violation => (violation.Field, violation.Description)) ?? [];
        Assert.Equal(fields.Select(field => field.Split(' ')[0]), violations.Select(violation => violation.Field));
        Assert.All(fields.Zip(violations), pair => Assert.StartsWith(pair.First.Split(' ', 2) is [_, var begin] ? begin : "", pair.Second.Description, StringComparison.Ordinal));
    }

    protected static string NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    protected async Task StartAsync()
    {
        _app = Create(_database.ConnectionString);
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new TestOutputLog());
        await _app.StartAsync(Cancellation);
        // Endpoints are bound in the order of their names.
        _channel = GrpcChannel.ForAddress(_app.Urls.First(), new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        Http = new(_app.Urls.Last());
        Connectors = new(_channel);
        Operations = new(_channel);
        Work = new(_channel);
        Links = new(_channel);
    }

    private WebApplication Create(string database) => CrmConnectorHost.Create([.. ArgumentsFor(database)]);

    private IReadOnlyList<string> ArgumentsFor(string database) =>
    [
        $"--ConnectionStrings:database={database}",
        $"--ConnectionStrings:rabbitmq={_broker}",
        "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
        "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
        .. TestKey.Settings(Scopes),
        .. TestKey.SecretSettings,
        .. TestOutputLog.Settings,
        .. Settings,
    ];

    protected async Task StopAsync()
    {
        _channel.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}

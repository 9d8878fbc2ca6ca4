using System.Net;
using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.Wfm.V1;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace ContactCenter.WfmConnector.Tests;

/// <summary>The service on a database and a virtual host of its own, spoken to as Insights, callers and CXone do.</summary>
public abstract class WfmTest(TestServers servers) : IAsyncLifetime
{
    protected const string AccessKeyId = "AKIA-0123456789-WXYZ";
    protected const string SecretKey = "s3cr3t-0123456789-abcdefgh";

    private TestDatabase _database = null!;
    private string _broker = "";
    private WebApplication _app = null!;
    private GrpcChannel _channel = null!;
    private IBusControl _bus = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Calls any method.</summary>
    protected CallInvoker Invoker => _channel.CreateCallInvoker();

    protected TestTime Time { get; } = new();

    protected CxoneStub Cxone { get; private set; } = null!;

    protected string ConnectionString => _database.ConnectionString;

    protected IServiceProvider Services => _app.Services;

    protected IntervalService.IntervalServiceClient Intervals => new(_channel);

    protected AdherenceService.AdherenceServiceClient Adherence => new(_channel);

    protected AgentStateService.AgentStateServiceClient States => new(_channel);

    protected ConnectionService.ConnectionServiceClient Connections => new(_channel);

    protected MappingService.MappingServiceClient Mappings => new(_channel);

    protected ReportService.ReportServiceClient Reports => new(_channel);

    protected WireProfileService.WireProfileServiceClient Profiles => new(_channel);

    /// <summary>Settings besides the usual ones.</summary>
    protected virtual IEnumerable<string> Settings => [];

    /// <summary>Time at the start: soon after what is told, as nobody tells of a contact for ever.</summary>
    protected virtual string Start => "13:00:00";

    /// <summary>The virtual host of this test; one of its own where it consumes.</summary>
    protected virtual Task<string> TakeBrokerAsync() => servers.CreateVirtualHostAsync(Cancellation);

    public virtual async ValueTask InitializeAsync()
    {
        Time.Set(Told.At(Start));
        _broker = await TakeBrokerAsync();
        Cxone = await CxoneStub.StartAsync();
        _database = await servers.CreateDatabaseAsync("wfm", (empty, cancellation) => Create(empty).Services.GetRequiredService<Migrator>().MigrateAsync(cancellation), Cancellation);
        await StartAsync();
        _bus = Bus.Factory.CreateUsingRabbitMq(bus => bus.Host(new Uri(_broker)));
        await _bus.StartAsync(Cancellation);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _bus.StopAsync(CancellationToken.None);
        await StopAsync();
        await Cxone.DisposeAsync();
        await servers.DropVirtualHostAsync(_broker);
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task StartAsync()
    {
        _app = await StartHostAsync();
        // Endpoints are bound in the order of their names.
        _channel = GrpcChannel.ForAddress(_app.Urls.First(), new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
    }

    /// <summary>Starts a process of the service beside the others.</summary>
    protected async Task<WebApplication> StartHostAsync()
    {
        var app = Create(_database.ConnectionString);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new TestOutputLog());
        await app.StartAsync(Cancellation);
        // The service runs before its queues are bound; until then nothing that is published here would reach it.
        await app.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Cancellation);
        return app;
    }

    private WebApplication Create(string database) => WfmConnectorHost.Create(
        [
            $"--ConnectionStrings:database={database}",
            $"--ConnectionStrings:rabbitmq={_broker}",
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
            $"--Egress:AllowList:0={Cxone.AllowEntry}",
            "--Wfm:RealTime:FlushAfter=00:00:00.050",
            "--Wfm:Reports:RatePerMinute=600",
            .. Settings,
            .. TestKey.Settings(Time, "wfm.read", "wfm.write", "wfm.operate", "wfm.admin"),
            .. TestKey.SecretSettings,
            .. TestOutputLog.Settings,
        ],
        Time);

    /// <summary>What orchestrators are told of the service.</summary>
    protected async Task<(HttpStatusCode Code, string Status)> HealthAsync()
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"{_app.Urls.Last()}/health"), Cancellation);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement.GetProperty("status").GetString()!);
    }

    protected async Task StopAsync()
    {
        _channel.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    /// <summary>Publishes messages and waits until all have had their effect.</summary>
    protected async Task PublishAsync(params object[] messages)
    {
        var before = await CountAsync("SELECT count(*) FROM durable.inbox_messages");
        foreach (var message in messages)
            await _bus.Publish(message, context => context.MessageId = Guid.CreateVersion7(Time.GetUtcNow()), Cancellation);
        await Eventually.TrueAsync(async () => await CountAsync("SELECT count(*) FROM durable.inbox_messages") == before + messages.Length);
    }

    /// <summary>Hears of events of one kind from now on.</summary>
    protected async Task ListenAsync<T>(Action<T> hear)
        where T : class
    {
        var endpoint = _bus.ConnectReceiveEndpoint(receive =>
        {
            // One after the other, as they were published.
            receive.PrefetchCount = 1;
            receive.Handler<T>(context =>
            {
                hear(context.Message);
                return Task.CompletedTask;
            });
        });
        await endpoint.Ready.WaitAsync(Cancellation);
    }

    protected async Task<long> CountAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        return await connection.ExecuteScalarAsync<long>(sql);
    }

    /// <summary>Configures the connection and connects.</summary>
    protected async Task ConnectAsync()
    {
        await ConfigureAsync();
        await Connections.ConnectAsync(new(), cancellationToken: Cancellation);
        await Eventually.TrueAsync(async () => (await ReadConnectionAsync()).State == ConnectionState.Connected);
    }

    protected async Task<Connection> ReadConnectionAsync() => (await Connections.GetConnectionAsync(new(), cancellationToken: Cancellation)).Connection;

    protected async Task<Connection> ConfigureAsync(Action<UpdateConnectionRequest>? change = null)
    {
        var request = new UpdateConnectionRequest
        {
            Connection = new() { ServiceUrl = Cxone.Url + "/", AccessKeyId = AccessKeyId, SecretKey = SecretKey, Etag = (await ReadConnectionAsync()).Etag },
        };
        change?.Invoke(request);
        return (await Connections.UpdateConnectionAsync(request, cancellationToken: Cancellation)).Connection;
    }

    /// <summary>Works out the reports of the example day's part, as a caller has it done.</summary>
    protected async Task<RestateIntervalsResponse> RestateAsync(string start, string end, bool push = false, bool remap = false, bool validateOnly = false) => await Intervals.RestateIntervalsAsync(
        new() { StartTime = Told.At(start).ToTimestamp(), EndTime = Told.At(end).ToTimestamp(), Reason = "test", Push = push, Remap = remap, ValidateOnly = validateOnly }, cancellationToken: Cancellation);

    /// <summary>Works late facts in at once, as the service does every few seconds.</summary>
    protected Task SealAsync() => _app.Services.GetRequiredService<WfmConnector.Intervals.IntervalSealer>().RunAsync(Cancellation);

    /// <summary>The newest report of a kind and interval as it is stored.</summary>
    protected async Task<(Report Report, string Body)> ReportAsync(string start, ReportKind kind)
    {
        var list = await Reports.ListReportsAsync(
            new() { StartTime = Told.At(start).ToTimestamp(), EndTime = Told.At(start).AddMinutes(15).ToTimestamp() }, cancellationToken: Cancellation);
        var newest = list.Reports.Where(report => report.Kind == kind).MaxBy(report => report.Revision)!;
        var full = await Reports.GetReportAsync(new() { ReportId = newest.ReportId }, cancellationToken: Cancellation);
        return (full.Report, full.Body.ToStringUtf8());
    }

    protected static async Task FailsAsync(StatusCode status, string reason, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal((status, reason), (failure.StatusCode, ContactCenter.ServiceDefaults.RpcErrors.ReasonOf(failure)));
    }
}

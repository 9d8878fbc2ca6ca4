using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Dapper;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace ContactCenter.InsightsEnrichment.Tests;

/// <summary>The service on a database and a virtual host of its own, spoken to as senders and callers do.</summary>
public abstract class InsightsTest(TestServers servers) : IAsyncLifetime
{
    protected const string PublicBaseUrl = "https://insights.example.com";
    protected const string Token = "12345";
    protected const string CustomerIdKey = "test-customer-key-0123456789abcdef";

    private const string Callbacks = "/ingest/twilio/taskrouter";
    private const string EventStreams = "/ingest/twilio/event-streams";

    private WebApplication? _app;
    private GrpcChannel? _channel;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected TestServers Servers { get; } = servers;

    protected TestDatabase Database { get; private set; } = null!;

    protected string Broker { get; private set; } = null!;

    protected string GrpcAddress { get; private set; } = null!;

    protected HttpClient Http { get; private set; } = null!;

    protected GrpcChannel Channel => _channel!;

    protected IServiceProvider Services => _app!.Services;

    protected ConversationService.ConversationServiceClient Conversations { get; private set; } = null!;

    protected CustomerService.CustomerServiceClient Customers { get; private set; } = null!;

    protected QuarantineService.QuarantineServiceClient Quarantine { get; private set; } = null!;

    protected WarningService.WarningServiceClient Warnings { get; private set; } = null!;

    /// <summary>Connects the service to its database; a test may name another server.</summary>
    protected virtual Task<string> ConnectAsync() => Task.FromResult(Database.ConnectionString);

    /// <summary>The virtual host of this test; one of its own where it consumes.</summary>
    protected virtual Task<string> TakeBrokerAsync() => Servers.ShareVirtualHostAsync();

    /// <summary>Settings besides the usual ones; an empty value removes one.</summary>
    protected virtual IEnumerable<string> Settings => [];

    /// <summary>What the test's API key may do.</summary>
    protected virtual string[] Scopes => ["insights.read", "insights.write", "insights.operate", "insights.raw.phi"];

    public virtual async ValueTask InitializeAsync()
    {
        Broker = await TakeBrokerAsync();
        Database = await Servers.CreateDatabaseAsync("insights", (empty, cancellation) => Create(empty).Services.GetRequiredService<Migrator>().MigrateAsync(cancellation), Cancellation);
        await StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Servers.DropVirtualHostAsync(Broker);
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task StartAsync()
    {
        _app = await RunAsync();
        // Endpoints are bound in the order of their names.
        var addresses = _app.Urls.ToList();
        GrpcAddress = addresses[0];
        _channel = GrpcChannel.ForAddress(GrpcAddress, new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        Conversations = new(_channel);
        Customers = new(_channel);
        Quarantine = new(_channel);
        Warnings = new(_channel);
        Http = new() { BaseAddress = new Uri(addresses[1]) };
    }

    protected async Task StopAsync()
    {
        if (_app is null)
            return;
        Http.Dispose();
        _channel!.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Starts a bus of others on the virtual host of this test.</summary>
    protected async Task<IBusControl> StartBusAsync()
    {
        // The service runs before its queues are bound; until then nothing that is published here would reach it.
        await Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Cancellation);
        var bus = Bus.Factory.CreateUsingRabbitMq(bus => bus.Host(new Uri(Broker)));
        await bus.StartAsync(Cancellation);
        return bus;
    }

    /// <summary>Starts a process of the service; one more than the test's own is a second replica.</summary>
    protected async Task<WebApplication> RunAsync()
    {
        var app = Create(await ConnectAsync());
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new TestOutputLog());
        await app.StartAsync(Cancellation);
        return app;
    }

    private WebApplication Create(string database) => InsightsEnrichmentHost.Create(
    [
        $"--ConnectionStrings:database={database}",
        $"--ConnectionStrings:rabbitmq={Broker}",
        $"--PublicBaseUrl={PublicBaseUrl}",
        $"--Twilio:Accounts:0:AccountSid={TaskLife.AccountSid}",
        $"--Twilio:Accounts:0:WorkspaceSids:0={TaskLife.WorkspaceSid}",
        $"--Twilio:Accounts:0:AuthTokens:0={Token}",
        $"--Customers:IdKey={CustomerIdKey}",
        "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
        "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
        .. TestKey.Settings(Scopes),
        .. TestKey.SecretSettings,
        .. TestOutputLog.Settings,
        .. Settings,
    ]);

    /// <summary>Posts a callback as TaskRouter does.</summary>
    protected Task<HttpResponseMessage> PostAsync(IReadOnlyDictionary<string, string> form, string? signature = null) =>
        PostFormAsync(FormOf.Bytes(form), signature ?? Signer.Sign(Token, PublicBaseUrl + Callbacks, form));

    /// <summary>Posts a form body with a signature, or without.</summary>
    protected async Task<HttpResponseMessage> PostFormAsync(byte[] body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Callbacks) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        if (signature is not null)
            request.Headers.Add("X-Twilio-Signature", signature);
        return await Http.SendAsync(request, Cancellation);
    }

    /// <summary>Posts all events of a life, each answered before the next is sent.</summary>
    protected async Task SendAsync(IEnumerable<IReadOnlyDictionary<string, string>> forms)
    {
        foreach (var form in forms)
        {
            using var answer = await PostAsync(form);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
    }

    /// <summary>Posts an Event Streams body as the sink does.</summary>
    protected async Task<HttpResponseMessage> PostStreamAsync(byte[] body, string? statedHash = null)
    {
        var target = $"{EventStreams}?bodySHA256={statedHash ?? Convert.ToHexStringLower(SHA256.HashData(body))}";
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("X-Twilio-Signature", Signer.Sign(Token, PublicBaseUrl + target, []));
        return await Http.SendAsync(request, Cancellation);
    }

    protected async Task<T> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    /// <summary>Number of stored events by status, such as <c>processed 12, duplicate 1</c>.</summary>
    protected Task<string> StatusesAsync() =>
        QueryAsync<string>("SELECT coalesce(string_agg(status || ' ' || n, ', ' ORDER BY status), '') FROM (SELECT status, count(*) AS n FROM insights.raw_events GROUP BY status) s");

    /// <summary>Waits until every stored event has been decided about.</summary>
    protected Task SettledAsync() =>
        Eventually.TrueAsync(async () => await QueryAsync<long>("SELECT count(*) FROM insights.raw_events WHERE status = 'received'") == 0);

    /// <summary>A conversation, by its id.</summary>
    protected async Task<Conversation> ConversationAsync(string conversationId) =>
        (await Conversations.GetConversationAsync(new() { ConversationId = conversationId }, cancellationToken: Cancellation)).Conversation;

    /// <summary>Segments of a task by start, as rows of the worked examples.</summary>
    protected async Task<IReadOnlyList<string>> RowsAsync(string taskSid)
    {
        var answer = await Conversations.ListSegmentsAsync(new() { Filter = new() { TaskSid = taskSid } }, cancellationToken: Cancellation);
        return [.. answer.Segments.Select(segment => string.Join('|',
            segment.Kind, segment.Attributes.GetValueOrDefault("queue"), segment.AgentName, segment.StartTime.ToDateTime().ToString("HH:mm:ss", null), segment.MeasuredQueueTime?.Seconds,
            segment.MeasuredRingTime?.Seconds, segment.MeasuredTalkTime?.Seconds, segment.MeasuredWrapUpTime?.Seconds, segment.Attributes["abandoned"],
            segment.Attributes.GetValueOrDefault("outcome")))];
    }

    /// <summary>Checks that a call is refused, and by the name of which field; null for none.</summary>
    protected static async Task FailsAsync<T>(StatusCode code, string reason, string? field, Func<AsyncUnaryCall<T>> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
        Assert.Equal(field, failure.GetRpcStatus()?.GetDetail<BadRequest>()?.FieldViolations[0].Field);
    }

    protected static async Task<string?> ReasonOfAsync(HttpResponseMessage answer)
    {
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return problem.RootElement.GetProperty("reason").GetString();
    }
}

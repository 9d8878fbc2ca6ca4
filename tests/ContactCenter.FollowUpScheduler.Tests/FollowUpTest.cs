using ContactCenter.Durable;
using ContactCenter.FollowUps.V1;
using ContactCenter.Operations.V1;
using ContactCenter.ServiceDefaults;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Record = ContactCenter.FollowUps.V1.Record;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace ContactCenter.FollowUpScheduler.Tests;

/// <summary>The service on a database and in a time of its own, with the systems that it polls and sends by.</summary>
public abstract class FollowUpTest(TestServers servers) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private WebApplication _app = null!;
    private GrpcChannel _channel = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Calls any method.</summary>
    protected CallInvoker Invoker => _channel.CreateCallInvoker();

    /// <summary>2 March 2026, 08:00 UTC, until a test lets it pass.</summary>
    protected ManualTimeProvider Time { get; } = new();

    /// <summary>The system that is polled.</summary>
    internal FakeSystem Itsm { get; private set; } = null!;

    /// <summary>The RBM API.</summary>
    internal FakeSystem Rbm { get; private set; } = null!;

    protected string Broker { get; private set; } = "";

    protected Uri Http { get; private set; } = null!;

    protected IServiceProvider Services => _app.Services;

    protected FollowUpService.FollowUpServiceClient FollowUps { get; private set; } = null!;

    protected IntegrationService.IntegrationServiceClient Integrations { get; private set; } = null!;

    protected ChannelService.ChannelServiceClient Channels { get; private set; } = null!;

    protected DirectoryService.DirectoryServiceClient People { get; private set; } = null!;

    protected PollService.PollServiceClient Polls { get; private set; } = null!;

    protected RecordService.RecordServiceClient Records { get; private set; } = null!;

    protected HistoryService.HistoryServiceClient History { get; private set; } = null!;

    protected OperationsService.OperationsServiceClient Operations { get; private set; } = null!;

    protected virtual IEnumerable<string> Settings => [];

    /// <summary>The virtual host of the service; a test that consumes takes one of its own.</summary>
    protected virtual Task<string> TakeVirtualHostAsync(TestServers servers) => servers.ShareVirtualHostAsync();

    public virtual async ValueTask InitializeAsync()
    {
        (Itsm, Rbm) = (await FakeSystem.StartAsync(Cancellation), await FakeSystem.StartAsync(Cancellation));
        Broker = await TakeVirtualHostAsync(servers);
        _database = await servers.CreateDatabaseAsync("followups", (empty, cancellation) => Create(empty).Services.GetRequiredService<Migrator>().MigrateAsync(cancellation), Cancellation);
        await StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        await servers.DropVirtualHostAsync(Broker);
        await _database.DisposeAsync();
        await Itsm.DisposeAsync();
        await Rbm.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task StartAsync()
    {
        _app = Create(_database.ConnectionString);
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new TestOutputLog());
        await _app.StartAsync(Cancellation);
        // Endpoints are bound in the order of their names.
        _channel = GrpcChannel.ForAddress(_app.Urls.First(), new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        Http = new(_app.Urls.Last());
        (FollowUps, Integrations, Channels, People) = (new(_channel), new(_channel), new(_channel), new(_channel));
        (Polls, Records, History, Operations) = (new(_channel), new(_channel), new(_channel), new(_channel));
    }

    private WebApplication Create(string database) => FollowUpSchedulerHost.Create(
        [
            $"--ConnectionStrings:database={database}",
            $"--ConnectionStrings:rabbitmq={Broker}",
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
            $"--Egress:AllowList:0={Itsm.Authority}",
            $"--Egress:AllowList:1={Rbm.Authority}",
            "--Egress:AssumedReplicas=1",
            $"--FollowUps:AnswerKeys:Current={Examples.AnswerKey}",
            $"--FollowUps:Rbm:BaseUrl=http://{Rbm.Authority}",
            .. TestKey.Settings(Time, "followups.read", "followups.write", "followups.operate", "followups.admin"),
            .. TestKey.SecretSettings,
            .. TestOutputLog.Settings,
            .. Settings,
        ],
        Time);

    protected async Task StopAsync()
    {
        _channel.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    /// <summary>Stores the integration, the RBM channel and the user ana that the examples name.</summary>
    protected async Task PrepareAsync()
    {
        await Integrations.CreateIntegrationAsync(new() { Integration = Examples.Integration($"http://{Itsm.Authority}/tickets") }, cancellationToken: Cancellation);
        await Channels.CreateChannelAsync(new() { Channel = Examples.RbmChannel() }, cancellationToken: Cancellation);
        await People.BatchUpsertUsersAsync(new() { Users = { Examples.Ana() } }, cancellationToken: Cancellation);
    }

    /// <summary>Stores a follow-up and waits for its first poll if it is ACTIVE.</summary>
    protected async Task<FollowUp> CreateAsync(FollowUp followUp)
    {
        var created = (await FollowUps.CreateFollowUpAsync(new() { FollowUp = followUp }, cancellationToken: Cancellation)).FollowUp;
        if (created.Status == FollowUpStatus.Active)
            await PolledAsync(created.FollowUpId, 1);
        return created;
    }

    /// <summary>Lets time pass once nothing is under way that it would cut short.</summary>
    protected async Task PassAsync(TimeSpan time)
    {
        // Twice in a row: between a job and the next one there may be a message.
        var quiet = 0;
        await Eventually.TrueAsync(async () =>
        {
            var queues = (await Operations.ListQueuesAsync(new() { PageSize = 1_000 }, cancellationToken: Cancellation)).Queues;
            quiet = queues.All(queue => queue is { Running: 0, OldestDueAge: null }) ? quiet + 1 : 0;
            return quiet == 2;
        });
        Time.Advance(time);
    }

    /// <summary>Waits until so many polls have ended.</summary>
    /// <returns>The newest.</returns>
    protected async Task<Poll> PolledAsync(string followUpId, int polls)
    {
        var found = new List<Poll>();
        await Eventually.TrueAsync(async () =>
        {
            found = [.. (await Polls.ListPollsAsync(new() { FollowUpId = followUpId, PageSize = 1_000 }, cancellationToken: Cancellation)).Polls];
            return found.Count(poll => poll.State != PollState.Running) >= polls;
        });
        return (await Polls.GetPollAsync(new() { PollId = found[0].PollId }, cancellationToken: Cancellation)).Poll;
    }

    protected async Task<IReadOnlyList<Notification>> NotificationsAsync(string followUpId) =>
        (await Records.ListNotificationsAsync(new() { FollowUpId = followUpId, PageSize = 1_000 }, cancellationToken: Cancellation)).Notifications;

    protected async Task<Record> RecordAsync(string followUpId, string id) =>
        (await Records.ListRecordsAsync(new() { FollowUpId = followUpId, ReconciliationId = id }, cancellationToken: Cancellation)).Records.Single();

    /// <summary>Waits until so many notifications were sent.</summary>
    protected async Task<IReadOnlyList<Notification>> SentAsync(string followUpId, int count)
    {
        IReadOnlyList<Notification> sent = [];
        await Eventually.TrueAsync(async () => (sent = [.. (await NotificationsAsync(followUpId)).Where(notification => notification.SentTime is not null)]).Count >= count);
        Assert.Equal(count, sent.Count);
        return sent;
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
}

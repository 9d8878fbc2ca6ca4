using System.Collections.Concurrent;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.Limits;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace ContactCenter.Egress.Tests.Limits;

/// <summary>Calls against a real server and a real Redis, with time moved by hand.</summary>
public sealed class BreakerTests(TestServers servers)
{
    private readonly ManualTimeProvider _time = new();
    private readonly Events _events = new();
    private string _status = "500";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Rule("EGR-22")]
    public async Task Opens_after_the_20th_call_although_every_fifth_succeeds()
    {
        await using var world = await StartAsync();

        for (var call = 1; call <= 20; call++)
        {
            Assert.Empty(_events.Changes);
            await world.CallAsync(call % 5 == 0 ? "200" : "500", itemId: $"job-{call}");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var change = Assert.Single(_events.Changes);
        Assert.Equal((true, "job-20"), (change.IsOpen, change.ExampleItemId));
        var refused = (await world.CallAsync("200")).Failure!;
        Assert.Equal(("BREAKER_OPEN", EgressDecision.Wait, TimeSpan.FromSeconds(29)), (refused.Reason, refused.Decision, refused.Delay!.Value));
        Assert.Equal(20, world.Server.Requests);
    }

    [Theory]
    [Rule("EGR-22")]
    [InlineData("500", 19)]
    [InlineData("429", 20)]
    [InlineData("404", 20)]
    public async Task Stays_closed(string status, int calls)
    {
        await using var world = await StartAsync();

        for (var call = 0; call < calls; call++)
            await world.CallAsync(status);

        Assert.Empty(_events.Changes);
        Assert.True((await world.CallAsync("200")).IsSuccess);
    }

    [Fact]
    [Rule("EGR-22")]
    public async Task Failures_older_than_the_window_do_not_count()
    {
        await using var world = await StartAsync();
        for (var call = 0; call < 19; call++)
            await world.CallAsync("500");
        _time.Advance(TimeSpan.FromSeconds(60));

        await world.CallAsync("500");

        Assert.Empty(_events.Changes);
    }

    [Fact]
    [Rule("EGR-23")]
    public async Task Probes_one_at_a_time_over_all_replicas_close_or_reopen_it()
    {
        await using var world = await StartAsync();
        await using var other = await StartAsync(world);
        await world.OpenAsync();

        // A failing probe opens it for twice as long.
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(500, (await other.CallAsync("500")).Response!.Status);
        Assert.Equal(TimeSpan.FromSeconds(60), (await world.CallAsync("200")).Failure!.Delay);

        // While one probe is under way nobody else calls.
        _time.Advance(TimeSpan.FromSeconds(60));
        world.Hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = world.Server.Requests;
        var probe = world.CallAsync("200");
        await Eventually.TrueAsync(() => world.Server.Requests == before + 1);
        Assert.Equal("BREAKER_OPEN", (await other.CallAsync("200")).Failure!.Reason);
        world.Hold.SetResult();
        Assert.True((await probe).IsSuccess);

        // Two more successes close it.
        Assert.True((await other.CallAsync("200")).IsSuccess);
        Assert.Equal(TimeSpan.Zero, (await world.Gate.StatusAsync(world.Destination)).OpenFor);
        Assert.True((await world.CallAsync("200")).IsSuccess);
        Assert.Null((await other.Gate.StatusAsync(world.Destination)).OpenFor);
        Assert.Equal([true, true, false], _events.Changes.Select(change => change.IsOpen));
    }

    [Fact]
    [Rule("EGR-23")]
    public async Task A_probe_whose_caller_gave_up_makes_room_for_the_next()
    {
        await using var world = await StartAsync();
        await world.OpenAsync();
        _time.Advance(TimeSpan.FromSeconds(30));
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        world.Hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = world.Server.Requests;

        var probe = world.CallAsync("200", cancellationToken: caller.Token);
        await Eventually.TrueAsync(() => world.Server.Requests == before + 1);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        world.Hold.SetResult();

        await Eventually.TrueAsync(async () => (await world.CallAsync("200")).IsSuccess);
    }

    [Fact]
    [Rule("EGR-23")]
    public async Task An_operator_closes_it_for_all_replicas_and_others_were_never_affected()
    {
        await using var world = await StartAsync();
        await using var other = await StartAsync(world);
        await world.OpenAsync();

        Assert.True((await world.CallAsync("200", destination: world.Destination with { Name = "second" })).IsSuccess);
        Assert.Equal("BREAKER_OPEN", (await other.CallAsync("200")).Failure!.Reason);
        var reset = world.Destination with { BreakerResets = 1 };
        Assert.True((await world.CallAsync("200", destination: reset)).IsSuccess);

        Assert.True((await other.CallAsync("200")).IsSuccess);
    }

    private async Task<World> StartAsync(World? sharedWith = null)
    {
        var database = sharedWith is null ? await servers.CreateRedisDatabaseAsync(Cancel) : null;
        var connection = database?.ConnectionString ?? sharedWith!.ConnectionString;
        var redis = await ConnectionMultiplexer.ConnectAsync(connection);
        var world = new World(this, database, connection, redis, sharedWith?.Server);
        return world;
    }

    private sealed class Events : IBreakerObserver
    {
        public ConcurrentQueue<BreakerChanged> Changes { get; } = new();

        public void BreakerChanged(BreakerChanged change) => Changes.Enqueue(change);
    }

    /// <summary>One replica, and the server it calls.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly BreakerTests _test;
        private readonly TestRedis? _database;
        private readonly ConnectionMultiplexer _redis;
        private readonly bool _ownsServer;
        private readonly EgressFixture _egress;

        public World(BreakerTests test, TestRedis? database, string connectionString, ConnectionMultiplexer redis, RawServer? server)
        {
            _test = test;
            _database = database;
            ConnectionString = connectionString;
            _redis = redis;
            _ownsServer = server is null;
            Server = server ?? RawServer.Start(ServeAsync);
            Destination = Destination.For("t", Server.Origin);
            _egress = EgressFixture.Create([Server.AllowEntry], services => services
                .AddSingleton<IConnectionMultiplexer>(redis)
                .AddSingleton<IBreakerObserver>(test._events)
                .AddSingleton<TimeProvider>(test._time));
        }

        public string ConnectionString { get; }

        public RawServer Server { get; }

        public Destination Destination { get; }

        public TaskCompletionSource? Hold { get; set; }

        public DestinationGate Gate => _egress.Get<DestinationGate>();

        public Task<EgressOutcome> CallAsync(
            string status, string? itemId = null, Destination? destination = null, CancellationToken? cancellationToken = null)
        {
            _test._status = status;
            return _egress.Client.SendAsync(
                new EgressRequest(destination ?? Destination, HttpMethod.Get, Server.Origin + "/") { ReservationId = itemId }, cancellationToken ?? Cancel);
        }

        public async Task OpenAsync()
        {
            for (var call = 0; call < 20; call++)
                await CallAsync("500");
            Assert.Single(_test._events.Changes);
        }

        public async ValueTask DisposeAsync()
        {
            await _egress.DisposeAsync();
            if (_ownsServer)
                await Server.DisposeAsync();
            await _redis.CloseAsync();
            if (_database is not null)
                await _database.DisposeAsync();
        }

        private async Task ServeAsync(Stream stream, RawServer server, CancellationToken cancellationToken)
        {
            while (await server.ReadRequestAsync(stream, cancellationToken) is not null)
            {
                if (Hold is { } hold)
                    await hold.Task.WaitAsync(cancellationToken);
                var answer = $"HTTP/1.1 {_test._status} X\r\nContent-Length: 0\r\n\r\n";
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer), cancellationToken);
            }
        }
    }
}

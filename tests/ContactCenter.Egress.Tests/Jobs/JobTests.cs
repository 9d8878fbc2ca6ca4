using System.Collections.Concurrent;
using System.Text;
using ContactCenter.Durable;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.OAuth;
using ContactCenter.Egress.Tests.OAuth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Egress.Tests.Jobs;

/// <summary>Durable jobs that call a real server: what becomes of a job by what the server does.</summary>
public sealed class JobTests(JobHost host) : IClassFixture<JobHost>
{
    private readonly string _path = host.NextPath();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private int Requests => Heads.Count;

    private IReadOnlyList<string> Heads => host.Heads(_path);

    private string Answer
    {
        set => host.Answers[_path] = value;
    }

    [Fact]
    [Rule("EGR-13")]
    [Rule("EGR-16")]
    public async Task A_job_is_tried_again_with_the_same_idempotency_key_until_it_succeeds()
    {
        Answer = "503 X";
        var id = await EnqueueAsync("call.fast");
        await Eventually.TrueAsync(() => Requests >= 2);
        Answer = "204 X";
        await Eventually.TrueAsync(async () => await FindAsync(id) is null);

        Assert.InRange(Requests, 3, 5);
        Assert.All(Heads, head => Assert.Contains($"\r\nIdempotency-Key: {id}\r\n", head));
        Assert.Null(await LetterAsync(id));
    }

    [Theory]
    [Rule("EGR-13")]
    [Rule("EGR-17")]
    [InlineData("429 X\r\nRetry-After: 120", 120, 132)]
    [InlineData("503 X\r\nRetry-After: 120", 120, 132)]
    [InlineData("429 X\r\nRetry-After: -5", 4, 6)]
    [InlineData("503 X\r\nRetry-After: soon", 4, 6)]
    [InlineData("500 X\r\nRetry-After: 120", 4, 6)]
    [InlineData("429 X\r\nRetry-After: 172800", 86_400, 95_040, "call.week")]
    public async Task The_next_attempt_is_after_RetryAfter_or_the_delay_of_the_policy(string answer, double least, double most, string kind = "call")
    {
        Answer = answer;
        var id = await EnqueueAsync(kind);
        await Eventually.TrueAsync(async () => await FindAsync(id) is { IsWaiting: true, Attempt: 1 });

        var job = (await FindAsync(id))!;
        // A moment has passed since the answer.
        Assert.InRange(job.Delay.TotalSeconds, least - 1, most);
    }

    [Theory]
    [Rule("EGR-7")]
    [Rule("EGR-13")]
    [Rule("EGR-18")]
    [InlineData("302 X\r\nLocation: https://169.254.169.254/", "FINAL", "redirect")]
    [InlineData("503 X\r\nwebhook-delivery: abort-message", "FINAL", "503")]
    [InlineData("404 X", "FINAL", "404")]
    [InlineData("429 X\r\nRetry-After: 172800", "MAX_AGE", "429")]
    public async Task These_answers_make_a_dead_letter_at_once(string answer, string reason, string errorClass)
    {
        Answer = answer;
        var id = await EnqueueAsync("call");
        await Eventually.TrueAsync(async () => await LetterAsync(id) is not null);

        Assert.Equal((reason, errorClass, 1), await LetterAsync(id));
        Assert.Equal(1, Requests);
    }

    [Fact]
    [Rule("EGR-13")]
    [Rule("EGR-23")]
    public async Task A_job_behind_an_open_breaker_waits_and_uses_no_attempt()
    {
        Answer = "500 X";
        for (var call = 0; call < 20; call++)
            await host.Egress.Client.SendAsync(new EgressRequest(Destination.For(_path, host.Origin), HttpMethod.Get, host.Origin + _path), Cancel);

        var id = await EnqueueAsync("call");
        await Eventually.TrueAsync(async () => await FindAsync(id) is { IsWaiting: true, Fence: > 0 });

        var job = (await FindAsync(id))!;
        Assert.Equal(0, job.Attempt);
        Assert.InRange(job.Delay.TotalSeconds, 20, 30);
        Assert.Equal(20, Requests);
    }

    [Fact]
    [Rule("EGR-13")]
    [Rule("EGR-19")]
    public async Task Throttled_jobs_move_to_their_slots_and_use_no_attempt()
    {
        Answer = "204 X";
        var ids = new List<Guid>();
        for (var job = 0; job < 8; job++)
            ids.Add(await EnqueueAsync("call", rate: 6));
        await Eventually.TrueAsync(async () =>
        {
            foreach (var id in ids)
            {
                if (await FindAsync(id) is { } job)
                    Assert.InRange(job.Attempt, 0, 1);
                Assert.Null(await LetterAsync(id));
            }

            return Requests == ids.Count;
        });

        Assert.Equal(ids.Count, Heads.Distinct().Count());
    }

    [Fact]
    [Rule("EGR-28")]
    public async Task A_job_whose_grant_was_refused_waits_without_attempt_or_age_until_it_is_authorised_again()
    {
        var grants = host.Egress.Get<GrantStore>();
        await grants.SaveAsync(host.World.RefreshGrant() with { RefreshToken = "refresh-token-used" }, Cancel);
        Answer = "204 X";
        var id = await EnqueueAsync("call", grant: "crm");
        var before = (await FindAsync(id))!;
        await Eventually.TrueAsync(async () => await FindAsync(id) is { IsWaiting: true, Fence: > 0 });

        var job = (await FindAsync(id))!;
        Assert.Equal(0, job.Attempt);
        Assert.InRange(job.Delay.TotalSeconds, 50, 61);
        Assert.InRange((job.EnqueuedTime - before.EnqueuedTime).TotalSeconds, 59, 61);
        Assert.Equal(0, Requests);

        await grants.SaveAsync(host.World.RefreshGrant(), Cancel);
        await EnqueueAsync("call", grant: "crm");
        await Eventually.TrueAsync(() => Requests == 1);
    }

    private async Task<Guid> EnqueueAsync(string kind, string? grant = null, double rate = 50)
    {
        await using var transaction = await host.Egress.Get<DurableDatabase>().BeginAsync(Cancel);
        var job = transaction.Enqueue(kind, new Call(host.Origin, _path, grant, rate));
        await transaction.CommitAsync(Cancel);
        return job.Id;
    }

    private async Task<Waiting?> FindAsync(Guid id)
    {
        await using var command = host.World.Source.CreateCommand(
            "SELECT attempt, due_time - clock_timestamp(), due_time > enqueued_time AND lease_end IS NULL, fence, enqueued_time FROM durable.jobs WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        return await reader.ReadAsync(Cancel)
            ? new Waiting(reader.GetInt32(0), reader.GetTimeSpan(1), reader.GetBoolean(2), reader.GetInt64(3), reader.GetDateTime(4))
            : null;
    }

    private async Task<(string Reason, string ErrorClass, int Attempts)?> LetterAsync(Guid id)
    {
        await using var command = host.World.Source.CreateCommand("SELECT reason, error_class, attempts FROM durable.dead_letters WHERE item_id = $1");
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        return await reader.ReadAsync(Cancel) ? (reader.GetString(0), reader.GetString(1), reader.GetInt32(2)) : null;
    }

    private sealed record Waiting(int Attempt, TimeSpan Delay, bool IsWaiting, long Fence, DateTime EnqueuedTime);
}

/// <summary>What a job of these tests calls.</summary>
internal sealed record Call(string Origin, string Path, string? Grant, double Rate);

/// <summary>Does it.</summary>
internal sealed class CallJob(EgressClient egress) : IJobHandler
{
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var call = job.Payload<Call>();
        var target = Destination.For(call.Path, call.Origin);
        if (call.Rate < 50)
            target = target with { Rate = new RateLimit { PerSecond = call.Rate, Burst = 12 } };
        var request = new EgressRequest(target, HttpMethod.Post, call.Origin + call.Path) { GrantId = call.Grant };
        (await egress.SendAsync(request.Of(job), cancellationToken)).EnsureSuccess();
    }
}

/// <summary>A service with a worker, and a server that answers each path as its test says.</summary>
public sealed class JobHost : IAsyncLifetime
{
    private readonly TestServers _servers;
    private readonly RawServer _server;
    private IHostedService _worker = null!;
    private int _paths;

    public JobHost(TestServers servers)
    {
        _servers = servers;
        _server = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            while (await server.ReadRequestAsync(stream, cancellationToken) is { } request)
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {Answers[request.Split(' ')[1]]}\r\nContent-Length: 0\r\n\r\n"), cancellationToken);
        });
    }

    internal ConcurrentDictionary<string, string> Answers { get; } = new();

    internal GrantFixture World { get; private set; } = null!;

    internal EgressFixture Egress { get; private set; } = null!;

    internal string Origin => _server.Origin;

    public async ValueTask InitializeAsync()
    {
        World = await GrantFixture.CreateAsync(_servers);
        Egress = EgressFixture.CreateWithJobs(
            [_server.AllowEntry, World.Provider.AllowEntry],
            services => services.AddLogging(),
            durable => durable.AddJob<CallJob>("call").AddJob<CallJob>("call.fast", RetryPolicy.Fast).AddJob<CallJob>("call.week", RetryPolicy.Week),
            ("ConnectionStrings:database", World.ConnectionString),
            ("ConnectionStrings:rabbitmq", "amqp://nobody@127.0.0.1:1/"));
        // Only the worker is started: nothing is published here, so that no broker is needed.
        _worker = Egress.Get<IEnumerable<IHostedService>>().Single(service => service.GetType().Name == "JobWorker");
        await _worker.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.StopAsync(CancellationToken.None);
        await Egress.DisposeAsync();
        await World.DisposeAsync();
        await _server.DisposeAsync();
    }

    internal string NextPath() => $"/call-{Interlocked.Increment(ref _paths)}";

    internal IReadOnlyList<string> Heads(string path) => [.. _server.Heads.Where(head => head.Contains($" {path} HTTP", StringComparison.Ordinal))];
}

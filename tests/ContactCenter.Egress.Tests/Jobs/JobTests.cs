using System.Text;
using ContactCenter.Durable;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.OAuth;
using ContactCenter.Egress.Tests.OAuth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Egress.Tests.Jobs;

/// <summary>Durable jobs that call a real server: what becomes of a job by what the server does.</summary>
public sealed class JobTests : IAsyncLifetime
{
    private readonly TestServers _servers;
    private readonly RawServer _server;
    private GrantFixture _world = null!;
    private EgressFixture _egress = null!;
    private IHostedService _worker = null!;
    private string _answer = "";

    public JobTests(TestServers servers)
    {
        _servers = servers;
        _server = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            while (await server.ReadRequestAsync(stream, cancellationToken) is not null)
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {Volatile.Read(ref _answer)}\r\nContent-Length: 0\r\n\r\n"), cancellationToken);
        });
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _world = await GrantFixture.CreateAsync(_servers);
        _egress = EgressFixture.CreateWithJobs(
            [_server.AllowEntry, _world.Provider.AllowEntry],
            services => services.AddLogging(),
            durable => durable.AddJob<CallJob>("call").AddJob<CallJob>("call.fast", RetryPolicy.Fast),
            ("ConnectionStrings:database", _world.ConnectionString),
            ("ConnectionStrings:rabbitmq", "amqp://nobody@127.0.0.1:1/"));
        // Nothing is published here, so that no broker is needed.
        _worker = _egress.Get<IEnumerable<IHostedService>>().Single(service => service.GetType().Name == "JobWorker");
        await _worker.StartAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.StopAsync(CancellationToken.None);
        await _egress.DisposeAsync();
        await _world.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    [Rule("EGR-13")]
    [Rule("EGR-16")]
    public async Task A_job_is_tried_again_with_the_same_idempotency_key_until_it_succeeds()
    {
        _answer = "503 X";
        var id = await EnqueueAsync("call.fast");
        await Eventually.TrueAsync(() => _server.Requests >= 2);
        _answer = "204 X";
        await Eventually.TrueAsync(async () => await FindAsync(id) is null);

        Assert.InRange(_server.Requests, 3, 5);
        Assert.All(_server.Heads, head => Assert.Contains($"\r\nIdempotency-Key: {id}\r\n", head));
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
    public async Task The_next_attempt_is_after_RetryAfter_or_the_delay_of_the_policy(string answer, double least, double most)
    {
        _answer = answer;
        var id = await EnqueueAsync("call");
        await Eventually.TrueAsync(async () => await FindAsync(id) is { IsWaiting: true, Attempt: 1 });

        var job = (await FindAsync(id))!;
        Assert.InRange(job.Delay.TotalSeconds, least, most + 1);
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
        _answer = answer;
        var id = await EnqueueAsync("call");
        await Eventually.TrueAsync(async () => await LetterAsync(id) is not null);

        Assert.Equal((reason, errorClass, 1), await LetterAsync(id));
        Assert.Equal(1, _server.Requests);
    }

    [Fact]
    [Rule("EGR-13")]
    [Rule("EGR-23")]
    public async Task A_job_behind_an_open_breaker_waits_and_uses_no_attempt()
    {
        _answer = "500 X";
        for (var call = 0; call < 20; call++)
            await _egress.Client.SendAsync(new EgressRequest(CallJob.Target(_server.Origin), HttpMethod.Get, _server.Origin + "/"), Cancel);

        var id = await EnqueueAsync("call");
        await Eventually.TrueAsync(async () => await FindAsync(id) is { IsWaiting: true, Fence: > 0 });

        var job = (await FindAsync(id))!;
        Assert.Equal(0, job.Attempt);
        Assert.InRange(job.Delay.TotalSeconds, 20, 30);
        Assert.Equal(20, _server.Requests);
    }

    [Fact]
    [Rule("EGR-13")]
    [Rule("EGR-19")]
    public async Task Throttled_jobs_move_to_their_slots_and_use_no_attempt()
    {
        _answer = "204 X";
        var ids = new List<Guid>();
        for (var job = 0; job < 8; job++)
            ids.Add(await EnqueueAsync("call", rate: 2));
        await Eventually.TrueAsync(async () =>
        {
            foreach (var id in ids)
            {
                if (await FindAsync(id) is { } job)
                    Assert.InRange(job.Attempt, 0, 1);
                Assert.Null(await LetterAsync(id));
            }

            return _server.Requests == ids.Count;
        });

        Assert.Equal(ids.Count, _server.Heads.Distinct().Count());
    }

    [Fact]
    [Rule("EGR-28")]
    public async Task A_job_whose_grant_was_refused_waits_without_attempt_or_age_until_it_is_authorised_again()
    {
        var grants = _egress.Get<GrantStore>();
        await grants.SaveAsync(_world.RefreshGrant() with { RefreshToken = "refresh-token-used" }, Cancel);
        _answer = "204 X";
        var id = await EnqueueAsync("call", grant: "crm");
        var before = (await FindAsync(id))!;
        await Eventually.TrueAsync(async () => await FindAsync(id) is { IsWaiting: true, Fence: > 0 });

        var job = (await FindAsync(id))!;
        Assert.Equal(0, job.Attempt);
        Assert.InRange(job.Delay.TotalSeconds, 50, 61);
        Assert.InRange((job.EnqueuedTime - before.EnqueuedTime).TotalSeconds, 59, 61);
        Assert.Equal(0, _server.Requests);

        await grants.SaveAsync(_world.RefreshGrant(), Cancel);
        await EnqueueAsync("call", grant: "crm");
        await Eventually.TrueAsync(() => _server.Requests == 1);
    }

    private async Task<Guid> EnqueueAsync(string kind, string? grant = null, double rate = 50)
    {
        await using var transaction = await _egress.Get<DurableDatabase>().BeginAsync(Cancel);
        var job = transaction.Enqueue(kind, new Call(_server.Origin, grant, rate));
        await transaction.CommitAsync(Cancel);
        return job.Id;
    }

    private async Task<Waiting?> FindAsync(Guid id)
    {
        await using var command = _world.Source.CreateCommand(
            "SELECT attempt, due_time - clock_timestamp(), due_time > enqueued_time AND lease_end IS NULL, fence, enqueued_time FROM durable.jobs WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        return await reader.ReadAsync(Cancel)
            ? new Waiting(reader.GetInt32(0), reader.GetTimeSpan(1), reader.GetBoolean(2), reader.GetInt64(3), reader.GetDateTime(4))
            : null;
    }

    private async Task<(string Reason, string ErrorClass, int Attempts)?> LetterAsync(Guid id)
    {
        await using var command = _world.Source.CreateCommand("SELECT reason, error_class, attempts FROM durable.dead_letters WHERE item_id = $1");
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        return await reader.ReadAsync(Cancel) ? (reader.GetString(0), reader.GetString(1), reader.GetInt32(2)) : null;
    }

    private sealed record Waiting(int Attempt, TimeSpan Delay, bool IsWaiting, long Fence, DateTime EnqueuedTime);

    private sealed record Call(string Origin, string? Grant, double Rate);

    private sealed class CallJob(EgressClient egress) : IJobHandler
    {
        public static Destination Target(string origin) => Destination.For("t", origin);

        public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
        {
            var call = job.Payload<Call>();
            var target = Target(call.Origin);
            if (call.Rate < 50)
                target = target with { Rate = new RateLimit { PerSecond = call.Rate, Burst = 4 } };
            var request = new EgressRequest(target, HttpMethod.Post, call.Origin + "/call") { GrantId = call.Grant };
            (await egress.SendAsync(request.Of(job), cancellationToken)).EnsureSuccess();
        }
    }
}

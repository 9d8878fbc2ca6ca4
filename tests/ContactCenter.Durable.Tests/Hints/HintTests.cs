using System.Collections.Concurrent;
using System.Diagnostics;
using ContactCenter.Durable.Hints;
using ContactCenter.Durable.Jobs;
using ContactCenter.Durable.Outbox;
using ContactCenter.Durable.Tests.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace ContactCenter.Durable.Tests.Hints;

public sealed class HintTests(TestServers servers) : JobTest(servers)
{
    // Polls grow to 5 s within this time: after 6.3 s comes one, and the next after 11.3 s.
    private static readonly TimeSpan UntilIdle = TimeSpan.FromSeconds(7);

    [Fact]
    [Rule("DUR-40")]
    public async Task What_one_process_commits_wakes_another_within_250_ms()
    {
        await using var database = await Servers.CreateRedisDatabaseAsync(Cancellation);
        var writer = await StartProcessAsync(database.ConnectionString);
        var other = await StartProcessAsync(database.ConnectionString);
        await SubscribedAsync(database, processes: 2);
        var (jobs, outbox) = (other.Services.GetRequiredService<JobQueue>().Signal, other.Services.GetRequiredService<WakeSignal>());
        var latencies = new List<TimeSpan>();
        for (var i = 0; i < 50; i++)
        {
            await EnqueueAsync(writer, i);
            var start = Stopwatch.GetTimestamp();
            Assert.True(await jobs.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
            latencies.Add(Stopwatch.GetElapsedTime(start));
        }

        await PublishAsync(writer, "k", 1);
        Assert.True(await outbox.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
        Assert.True(latencies.Order().ElementAt(latencies.Count / 2) < TimeSpan.FromMilliseconds(250), string.Join(' ', latencies));
    }

    [Fact]
    [Rule("DUR-40")]
    public async Task A_thousand_commits_make_no_more_than_20_hints_a_second()
    {
        await using var database = await Servers.CreateRedisDatabaseAsync(Cancellation);
        using var redis = await ConnectionMultiplexer.ConnectAsync(database.ConnectionString);
        var writer = await StartProcessAsync(database.ConnectionString);
        await SubscribedAsync(database, processes: 1);
        var hints = new ConcurrentQueue<long>();
        await redis.GetSubscriber().SubscribeAsync(HintExchange.ChannelOf("tests", "jobs"), (_, _) => hints.Enqueue(Stopwatch.GetTimestamp()));

        var start = Stopwatch.GetTimestamp();
        var signal = writer.Services.GetRequiredService<JobQueue>().Signal;
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1))
        {
            for (var i = 0; i < 1_000; i++)
                signal.Announce();
            await Task.Yield();
        }

        Assert.InRange(hints.Count, 1, 21);
    }

    [Fact]
    [Rule("DUR-40")]
    public async Task On_an_idle_system_a_job_of_another_process_starts_at_once_with_hints_and_within_5_s_without()
    {
        await using var database = await Servers.CreateRedisDatabaseAsync(Cancellation);
        var started = new BlockingCollection<long>();
        await StartAsync(
            durable => durable.AddJob<Scripted>(Kind),
            builder => builder.Services
                .AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(database.ConnectionString))
                .AddSingleton(new Script((_, _) =>
                {
                    started.Add(Stopwatch.GetTimestamp(), CancellationToken.None);
                    return Task.CompletedTask;
                })));
        var hinting = await StartProcessAsync(database.ConnectionString);
        var silent = await StartProcessAsync("127.0.0.1:1,abortConnect=false,connectTimeout=200");
        await SubscribedAsync(database, processes: 2);

        // The next poll is more than 4 s away: what comes in half of that came by the hint. On a busy machine not every try tells.
        var hinted = await PickUpAsync(hinting);
        for (var tries = 1; tries < 4 && hinted > TimeSpan.FromSeconds(2); tries++)
            hinted = await PickUpAsync(hinting);
        Assert.InRange(hinted, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.InRange(await PickUpAsync(silent), TimeSpan.Zero, TimeSpan.FromSeconds(10));

        async Task<TimeSpan> PickUpAsync(IHost writer)
        {
            await Task.Delay(UntilIdle, Cancellation);
            var committed = Stopwatch.GetTimestamp();
            await EnqueueAsync(writer, 1);
            Assert.True(started.TryTake(out var begun, TimeSpan.FromSeconds(30)));
            return Stopwatch.GetElapsedTime(committed, begun);
        }
    }

    /// <summary>A process that enqueues jobs and messages and has no loops for them, so that nothing but a hint sets its signals and nothing takes them.</summary>
    private Task<IHost> StartProcessAsync(string redis) => StartAsync(durable => durable.AddJob<AddNumber>(Kind), builder =>
    {
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(redis));
        foreach (var loop in builder.Services.Where(service => service.ImplementationType == typeof(JobWorker) || service.ImplementationType == typeof(OutboxRelay)).ToList())
            builder.Services.Remove(loop);
    });

    // A host subscribes while it starts.
    private static async Task SubscribedAsync(TestRedis database, int processes)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(database.ConnectionString);
        foreach (var queue in new[] { "jobs", "outbox" })
        {
            await Eventually.TrueAsync(async () =>
                ((RedisResult[])(await redis.GetDatabase().ExecuteAsync("PUBSUB", "NUMSUB", (string)HintExchange.ChannelOf("tests", queue)!))!) is [_, var count] && (int)count == processes);
        }
    }
}

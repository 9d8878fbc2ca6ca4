using System.Collections.Concurrent;

namespace ContactCenter.Durable.Tests.Jobs;

public sealed class ReplicaTests(TestServers servers) : JobTest(servers)
{
    [Fact]
    [Rule("DUR-29")]
    [Rule("DUR-37")]
    public async Task Four_replicas_run_every_job_once_and_the_jobs_of_a_key_in_order_one_at_a_time()
    {
        const int Jobs = 400;
        var running = new ConcurrentDictionary<string, int>();
        var order = new ConcurrentQueue<(string Key, int Value)>();
        var overlaps = 0;
        async Task RunAsync(JobRun job, CancellationToken token)
        {
            if (!running.TryAdd(job.Key!, 0))
                Interlocked.Increment(ref overlaps);
            order.Enqueue((job.Key!, job.Payload<Number>().Value));
            await Task.Yield();
            running.TryRemove(job.Key!, out _);
        }

        var hosts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync(RunAsync)));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async key =>
        {
            for (var i = 0; i < Jobs / 10; i++)
                await EnqueueAsync(hosts[i % 4], i, new JobOptions { Key = $"k{key}" });
        }));

        await Eventually.TrueAsync(async () => await JobsAsync() == 0);
        Assert.Equal(0, overlaps);
        Assert.Equal(Jobs, order.Count);
        Assert.All(order.GroupBy(run => run.Key), key => Assert.Equal(Enumerable.Range(0, Jobs / 10), key.Select(run => run.Value)));
    }

    [Fact]
    [Rule("DUR-37")]
    public async Task A_job_that_waits_for_its_retry_holds_back_its_key_alone_and_a_dead_letter_frees_it()
    {
        var time = new ManualTimeProvider();
        var order = new ConcurrentQueue<int>();
        var host = await StartAsync(
            (job, _) =>
            {
                order.Enqueue(job.Payload<Number>().Value);
                return job.Payload<Number>().Value == 1 ? throw new InvalidOperationException("always") : Task.CompletedTask;
            },
            RetryPolicy.Default with { Name = "twice", MaxAttempts = 2, Jitter = 0 },
            time);
        await EnqueueAsync(host, 1, new JobOptions { Key = "k" });
        await Eventually.TrueAsync(async () => await JobsAsync("attempt = 1 AND lease_end IS NULL") == 1);
        await EnqueueAsync(host, 2, new JobOptions { Key = "k" });
        await EnqueueAsync(host, 3, new JobOptions { Key = "other" });
        await Eventually.TrueAsync(() => order.Contains(3));

        time.Advance(TimeSpan.FromSeconds(5));
        Wake(host);

        await Eventually.TrueAsync(async () => await JobsAsync() == 0);
        Assert.Equal([1, 3, 1, 2], order);
    }

    [Fact]
    [Rule("DUR-30")]
    [Rule("DUR-33")]
    public async Task Replicas_killed_at_random_moments_lose_no_job_and_do_none_twice()
    {
        const int Jobs = 150;
        var sender = await StartAsync(durable => durable.AddJob<AddNumber>(Kind));
        await sender.StopAsync(Cancellation);
        var random = new Random(7);
        for (var i = 0; i < Jobs; i++)
            await EnqueueAsync(sender, i, new JobOptions { Key = $"k{i % 5}" });
        await using var survivor = await Worker.RunAsync("jobs", Database.ConnectionString, Broker, Cancellation);
        for (var kills = 0; kills < 2; kills++)
        {
            var before = await ScalarAsync<int>("SELECT count(*) FROM effects");
            await using var replica = await Worker.RunAsync("jobs", Database.ConnectionString, Broker, Cancellation);
            await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") is var now && (now > before + random.Next(20) || now == Jobs));
            await replica.KillAsync();
            await EndLeasesAsync();
        }

        await Eventually.TrueAsync(async () => await JobsAsync() == 0);
        Assert.Equal(Jobs, await ScalarAsync<int>("SELECT count(*) FROM effects"));
        Assert.Equal(Jobs, await ScalarAsync<int>("SELECT count(DISTINCT number) FROM effects"));
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM (SELECT number < lag(number) OVER (PARTITION BY key ORDER BY id) AS wrong FROM effects) AS e WHERE wrong"));
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters"));
    }

    /// <summary>Example 7.5; the lease is ended by hand where the example waits for it.</summary>
    [Fact]
    [Rule("DUR-29")]
    [Rule("DUR-30")]
    [Rule("DUR-33")]
    public async Task stale_worker_that_was_stopped_beyond_its_lease_changes_nothing_when_it_goes_on()
    {
        var sender = Build(durable => durable.AddJob<AddAfterPause>("pause"));
        await ExecuteAsync("SELECT setval('durable.job_fences', 40)");
        await EnqueueAsync(sender, "pause", 7);
        await using var a = await Worker.RunAsync("jobs", Database.ConnectionString, Broker, Cancellation);
        await a.SaysAsync("runs attempt 1 with fence 41", Cancellation);
        Assert.Equal(1, await JobsAsync("lease_end > now() + interval '30 seconds' AND lease_end <= now() + interval '60 seconds'"));
        await a.SignalAsync("STOP");

        await EndLeasesAsync();
        await using var b = await Worker.RunAsync("jobs", Database.ConnectionString, Broker, Cancellation);
        await b.SaysAsync("runs attempt 2 with fence 42", Cancellation);
        await b.SaysAsync("stored", Cancellation);
        await a.SignalAsync("CONT");
        a.Begin();

        await a.SaysAsync("lease lost", Cancellation);
        Assert.Equal("42", await ScalarAsync<string>("SELECT string_agg(number::text, ' ') FROM effects"));
        Assert.Equal("DONE 2", await ScalarAsync<string>("SELECT string_agg(concat_ws(' ', outcome, attempts), ',') FROM durable.job_history"));
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters"));
    }

    [Fact]
    [Rule("DUR-33")]
    public async Task A_job_that_kills_its_process_is_a_dead_letter_after_the_last_attempt()
    {
        var sender = await StartAsync(durable => durable.AddJob<KillProcess>("kill"));
        await sender.StopAsync(Cancellation);
        await EnqueueAsync(sender, "kill", 1);
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await using var victim = await Worker.RunAsync("jobs", Database.ConnectionString, Broker, Cancellation);
            Assert.NotEqual(0, await victim.ExitCodeAsync(Cancellation));
            Assert.Equal(1, await JobsAsync($"attempt = {attempt} AND lease_end > now()"));
            await EndLeasesAsync();
        }

        await using var last = await Worker.RunAsync("jobs", Database.ConnectionString, Broker, Cancellation);
        await Eventually.TrueAsync(async () => await JobsAsync() == 0);
        Assert.Equal("CRASHED 2 crash", await ScalarAsync<string>("SELECT concat_ws(' ', reason, attempts, error_class) FROM durable.dead_letters"));
    }
}

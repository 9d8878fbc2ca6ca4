using System.Collections.Concurrent;
using ContactCenter.Durable.Tests.Jobs;

namespace ContactCenter.Durable.Tests.Retries;

public sealed class ClockTests(TestServers servers) : JobTest(servers)
{
    [Fact]
    [Rule("DUR-44")]
    public void The_time_of_jobs_never_goes_back_and_catches_up_at_half_speed()
    {
        var wall = new ManualTimeProvider();
        var start = wall.GetUtcNow();
        var time = new SteadyTime(wall);

        wall.SetUtcNow(start.AddHours(-1));
        Assert.Equal(start, time.GetUtcNow());
        wall.Advance(TimeSpan.FromHours(1));
        Assert.Equal(start.AddMinutes(30), time.GetUtcNow());
        wall.Advance(TimeSpan.FromHours(2));
        Assert.Equal(start.AddHours(2), time.GetUtcNow());
        wall.SetUtcNow(start.AddHours(3));
        Assert.Equal(start.AddHours(3), time.GetUtcNow());
    }

    [Theory]
    [Rule("DUR-44")]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_wall_clock_that_steps_by_an_hour_neither_stops_the_queue_nor_runs_anything_twice(int hours)
    {
        var time = new ManualTimeProvider();
        var runs = new ConcurrentQueue<(int Value, int Attempt)>();
        var host = await StartAsync(
            (job, _) =>
            {
                runs.Enqueue((job.Payload<Number>().Value, job.Attempt));
                return job.Attempt == 1 && job.Payload<Number>().Value == 1 ? throw new JobFailedException("503", "once") : Task.CompletedTask;
            },
            RetryPolicy.Default with { Name = "steady", Jitter = 0 },
            time);
        await EnqueueAsync(host, 1);
        await Eventually.TrueAsync(async () => await JobsAsync("attempt = 1 AND lease_end IS NULL") == 1);

        // A retry waits for 5 s, and work comes in while the clock is wrong and after it was put right.
        time.SetUtcNow(time.GetUtcNow().AddHours(hours));
        await EnqueueAsync(host, 2);
        time.Advance(TimeSpan.FromSeconds(10));
        Wake(host);
        await Eventually.TrueAsync(async () => await JobsAsync() == 0);
        time.SetUtcNow(time.GetUtcNow().AddHours(-hours));
        await EnqueueAsync(host, 3);
        await Eventually.TrueAsync(async () => await JobsAsync() == 0);

        Assert.Equal([(1, 1), (1, 2), (2, 1), (3, 1)], runs.Order());
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters"));
    }
}

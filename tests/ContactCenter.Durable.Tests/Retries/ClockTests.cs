using System.Collections.Concurrent;
using ContactCenter.Durable.Tests.Jobs;
using FsCheck;
using FsCheck.Fluent;

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

    [Fact]
    [Rule("DUR-44")]
    public void A_wall_clock_that_is_right_is_followed_however_much_time_passes_while_it_is_read() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(Arb.From(Gen.Choose(0, 180_000).Select(seconds => TimeSpan.FromSeconds(seconds)).ArrayOf()), (TimeSpan[] passing) =>
        {
            var wall = new RunningClock(passing);
            var time = new SteadyTime(wall);
            while (wall.IsRunning)
                Assert.InRange(time.GetUtcNow(), DateTimeOffset.MinValue, wall.Now);
            Assert.Equal(wall.Now, time.GetUtcNow());
        }));

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

    // Time passes whenever one of the clocks was read.
    private sealed class RunningClock(IEnumerable<TimeSpan> passing) : TimeProvider
    {
        private readonly Queue<TimeSpan> _passing = new(passing);

        public bool IsRunning => _passing.Count > 0;

        public DateTimeOffset Now { get; private set; } = DateTimeOffset.UnixEpoch;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Pass();

        public override long GetTimestamp() => Pass().Ticks;

        private DateTimeOffset Pass()
        {
            var now = Now;
            Now += _passing.TryDequeue(out var time) ? time : TimeSpan.Zero;
            return now;
        }
    }
}

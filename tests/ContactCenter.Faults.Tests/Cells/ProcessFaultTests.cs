using System.Diagnostics;
using ContactCenter.Faults.Tests.Load;

namespace ContactCenter.Faults.Tests.Cells;

/// <summary>One worker is killed, and started again after a while.</summary>
public sealed class CrashRecoveryTests(TestServers servers) : LoadTest(servers)
{
    // The rule's 5 s; where all the tests share two processors, a worker may have to wait for its turn.
    private static readonly TimeSpan Grace = LoadPlan.Choose(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5));

    [Fact]
    [Rule("DUR-33")]
    public async Task crash_recovery_runs_a_dead_workers_jobs_elsewhere_when_their_lease_has_ended()
    {
        var plan = LoadPlan.Standard;
        DateTimeOffset killed = default;
        var report = await RunAsync(
            "crash_recovery",
            plan,
            async () =>
            {
                await Workers[0].KillAsync();
                killed = TimeProvider.System.GetUtcNow();
                await Task.Delay(plan.FaultLength, Cancellation);
                await Workers[0].StartAgainAsync(Cancellation);
            },
            CellPickUpFactor);
        if (report.Repeated.Count > 0)
            Assert.InRange(report.Repeated.LastTime, killed.UtcDateTime, (killed + plan.Lease + Grace).UtcDateTime);
    }
}

/// <summary>A random worker is killed every few seconds.</summary>
public sealed class RepeatedKillTests(TestServers servers) : LoadTest(servers)
{
    private static readonly TimeSpan Pause = LoadPlan.Choose(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    [Fact]
    [Rule("DUR-33")]
    public async Task repeated_kills_cost_at_most_one_attempt_each_and_make_no_dead_letter()
    {
        var kills = LoadPlan.Choose(3, 6);
        var report = await RunAsync(
            "repeated_kills",
            LoadPlan.Standard,
            async () =>
            {
                for (var i = 0; i < kills; i++)
                {
                    await Task.Delay(Pause, Cancellation);
                    var victim = Workers[Random.Shared.Next(Workers.Count)];
                    await victim.KillAsync();
                    await victim.StartAgainAsync(Cancellation);
                }
            },
            CellPickUpFactor);
        Assert.InRange(report.MaxAttempt, 1, kills + 1);
    }
}

/// <summary>Workers are told to stop, as at every deployment.</summary>
public sealed class SigtermLoadTests(TestServers servers) : LoadTest(servers)
{
    // 10 s; in the short form the machine is shared with other tests, whose turn comes in between.
    private static readonly TimeSpan ExitLimit = LoadPlan.Choose(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10));

    [Fact]
    [Rule("DUR-54")]
    public async Task sigterm_load_ends_in_time_with_code_0_and_counts_no_attempt()
    {
        var times = LoadPlan.Choose(4, 20);
        var slowest = TimeSpan.Zero;
        var report = await RunAsync("sigterm_load", LoadPlan.Standard, async () =>
        {
            for (var i = 0; i < times; i++)
            {
                var worker = Workers[i % Workers.Count];
                var begin = Stopwatch.GetTimestamp();
                await worker.SignalAsync("TERM");
                Assert.Equal(0, await worker.ExitCodeAsync(ExitLimit, Cancellation));
                slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(begin).Ticks));
                await worker.StartAgainAsync(Cancellation);
            }
        });
        Console.WriteLine($"    sigterm_load: {times} exits, the slowest in {slowest.TotalSeconds:F1} s");
        Assert.Equal(1, report.MaxAttempt);
    }
}

using ContactCenter.Faults.Tests.Load;

namespace ContactCenter.Faults.Tests.Cells;

/// <summary>The wall clock of all replicas is set while they work, by libfaketime; the monotonic clock goes on evenly, as it does on a real machine.</summary>
public sealed class ClockStepTests(TestServers servers) : LoadTest(servers)
{
    private readonly string _clock = Path.GetTempFileName();

    public override async ValueTask InitializeAsync()
    {
        var library = Directory.Exists("/usr/lib") ? Directory.EnumerateFiles("/usr/lib", "libfaketime.so.1", new EnumerationOptions { RecurseSubdirectories = true }).FirstOrDefault() : null;
        Assert.SkipWhen(library is null, "libfaketime is not installed; on Debian and Ubuntu: apt-get install libfaketime");
        await base.InitializeAsync();
        await SetClockAsync(0);
        Settings["LD_PRELOAD"] = library!;
        Settings["FAKETIME_TIMESTAMP_FILE"] = _clock;
        Settings["FAKETIME_CACHE_DURATION"] = "1";
        Settings["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        File.Delete(_clock);
    }

    [Fact]
    [Rule("DUR-44")]
    public async Task clock_step_by_an_hour_neither_stops_the_queue_nor_runs_anything_twice()
    {
        // A deadline is a time of day: a call in whose midst the clock jumps forward has missed it.
        var report = await RunAsync("clock_step", LoadPlan.Standard, StepAsync, right: Grpc.Core.StatusCode.DeadlineExceeded);
        Assert.Equal(1, report.MaxAttempt);

        async Task StepAsync()
        {
            foreach (var hours in (int[])[1, 0, -1, 0])
            {
                await SetClockAsync(hours);
                await Task.Delay(LoadPlan.Standard.FaultLength, Cancellation);
            }
        }
    }

    private Task SetClockAsync(int hours) => File.WriteAllTextAsync(_clock, $"{hours:+0;-0}h\n", Cancellation);
}

using Aspire.Hosting.Dashboard;

namespace ContactCenter.Polyfills.Aspire.Tests.Hosting;

/// <summary>What happens after a process has ended by itself.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task A_crashed_process_starts_again_after_one_second_then_two_and_at_most_thirty()
    {
        var time = new ManualTimeProvider();
        await using var application = await TestApplication.StartAsync(builder => builder.AddScript("crashing", "echo started; exit 3"), time: time);

        var restarts = 0;
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            await BackOffAsync(application, time, restarts);
            Assert.Equal(3, application.Now("crashing").ExitCode);
            time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.Equal(1, time.PendingTimers);
            time.Advance(TimeSpan.FromTicks(1));
            restarts++;
        }

        await BackOffAsync(application, time, restarts);
        Assert.Equal(restarts + 1, application.Log("crashing").Count);
    }

    [Fact]
    public async Task A_process_that_ran_for_a_minute_begins_with_the_shortest_back_off_again()
    {
        var time = new ManualTimeProvider();
        var folder = TestProgram.NewFolder();
        await using var application = await TestApplication.StartAsync(
            builder => builder.AddExecutable("crashing", "bash", folder, "-c", "while ! rm crash 2>/dev/null; do sleep 0.02; done; exit 1"), time: time);
        await CrashAsync(0);
        time.Advance(TimeSpan.FromSeconds(1));
        await CrashAsync(1);
        time.Advance(TimeSpan.FromSeconds(2));
        await application.UntilAsync("crashing", snapshot => snapshot.Restarts == 2 && snapshot.Ready);

        time.Advance(TimeSpan.FromMinutes(1));
        await CrashAsync(2);
        time.Advance(TimeSpan.FromSeconds(1));

        await application.UntilAsync("crashing", snapshot => snapshot.Restarts == 3);
        Directory.Delete(folder, recursive: true);

        async Task CrashAsync(int restarts)
        {
            await application.UntilAsync("crashing", snapshot => snapshot.Restarts == restarts && snapshot.Ready);
            await File.WriteAllTextAsync(Path.Combine(folder, "crash"), "", TestContext.Current.CancellationToken);
            await BackOffAsync(application, time, restarts);
        }
    }

    [Theory]
    [InlineData("exit 0", "Finished", 0)]
    [InlineData("exit 4", "Exited", 4)]
    public async Task A_process_that_is_done_or_must_not_run_twice_is_left_alone(string script, string state, int exitCode)
    {
        var time = new ManualTimeProvider();
        await using var application = await TestApplication.StartAsync(
            builder =>
            {
                builder.AddScript("job", $"echo started; {script}");
                if (exitCode != 0)
                    builder.Configuration["Restart:job"] = "never";
            },
            time: time);

        Assert.Equal(exitCode, (await application.UntilAsync("job", state)).ExitCode);

        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, time.PendingTimers);
        Assert.Equal(["started"], application.Log("job"));
    }

    [Fact]
    public async Task A_process_ended_by_a_signal_counts_as_crashed()
    {
        var time = new ManualTimeProvider();
        await using var application = await TestApplication.StartAsync(builder => builder.AddSleeper("server"), time: time);
        var pid = (await application.UntilReadyAsync("server")).Pid!.Value;

        await Processes.SignalAsync(pid, "KILL");

        await BackOffAsync(application, time, restarts: 0, "server");
        Assert.Equal(137, application.Now("server").ExitCode);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(pid, (await application.UntilReadyAsync("server")).Pid);
    }

    [Fact]
    public async Task The_dashboard_stops_starts_and_restarts_a_process()
    {
        var token = TestContext.Current.CancellationToken;
        await using var application = await TestApplication.StartAsync(builder => builder.AddSleeper("server"));
        var first = (await application.UntilReadyAsync("server")).Pid!.Value;

        Assert.True((await application.Model.ExecuteAsync("server", DashboardCommand.Stop, token)).Success);
        Assert.Empty(Processes.With(application.Marker));
        Assert.True((await application.Model.ExecuteAsync("server", DashboardCommand.Start, token)).Success);
        var second = application.Now("server").Pid!.Value;
        Assert.True((await application.Model.ExecuteAsync("server", DashboardCommand.Restart, token)).Success);
        var third = application.Now("server").Pid!.Value;

        Assert.Distinct([first, second, third]);
        Assert.Single(Processes.With(application.Marker));
        Assert.False((await application.Model.ExecuteAsync("nobody", DashboardCommand.Stop, token)).Success);
    }

    // The only timer is then that of the back-off: nothing else here waits for time to pass.
    private static async Task BackOffAsync(TestApplication application, ManualTimeProvider time, int restarts, string resource = "crashing")
    {
        await application.UntilAsync(resource, snapshot => snapshot.State?.Text == KnownResourceStates.Exited && snapshot.Restarts == restarts);
        await Eventually.TrueAsync(() => time.PendingTimers == 1);
    }
}

namespace ContactCenter.Polyfills.Aspire.Tests.Hosting;

/// <summary>No process outlives the application, however it ends.</summary>
public sealed class NoOrphansTests
{
    [Theory]
    [InlineData("INT", 0)]
    [InlineData("TERM", 0)]
    [InlineData("HUP", 129)]
    [InlineData("KILL", 137)]
    public async Task Nothing_outlives_an_AppHost_that_is_ended_by(string signal, int exitCode)
    {
        await using var appHost = await StartAsync(stopLimit: "1");
        await appHost.UntilWrittenAsync("starts again in", TimeSpan.FromMinutes(2));
        var marker = Run(appHost.Mark);

        await appHost.SignalAsync(signal);

        Assert.Equal(exitCode, await appHost.ExitAsync(TimeSpan.FromSeconds(60)));
        await Processes.NoneAsync(TimeSpan.FromSeconds(60), marker);
        // Nor the guard, which is no process of the application.
        await appHost.NothingLeftAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_second_interrupt_kills_what_is_left()
    {
        await using var appHost = await StartAsync(stopLimit: "100");
        await appHost.SignalAsync("INT");
        await appHost.UntilWrittenAsync("Ctrl-C again kills what is left", TimeSpan.FromMinutes(2));
        Assert.Contains(Processes.With(appHost.Mark), process => process.Contains("sleep", StringComparison.Ordinal));

        await appHost.SignalAsync("INT");

        Assert.Equal(0, await appHost.ExitAsync(TimeSpan.FromSeconds(60)));
        await appHost.NothingLeftAsync(TimeSpan.FromSeconds(60));
    }

    private static async Task<TestProgram> StartAsync(string stopLimit)
    {
        var appHost = TestProgram.Start(
            folder: "/no/folder", [], "dotnet", typeof(NoOrphansTests).Assembly.Location, SampleProgram.AppHost, stopLimit);
        foreach (var name in new[] { "obedient", "daemons", "stubborn" })
            await appHost.UntilWrittenAsync($"{name,-22} ready", TimeSpan.FromMinutes(2));
        // obedient has one, daemons has three of which two are daemons, stubborn has one and a daemon.
        await Eventually.TrueAsync(() => Processes.With(appHost.Mark).Count(process => process.Split(' ')[1] == "sleep") >= 6);
        return appHost;
    }

    // The entry ASPIRE_RUN=… of a process that the AppHost started.
    private static string Run(string mark)
    {
        foreach (var process in Processes.With(mark))
        {
            var environment = File.ReadAllText($"/proc/{process.Split(' ')[0]}/environ").Split('\0');
            if (environment.FirstOrDefault(entry => entry.StartsWith("ASPIRE_RUN=", StringComparison.Ordinal)) is { } entry)
                return entry;
        }

        throw new InvalidOperationException("No process of a run is there.");
    }
}

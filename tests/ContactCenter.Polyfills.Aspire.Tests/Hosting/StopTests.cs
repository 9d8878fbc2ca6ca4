using System.Diagnostics;
using Aspire.Hosting.Running;

namespace ContactCenter.Polyfills.Aspire.Tests.Hosting;

/// <summary>How an application is stopped.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task Who_uses_others_is_stopped_before_them()
    {
        var folder = TestProgram.NewFolder();
        var order = Path.Combine(folder, "order");
        await using var application = await TestApplication.StartAsync(builder =>
        {
            var server = Add(builder, "server", "0");
            var text = builder.AddConnectionString("text", ReferenceExpression.Create($"{server.WithEndpoint(name: "tcp").GetEndpoint("tcp")}"));
            // By reference only, and by wait only; the users take longer.
            var middle = Add(builder, "middle", "0.2").WithReference(text);
            Add(builder, "last", "0.4").WaitFor(middle);
        });
        foreach (var name in new[] { "server", "middle", "last" })
            await Eventually.TrueAsync(() => application.Log(name).Contains("listening"));

        await application.StopAsync();

        Assert.Equal(["last", "middle", "server"], await File.ReadAllLinesAsync(order, TestContext.Current.CancellationToken));
        Assert.Empty(Processes.With(application.Marker));
        Directory.Delete(folder, recursive: true);

        IResourceBuilder<ExecutableResource> Add(IDistributedApplicationBuilder builder, string name, string seconds) =>
            builder.AddScript(name, $"trap 'sleep {seconds}; echo {name} >>{order}; exit 0' TERM; echo listening; while :; do sleep 0.02; done");
    }

    [Fact]
    public async Task A_process_that_ignores_the_request_is_killed_with_its_children_at_the_limit()
    {
        await using var application = await TestApplication.StartAsync(
            builder => builder.AddScript("stubborn", "trap '' TERM; setsid --fork sleep 300; sleep 300 & echo ready; while :; do sleep 300; done"),
            new OrchestratorOptions { StopLimit = TimeSpan.FromMilliseconds(300) });
        await Eventually.TrueAsync(() => application.Log("stubborn").Contains("ready"));
        var began = Stopwatch.GetTimestamp();

        await application.StopAsync();

        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0.3, 10);
        Assert.Equal(137, application.Now("stubborn").ExitCode);
        Assert.Empty(Processes.With(application.Marker));
    }

    [Fact]
    public async Task What_a_process_left_in_the_background_ends_with_it()
    {
        await using var application = await TestApplication.StartAsync(builder => builder.AddScript("job", "setsid --fork sleep 300; exit 0"));

        await application.UntilAsync("job", KnownResourceStates.Finished);

        Assert.Empty(Processes.With(application.Marker));
    }

    [Fact]
    public async Task A_descendant_that_hides_its_session_and_its_environment_ends_with_the_process()
    {
        await using var application = await TestApplication.StartAsync(
            builder => builder.AddScript("server", "trap 'exit 0' TERM; env -i setsid bash -c 'echo $$; exec sleep 30' & while :; do sleep 0.02; done"));
        await Eventually.TrueAsync(() => application.Log("server").Count > 0);
        var descendant = int.Parse(application.Log("server")[0]);
        Assert.True(ProcessTree.IsAlive(descendant));

        await application.StopAsync();

        Assert.False(ProcessTree.IsAlive(descendant));
    }

    [Fact]
    public async Task An_application_stops_while_somebody_waits_and_somebody_backs_off()
    {
        await using var application = await TestApplication.StartAsync(
            builder => builder.AddSleeper("waiting").WaitFor(builder.AddScript("crashing", "exit 1").WithHttpEndpoint().WithHttpHealthCheck()),
            new OrchestratorOptions { FirstBackOff = TimeSpan.FromMinutes(1), LongestBackOff = TimeSpan.FromMinutes(1) });
        await application.UntilAsync("crashing", KnownResourceStates.Exited);

        await application.StopAsync();

        Assert.True(application.Now("waiting").StoppedOnRequest);
        Assert.True(application.Now("crashing").StoppedOnRequest);
    }
}

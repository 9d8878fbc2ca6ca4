using ContactCenter.Testing.Suite;

namespace ContactCenter.EndToEnd.Tests;

/// <summary>The suite as <c>./run</c> starts it, with live traffic, until it is told to stop.</summary>
public sealed class StoppingTests
{
    private static readonly string[] Everything =
    [
        "bin/postgres", "redis-server", "rabbit", "sshd", "InsightsEnrichment", "WfmConnector", "CrmConnector", "FollowUpScheduler", "StorageExport", "Sandbox",
    ];

    [Fact]
    public async Task Live_traffic_becomes_conversations_and_nothing_is_left_after_SIGTERM()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var dataPath = Path.Combine(Path.GetTempPath(), $"contactcenter-live-{Environment.ProcessId}");
        try
        {
            await using var suite = RunningSuite.Start(dataPath, "--Sandbox:TasksPerMinute", "300");
            await suite.LineAsync("last hour: conversations", TimeSpan.FromMinutes(4), cancellation);
            var running = suite.Processes.Select(p => p.CommandLine).ToList();
            Assert.All(Everything, name => Assert.Contains(running, line => line.Contains(name, StringComparison.Ordinal)));

            suite.Terminate();
            await suite.ExitAsync(TimeSpan.FromSeconds(60), cancellation);

            Assert.Empty(suite.Processes.Select(p => $"{p.Id} {p.CommandLine}"));
        }
        finally
        {
            if (Directory.Exists(dataPath))
                Directory.Delete(dataPath, recursive: true);
        }
    }
}

using System.Net;
using System.Text.RegularExpressions;

namespace ContactCenter.EndToEnd.Tests;

/// <summary>The end of the suite, and so of the other tests: xunit runs this class when they are over.</summary>
[Collection(nameof(StoppingTests))]
[CollectionDefinition(nameof(StoppingTests), DisableParallelization = true)]
public sealed partial class StoppingTests(PlayedSuite suite)
{
    private static readonly TimeSpan TrafficLimit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(60);

    private static readonly string[] Everything =
    [
        "bin/postgres", "redis-server", "rabbit", "sshd", "InsightsEnrichment", "WfmConnector", "CrmConnector", "FollowUpScheduler", "StorageExport", "Sandbox",
    ];

    [Fact]
    public async Task Traffic_started_at_the_dashboard_becomes_conversations_and_nothing_is_left_after_SIGTERM()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await suite.Running.LineAsync(NotStarted, TrafficLimit, cancellation);
        await StartAtDashboardAsync("sandbox");
        await suite.Running.LineAsync(Conversations, TrafficLimit, cancellation);
        var running = suite.Running.Processes.Select(p => p.CommandLine).ToList();
        Assert.All(Everything, name => Assert.Contains(running, line => line.Contains(name, StringComparison.Ordinal)));

        suite.Running.Terminate();
        await suite.Running.ExitAsync(ExitLimit, cancellation);

        Assert.Empty(suite.Running.Processes.Select(p => $"{p.Id} {p.CommandLine}"));
    }

    // As the page does: it logs in by the address that the suite shows, and its commands say where they come from.
    private async Task StartAtDashboardAsync(string resource)
    {
        var login = new Uri(DashboardAddress.Match(await suite.Running.LineAsync(DashboardAddress, TrafficLimit, TestContext.Current.CancellationToken)).Value);
        using var handler = new HttpClientHandler { CookieContainer = new CookieContainer() };
        using var http = new HttpClient(handler) { BaseAddress = login, Timeout = TrafficLimit };
        using var page = await http.GetAsync(login, TestContext.Current.CancellationToken);
        http.DefaultRequestHeaders.Add("Origin", login.GetLeftPart(UriPartial.Authority));
        http.DefaultRequestHeaders.Add("X-Requested-With", "dashboard");

        using var answer = await http.PostAsync(new Uri($"/api/resources/{resource}/start", UriKind.Relative), null, TestContext.Current.CancellationToken);

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [GeneratedRegex("^sandbox +not started")]
    private static partial Regex NotStarted { get; }

    [GeneratedRegex("last hour: conversations [1-9]")]
    private static partial Regex Conversations { get; }

    [GeneratedRegex(@"http://\S+/login\?t=\w+")]
    private static partial Regex DashboardAddress { get; }
}

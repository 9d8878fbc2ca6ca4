using System.Net;
using System.Net.Http.Headers;
using ContactCenter.Insights.V1;
using FsCheck;
using FsCheck.Fluent;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.MessageAnalytics;

/// <summary>Reports by rpc, JSON and CSV.</summary>
public sealed class ReportTests(TestServers servers) : MessageTest(servers)
{
    [Fact]
    [Rule("MSG-27"), Rule("MSG-39"), Rule("MSG-41")]
    public async Task Example_9_a_day_report_as_csv()
    {
        foreach (var id in new[] { "a", "b", "c" })
        {
            await SentAsync(id, "2026-01-01T09:00:00Z", message => message.Campaign = id == "c" ? "=HYPERLINK(\"x\")" : "spring");
            await ReportAsync("DELIVERED", id, "2026-01-01T09:00:05Z");
            if (id != "c")
                await ReportAsync("READ", id, "2026-01-01T09:01:00Z");
        }

        await RefreshAsync("2026-01-03T06:00:00Z");

        Assert.Equal(
            """
            date,agent_id,sent,delivered,read,delivery_rate,read_rate,late_delivered,late_read,expired
            2026-01-01,brand@rbm.goog,3,3,2,1,0.6667,0,0,0
            2026-01-02,brand@rbm.goog,0,0,0,,,0,0,0

            """.ReplaceLineEndings("\r\n"),
            await GetAsync("start=2026-01-01&end=2026-01-02&format=csv"));
        Assert.Contains("2026-01-01,brand@rbm.goog,\"'=HYPERLINK(\"\"x\"\")\",1\r\n", await GetAsync("start=2026-01-01&end=2026-01-01&format=csv&breakdown=campaign&measures=sent"), StringComparison.Ordinal);
        Assert.Contains("\"as_of_time\": \"2026-01-03T00:00:00Z\"", await GetAsync("start=2026-01-01&end=2026-01-02&agent=brand@rbm.goog"), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("MSG-39"), Rule("MSG-40")]
    public async Task Weeks_begin_on_monday_and_are_partial_where_the_range_cuts_them()
    {
        await SentAsync("a", "2026-01-04T23:59:59Z");
        await SentAsync("b", "2026-01-05T00:00:00Z", message => message.Responder = "bot");
        await SentAsync("c", "2026-01-31T00:00:00Z", message => message.Responder = "bot");

        Assert.Equal(["2025-12-29 sent 1 partial", "2026-01-05 sent 1"], await SpansAsync(TimeScale.Week, "2026-01-01", "2026-01-11"));
        Assert.Equal(["2026-01-01 sent 3", "2026-02-01  partial"], await SpansAsync(TimeScale.Month, "2026-01-01", "2026-02-03"));
        Assert.Equal(["2026-01-01 sent 1", "2026-01-01 sent 2"], await SpansAsync(TimeScale.Month, "2026-01-01", "2026-01-31", Breakdown.Responder));
    }

    [Fact]
    [Rule("MSG-40")]
    public async Task A_breakdown_has_100_values_and_the_rest_as_other()
    {
        var sends = Enumerable.Range(0, 102).Select(i => new SentMessage { MessageId = $"m{i}", AgentId = Agent, PhoneNumber = User, SendTime = TimeOf("2026-01-01T00:00:00Z"), Campaign = $"c{i:000}" });
        await Messages.RecordSentMessagesAsync(new() { Messages = { sends } }, cancellationToken: Cancellation);

        var rows = (await Messages.QueryDailyAnalyticsAsync(new() { StartDate = "2026-01-01", EndDate = "2026-01-01", View = AnalyticsView.Live, Breakdown = Breakdown.Campaign }, cancellationToken: Cancellation)).Rows;

        Assert.Equal((101, 2, 102), (rows.Count, rows.Single(row => row.BreakdownValue == "other").Sent, rows.Sum(row => row.Sent)));
    }

    [Fact]
    [Rule("MSG-39")]
    public async Task What_is_wrong_with_a_report_is_told_by_field()
    {
        QueryDailyAnalyticsRequest Request() => new() { StartDate = "2026-01-01", EndDate = "2026-01-02" };
        await FailsAsync(StatusCode.NotFound, "AGENT_UNKNOWN", null, () => Messages.QueryDailyAnalyticsAsync(new(Request()) { AgentIds = { "nobody@rbm.goog" } }));
        await FailsAsync(StatusCode.InvalidArgument, "UNKNOWN_MEASURE", "measures[1]", () => Messages.QueryDailyAnalyticsAsync(new(Request()) { Measures = { "sent", "seen" } }));
        await FailsAsync(StatusCode.InvalidArgument, "RANGE_INVALID", "end_date", () => Messages.QueryDailyAnalyticsAsync(new(Request()) { EndDate = "2025-12-31" }));
        await FailsAsync(StatusCode.InvalidArgument, "RANGE_TOO_LARGE", "end_date", () => Messages.QueryDailyAnalyticsAsync(new(Request()) { EndDate = "2027-02-05" }));
        await FailsAsync(StatusCode.InvalidArgument, "DAY_INVALID", "start_date", () => Messages.QueryDailyAnalyticsAsync(new(Request()) { StartDate = "1 May" }));

        foreach (var (query, status, reason) in new[]
        {
            ("start=2026-01-01", HttpStatusCode.BadRequest, "DAY_INVALID"), ("start=2026-01-01&end=2026-01-01&scale=3", HttpStatusCode.BadRequest, "FIELD_INVALID"),
            ("start=2026-01-01&end=2026-01-01&measures=seen", HttpStatusCode.BadRequest, "UNKNOWN_MEASURE"), ("start=2026-01-01&end=2026-01-01&agent=nobody", HttpStatusCode.NotFound, "AGENT_UNKNOWN"),
        })
        {
            using var answer = await RequestAsync(query);
            Assert.Equal((status, reason), (answer.StatusCode, await ReasonOfAsync(answer)));
        }
    }

    [Fact]
    [Rule("MSG-9"), Rule("MSG-14"), Rule("MSG-21")]
    public async Task Figures_are_the_same_in_any_order_and_however_often_things_are_reported()
    {
        var random = new System.Random(1);
        foreach (var sample in Histories().Sample(12))
        {
            var expected = await PlayAsync(sample);
            var again = sample.Concat(sample.Where(_ => random.Next(3) == 0)).ToArray();
            random.Shuffle(again);
            Assert.Equal(expected, await PlayAsync(again));
        }
    }

    /// <summary>Sends and receipts of three messages over twelve days.</summary>
    private static Gen<Step[]> Histories() =>
        Gen.Choose(0, 2).SelectMany(message => Gen.Elements("SENT", "DELIVERED", "READ", "TTL_EXPIRATION_REVOKED", "TTL_EXPIRATION_REVOKE_FAILED")
            .SelectMany(kind => Gen.Choose(0, 12 * 24), (kind, hour) => new Step(message, kind, hour))).ArrayOf(14);

    /// <summary>Plays steps in the name of an agent of its own, and tells its figures.</summary>
    private async Task<string> PlayAsync(IReadOnlyList<Step> steps)
    {
        var (start, run) = (new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N"));
        // The first send of a message stays, and so its time must not depend on the order.
        foreach (var step in steps)
        {
            var hour = step.Kind == "SENT" ? step.Message * 30 : step.Hour;
            var time = start.AddHours(hour).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);
            if (step.Kind == "SENT")
                await SentAsync($"{run}-{step.Message}", time, message => message.Campaign = run);
            else
                await ReportAsync(step.Kind, $"{run}-{step.Message}", time, $"{run}-{step}");
        }

        var report = await Messages.QueryDailyAnalyticsAsync(
            new() { StartDate = "2026-01-01", EndDate = "2026-01-14", View = AnalyticsView.Live, Breakdown = Breakdown.Campaign }, cancellationToken: Cancellation);
        return string.Join("; ", report.Rows.Where(row => row.BreakdownValue == run).Select(Figures));
    }

    private async Task<string[]> SpansAsync(TimeScale scale, string start, string end, Breakdown breakdown = Breakdown.Unspecified)
    {
        var report = await Messages.QueryDailyAnalyticsAsync(
            new() { StartDate = start, EndDate = end, TimeScale = scale, View = AnalyticsView.Live, Breakdown = breakdown }, cancellationToken: Cancellation);
        return [.. report.Rows.Select(row => $"{row.Date} {Figures(row)}{(row.Partial ? " partial" : "")}")];
    }

    private async Task<string> GetAsync(string query)
    {
        using var answer = await RequestAsync(query);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    private async Task<HttpResponseMessage> RequestAsync(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/rbm/analytics?{query}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestKey.Text);
        return await Http.SendAsync(request, Cancellation);
    }

    private sealed record Step(int Message, string Kind, int Hour);
}

using System.Globalization;
using System.Text.Json;
using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.WfmConnector.Tests.Intervals;

/// <summary>The examples of the specification, with their values, through the bytes that CXone gets.</summary>
public sealed class WorkedExampleTests(TestServers servers) : WfmTest(servers)
{
    [Fact]
    [Rule("WFM-26"), Rule("WFM-42"), Rule("WFM-44"), Rule("WFM-64"), Rule("WFM-65"), Rule("WFM-66"), Rule("WFM-67")]
    public async Task The_morning_of_an_agent_is_told_by_completed_activities_and_by_presence()
    {
        await PublishAsync([.. Told.Morning("WK1"), Told.Agent("WK1", "08:00:00", "4711")]);
        await RestateAsync("08:45:00", "11:00:00");

        string[] starts = ["08:45:00", "09:00:00", "09:15:00", "09:30:00", "09:45:00", "10:00:00", "10:15:00", "10:30:00", "10:45:00"];
        var completed = new List<string>();
        var present = new List<string>();
        foreach (var start in starts)
        {
            completed.Add(Activities(await ReportAsync(start, ReportKind.Activity)));
            present.Add(Presence(await ReportAsync(start, ReportKind.Queue)));
        }

        Assert.Equal(
            [
                "", "AVAILABLE 880", "ON_CONTACT 270, WRAP_UP 45", "AVAILABLE 1595", "", "UNAVAILABLE/BREAK 960, AVAILABLE 845", "", "ON_CONTACT 1170, WRAP_UP 150",
                "AVAILABLE 835",
            ],
            completed);
        Assert.Equal(
            [
                "150 = 150+0+0+0", "900 = 730+0+170+0", "900 = 755+0+100+45", "900 = 840+60+0+0 BREAK 60", "900 = 0+900+0+0 BREAK 900", "900 = 845+0+55+0",
                "900 = 0+0+900+0", "900 = 535+0+215+150", "300 = 300+0+0+0",
            ],
            present);
        Assert.Contains("\"agentValue\":\"4711\",\"agentId\":\"4711\",\"activity\":\"AVAILABLE\",\"reasonCode\":null,\"medium\":null,\"startTime\":\"2026-03-02T08:57:30Z\",\"endTime\":\"2026-03-02T09:12:10Z\",\"duration\":880", (await ReportAsync("09:00:00", ReportKind.Activity)).Body, StringComparison.Ordinal);

        var listed = (await Adherence.ListAgentActivitiesAsync(
            new() { StartTime = Told.At("09:00:00").ToTimestamp(), EndTime = Told.At("10:45:00").ToTimestamp(), AgentSid = "WK1" }, cancellationToken: Cancellation)).Activities;
        Assert.Equal(
            "08:57:30 AVAILABLE, 09:12:10 ON_CONTACT Voice, 09:16:40 WRAP_UP Voice, 09:17:25 AVAILABLE, 09:44:00 UNAVAILABLE BREAK Break, 10:00:00 AVAILABLE, 10:14:05 ON_CONTACT Voice,"
            + " 10:33:35 WRAP_UP Voice, 10:36:05 AVAILABLE open",
            string.Join(", ", listed.Select(Text)));
    }

    [Fact]
    [Rule("WFM-43"), Rule("WFM-46"), Rule("WFM-49"), Rule("WFM-60"), Rule("WFM-63")]
    public async Task A_contact_over_three_intervals_counts_where_it_ends()
    {
        await PublishAsync(
            Told.Entered("WT1", "10:13:20"),
            Told.Closed(Told.Wait("seg_wait", "10:13:20", "10:14:05", "answered")),
            Told.Closed(Told.Answered("seg_talk", "10:14:05", "10:36:05", 45_000, 1_170_000, 150_000)));
        await RestateAsync("10:00:00", "10:45:00");

        Assert.Equal("[]", Rows(await ReportAsync("10:00:00", ReportKind.Queue)));
        Assert.Equal("[]", Rows(await ReportAsync("10:15:00", ReportKind.Queue)));
        var (_, body) = await ReportAsync("10:30:00", ReportKind.Queue);
        Assert.Equal(
            """[{"queueValue":"Support","queueId":"WQ1","medium":"VOICE","direction":"INBOUND","offered":1,"answered":1,"answeredInServiceLevel":0,"abandoned":0,"shortAbandoned":0,"redirected":0,"queueTime":45,"maxQueueTime":45,"abandonedTime":0,"maxAbandonedTime":0,"talkTime":1170,"holdTime":0,"wrapUpTime":150,"handleTime":1320,"waitingAtEnd":0,"serviceLevel":0}]""",
            JsonDocument.Parse(body).RootElement.GetProperty("reportData").GetRawText());
        Assert.Equal(
            """{"reportData":[{"agentValue":"WK1","agentId":"WK1","queueId":"WQ1","answered":1,"talkTime":1170,"holdTime":0,"wrapUpTime":150,"handleTime":1320,"rejected":0,"missed":0,"transferredOut":0}]}""",
            JsonDocument.Parse(body).RootElement.GetProperty("agentQueueReport").GetRawText());
    }

    [Fact]
    [Rule("WFM-61"), Rule("WFM-62"), Rule("WFM-66"), Rule("WFM-91"), Rule("WFM-92")]
    public async Task Of_an_interval_without_anything_mapped_queues_appear_with_zeros_and_both_parts_are_empty()
    {
        await Mappings.CreateQueueMappingAsync(new() { QueueMapping = new() { QueueSid = "WQ1", Medium = Medium.Voice, SkillId = "Support" } }, cancellationToken: Cancellation);

        await RestateAsync("03:00:00", "03:15:00");

        Assert.Equal(
            """{"acdType":"TWILIO","reportVersion":"1.0","startDate":"2026-03-02T03:00:00Z","endDate":"2026-03-02T03:15:00Z","reportData":[{"queueValue":"Support","queueId":"Support","medium":"VOICE","direction":"INBOUND","offered":0,"answered":0,"answeredInServiceLevel":0,"abandoned":0,"shortAbandoned":0,"redirected":0,"queueTime":0,"maxQueueTime":0,"abandonedTime":0,"maxAbandonedTime":0,"talkTime":0,"holdTime":0,"wrapUpTime":0,"handleTime":0,"waitingAtEnd":0,"serviceLevel":null}],"agentQueueReport":{"reportData":[]},"agentSystemPerformanceReport":{"reportData":[]}}""",
            (await ReportAsync("03:00:00", ReportKind.Queue)).Body);
        Assert.Equal(
            """{"acdType":"TWILIO","reportVersion":"1.0","startDate":"2026-03-02T03:00:00Z","endDate":"2026-03-02T03:15:00Z","reportData":[]}""",
            (await ReportAsync("03:00:00", ReportKind.Activity)).Body);
    }

    [Fact]
    [Rule("WFM-74"), Rule("WFM-76"), Rule("WFM-77")]
    public async Task A_late_event_makes_one_revision_with_what_changed_and_only_where_it_did()
    {
        await ConnectAsync();
        await PublishAsync([
            .. Told.Morning("WK1"),
            Told.Closed(Told.Answered("seg_talk", "10:14:05", "10:36:05", 45_000, 1_170_000, 150_000) with { ReservationSid = "WR2" })]);
        await RestateAsync("10:00:00", "10:45:00", push: true);
        await Eventually.TrueAsync(async () => (await StatesAsync()).All(state => state == IntervalState.Delivered));

        await PublishAsync(Told.Revised(Told.Answered("seg_talk", "10:14:05", "10:36:05", 45_000, 1_110_000, 210_000) with { ReservationSid = "WR2", Revision = 2 }));
        await SealAsync();

        Assert.Equal([IntervalState.Delivered, IntervalState.Delivered, IntervalState.Stale], await StatesAsync());
        var queue = (await ReportAsync("10:30:00", ReportKind.Queue)).Report;
        var activity = (await ReportAsync("10:30:00", ReportKind.Activity)).Report;
        Assert.Equal((1, ReportState.Held, 1), (queue.Revision, queue.State, activity.Revision));
        Assert.Equal(
            [
                "agentQueueReport WK1 WQ1 talkTime 1170 1110", "agentQueueReport WK1 WQ1 wrapUpTime 150 210", "agentSystemPerformanceReport WK1 onContactTime 215 155",
                "agentSystemPerformanceReport WK1 wrapUpTime 150 210", "reportData WQ1 talkTime 1170 1110", "reportData WQ1 wrapUpTime 150 210",
            ],
            Changes(queue));
        Assert.Contains("reportData WK1 2026-03-02T10:14:05Z duration 1170 1110", Changes(activity));

        await RestateAsync("10:00:00", "10:45:00");
        Assert.Equal(1, (await ReportAsync("10:30:00", ReportKind.Queue)).Report.Revision);
        Assert.Equal(6, Cxone.To(CxoneStub.Queues).Concat(Cxone.To(CxoneStub.Activities)).Count());

        Assert.Equal(2, (await RestateAsync("10:00:00", "10:45:00", push: true)).PushedReports);
        await Eventually.TrueAsync(async () => (await StatesAsync())[2] == IntervalState.Restated);
    }

    [Fact]
    [Rule("WFM-17"), Rule("WFM-18"), Rule("WFM-20")]
    public async Task Every_agent_is_reported_under_the_login_id_of_that_time_and_no_two_under_one()
    {
        await PublishAsync(
            Told.Activity("WK1", "09:00:00", "Available"), Told.Agent("WK1", "09:00:00", "4711"), Told.Activity("WK2", "09:00:00", "Available"), Told.Agent("WK2", "09:00:00", "4712"),
            Told.Activity("WK3", "09:00:00", "Available"), Told.Agent("WK3", "09:01:00", "4712"), Told.Activity("WK4", "09:00:00", "Available"));
        await PublishAsync(Told.Agent("WK1", "09:20:00", "4799"), Told.Agent("WK2", "09:40:00", "4712", "Deleted"));
        await RestateAsync("09:00:00", "10:00:00");

        Assert.Equal("4711 4712 WK3 WK4", Logins(await ReportAsync("09:00:00", ReportKind.Queue)));
        Assert.Equal("4712 4799 WK3 WK4", Logins(await ReportAsync("09:15:00", ReportKind.Queue)));
        Assert.Equal("4799 WK3 WK4", Logins(await ReportAsync("09:45:00", ReportKind.Queue)));

        static string Logins((Report Report, string Body) report) => string.Join(
            ' ', JsonDocument.Parse(report.Body).RootElement.GetProperty("agentSystemPerformanceReport").GetProperty("reportData").EnumerateArray().Select(row => row.GetProperty("agentId").GetString()));
    }

    private static IEnumerable<string> Changes(Report report) => JsonDocument.Parse(report.Changes).RootElement.GetProperty("changes").EnumerateArray()
        .Select(change => $"{change.GetProperty("report")} {change.GetProperty("row")} {change.GetProperty("measure")} {change.GetProperty("old")} {change.GetProperty("new")}")
        .Order(StringComparer.Ordinal);

    private async Task<List<IntervalState>> StatesAsync() => [.. (await Intervals.ListIntervalsAsync(
        new() { StartTime = Told.At("10:00:00").ToTimestamp(), EndTime = Told.At("10:45:00").ToTimestamp() }, cancellationToken: Cancellation)).Intervals.Select(interval => interval.State)];

    private static string Rows((Report Report, string Body) report) => JsonDocument.Parse(report.Body).RootElement.GetProperty("reportData").GetRawText();

    private static string Activities((Report Report, string Body) report) => string.Join(", ", JsonDocument.Parse(report.Body).RootElement.GetProperty("reportData").EnumerateArray()
        .Select(row => $"{row.GetProperty("activity")}{(row.GetProperty("reasonCode").ValueKind == JsonValueKind.Null ? "" : $"/{row.GetProperty("reasonCode")}")} {row.GetProperty("duration")}"));

    private static string Presence((Report Report, string Body) report)
    {
        var row = Assert.Single(JsonDocument.Parse(report.Body).RootElement.GetProperty("agentSystemPerformanceReport").GetProperty("reportData").EnumerateArray());
        var reasons = string.Concat(row.GetProperty("unavailableReasons").EnumerateArray().Select(reason => $" {reason.GetProperty("reasonCode")} {reason.GetProperty("time")}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{row.GetProperty("loggedInTime")} = {row.GetProperty("availableTime")}+{row.GetProperty("unavailableTime")}+{row.GetProperty("onContactTime")}+{row.GetProperty("wrapUpTime")}{reasons}");
    }

    private static string Text(AgentActivity activity) =>
        string.Join(' ', new[]
        {
            $"{activity.StartTime.ToDateTime():HH:mm:ss}", activity.State, activity.ReasonCode, activity.ReasonText, activity.Medium == Medium.Unspecified ? "" : $"{activity.Medium}", activity.Open ? "open" : "",
        }.Where(part => part.Length > 0));
}

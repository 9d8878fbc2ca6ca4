using System.Text.Json;
using ContactCenter.Sandbox.Passes;
using ContactCenter.Sandbox.Twilio.Lives;
using ContactCenter.Sandbox.Twilio.Truth;
using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Sandbox.Cxone;

/// <summary>Compares what CXone was told of a day with the truth: every agent's last state and every figure of every interval.</summary>
/// <param name="intervals">Has the day's reports worked out and sent.</param>
/// <param name="inbox">What CXone was told.</param>
public sealed class CxoneCheck(IntervalService.IntervalServiceClient intervals, CxoneInbox inbox)
{
    private const string LoggedOut = "LOGGED_OUT";
    private const string Reason = "The sandbox has played the day.";

    private sealed record ActivityFacts(DateTimeOffset Interval, string Login, string State, string? ReasonCode, string? Medium, long Start, long End, long Duration);

    private sealed record QueueFacts(
        DateTimeOffset Interval, string Skill, long Offered, long Answered, long InLevel, long Abandoned, long ShortAbandoned, long Redirected, long Queue, long Talk, long WrapUp, long Waiting);

    private sealed record TimeFacts(DateTimeOffset Interval, string Login, long LoggedIn, long Available, long Unavailable, long OnContact, long WrapUp);

    /// <summary>Number of reports of the day that CXone has.</summary>
    /// <param name="plan">The day.</param>
    public int ReportsOf(TrafficPlan plan) => Reports("agent-activity-report", plan).Count + Reports("queue-report", plan).Count;

    /// <summary>Has the reports of the day sent as far as they are new, and compares what has come.</summary>
    /// <param name="plan">The day.</param>
    /// <param name="isLatest">Whether the suite knows of no later day: only then are its last states what agents do now.</param>
    /// <param name="cancellation">Ends the calls.</param>
    public async Task<IReadOnlyList<Differences>> CompareAsync(TrafficPlan plan, bool isLatest, CancellationToken cancellation)
    {
        try
        {
            await intervals.RestateIntervalsAsync(
                new() { StartTime = plan.Start.ToTimestamp(), EndTime = plan.Start.AddDays(1).ToTimestamp(), Reason = Reason, Push = true }, cancellationToken: cancellation);
        }
        catch (RpcException e) when (e.StatusCode is not StatusCode.Cancelled)
        {
            return [new Differences("Reports to CXone", [$"all: {e.Status}"], [])];
        }

        var spans = AgentTruth.Spans(plan);
        return
        [
            Differences.Between(
                "Last states at CXone",
                isLatest ? plan.Changes.GroupBy(change => change.Worker).Select(changes => new AgentStateFacts(AgentTruth.LoginOf(changes.Key), LoggedOut, null)) : [],
                inbox.States.Where(state => isLatest ? !IsLeft(state) : state.State != LoggedOut)),
            Differences.Between("Activities at CXone", spans.Select(ActivityOf), Reports("agent-activity-report", plan).SelectMany(report => Rows(report).Select(row => ActivityOf(report.Start, row)))),
            Differences.Between(
                "Queue figures at CXone",
                QueueIntervalTruth.Intervals(plan.Lives).Select(QueueOf),
                Reports("queue-report", plan).SelectMany(report => Rows(report).Select(row => QueueOf(report.Start, row)))),
            Differences.Between(
                "Agents' times at CXone",
                TimesOf(spans),
                Reports("queue-report", plan).SelectMany(report => Rows(report, "agentSystemPerformanceReport").Select(row => TimeOf(report.Start, row)))),
            Differences.Between("Intervals at CXone", Enumerable.Range(0, 96).Select(i => plan.Start.AddMinutes(15 * i)), Reports("queue-report", plan).Select(report => report.Start)),
        ];
    }

    // What an agent does may be known before its number is: it was told by the agent's SID then, which has logged out since.
    private static bool IsLeft(AgentStateFacts state) => state.Login.StartsWith("WK", StringComparison.Ordinal) && state.State == LoggedOut;

    private IReadOnlyList<(DateTimeOffset Start, JsonElement Report)> Reports(string kind, TrafficPlan plan) => inbox.Reports(kind, plan.Start, plan.Start.AddDays(1));

    private static JsonElement.ArrayEnumerator Rows((DateTimeOffset Start, JsonElement Report) report, string? section = null) =>
        (section is null ? report.Report : report.Report.GetProperty(section)).GetProperty("reportData").EnumerateArray();

    private static ActivityFacts ActivityOf(SpanFacts span) => new(
        IntervalOf(span.End), span.Login, span.State, span.ReasonCode, span.Medium, span.Start.ToUnixTimeSeconds(), span.End.ToUnixTimeSeconds(), Round(Ms(span.Start, span.End)));

    private static ActivityFacts ActivityOf(DateTimeOffset start, JsonElement row) => new(
        start,
        row.GetProperty("agentId").GetString()!,
        row.GetProperty("activity").GetString()!,
        row.GetProperty("reasonCode").GetString(),
        row.GetProperty("medium").GetString(),
        row.GetProperty("startTime").GetDateTimeOffset().ToUnixTimeSeconds(),
        row.GetProperty("endTime").GetDateTimeOffset().ToUnixTimeSeconds(),
        row.GetProperty("duration").GetInt64());

    private static QueueFacts QueueOf(QueueIntervalFacts facts) => new(
        facts.Start,
        facts.Medium == Medium.Voice ? facts.QueueSid : $"{facts.QueueSid}-{facts.Medium.ToString().ToUpperInvariant()}",
        facts.Offered, facts.Answered, facts.InServiceLevel, facts.Abandoned, facts.ShortAbandoned, facts.Redirected, facts.Queue, facts.Talk, facts.WrapUp, facts.Waiting);

    private static QueueFacts QueueOf(DateTimeOffset start, JsonElement row) => new(
        start,
        row.GetProperty("queueId").GetString()!,
        Number(row, "offered"), Number(row, "answered"), Number(row, "answeredInServiceLevel"), Number(row, "abandoned"), Number(row, "shortAbandoned"), Number(row, "redirected"),
        Number(row, "queueTime"), Number(row, "talkTime"), Number(row, "wrapUpTime"), Number(row, "waitingAtEnd"));

    private static TimeFacts TimeOf(DateTimeOffset start, JsonElement row) => new(
        start, row.GetProperty("agentId").GetString()!, Number(row, "loggedInTime"), Number(row, "availableTime"), Number(row, "unavailableTime"), Number(row, "onContactTime"), Number(row, "wrapUpTime"));

    private static IEnumerable<TimeFacts> TimesOf(IEnumerable<SpanFacts> spans) => spans.SelectMany(Clip).GroupBy(part => (part.Interval, part.Login)).Select(parts =>
    {
        var available = Sum("AVAILABLE");
        var unavailable = available + Sum("UNAVAILABLE");
        var onContact = unavailable + Sum("ON_CONTACT");
        var total = onContact + Sum("WRAP_UP");
        // Parts are rounded so that they add up to the rounded whole (WFM-42).
        return new TimeFacts(
            parts.Key.Interval, parts.Key.Login, Round(total), Round(available), Round(unavailable) - Round(available), Round(onContact) - Round(unavailable), Round(total) - Round(onContact));

        long Sum(string state) => parts.Where(part => part.State == state).Sum(part => part.Ms);
    });

    private static IEnumerable<(DateTimeOffset Interval, string Login, string State, long Ms)> Clip(SpanFacts span)
    {
        for (var start = IntervalOf(span.Start); start < span.End; start = start.AddMinutes(15))
        {
            var end = start.AddMinutes(15) < span.End ? start.AddMinutes(15) : span.End;
            yield return (start, span.Login, span.State, Ms(start > span.Start ? start : span.Start, end));
        }
    }

    private static DateTimeOffset IntervalOf(DateTimeOffset time) => new(time.Ticks - time.Ticks % TimeSpan.FromMinutes(15).Ticks, TimeSpan.Zero);

    private static long Number(JsonElement row, string name) => row.GetProperty(name).GetInt64();

    private static long Ms(DateTimeOffset from, DateTimeOffset until) => until.ToUnixTimeMilliseconds() - from.ToUnixTimeMilliseconds();

    private static long Round(long ms) => (ms + 500) / 1000;
}

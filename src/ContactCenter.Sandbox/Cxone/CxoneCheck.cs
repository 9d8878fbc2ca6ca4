using System.Text.Json;
using ContactCenter.Sandbox.Passes;
using ContactCenter.Sandbox.Twilio.Lives;
using ContactCenter.Sandbox.Twilio.Truth;
using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Sandbox.Cxone;

/// <summary>Compares what CXone was told of a day with the truth: every figure of every queue and interval.</summary>
/// <param name="intervals">Has the day's reports worked out and sent.</param>
/// <param name="inbox">What CXone was told.</param>
public sealed class CxoneCheck(IntervalService.IntervalServiceClient intervals, CxoneInbox inbox)
{
    private const string Reason = "The sandbox has played the day.";

    private sealed record QueueFacts(
        DateTimeOffset Interval, string Skill, long Offered, long Answered, long InLevel, long Abandoned, long ShortAbandoned, long Redirected, long Queue, long Talk, long WrapUp, long Waiting);

    /// <summary>Number of reports of the day that CXone has.</summary>
    /// <param name="plan">The day.</param>
    public int ReportsOf(TrafficPlan plan) => Reports("agent-activity-report", plan).Count + Reports("queue-report", plan).Count;

    /// <summary>Has the reports of the day sent as far as they are new, and compares what has come.</summary>
    /// <param name="plan">The day.</param>
    /// <param name="cancellation">Ends the calls.</param>
    public async Task<IReadOnlyList<Differences>> CompareAsync(TrafficPlan plan, CancellationToken cancellation)
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

        return
        [
            Differences.Between(
                "Queue figures at CXone",
                QueueIntervalTruth.Intervals(plan.Lives).Select(QueueOf),
                Reports("queue-report", plan).SelectMany(report => Rows(report).Select(row => QueueOf(report.Start, row)))),
            Differences.Between("Intervals at CXone", Enumerable.Range(0, 96).Select(i => plan.Start.AddMinutes(15 * i)), Reports("queue-report", plan).Select(report => report.Start)),
        ];
    }

    private IReadOnlyList<(DateTimeOffset Start, JsonElement Report)> Reports(string kind, TrafficPlan plan) => inbox.Reports(kind, plan.Start, plan.Start.AddDays(1));

    private static JsonElement.ArrayEnumerator Rows((DateTimeOffset Start, JsonElement Report) report) =>
        report.Report.GetProperty("reportData").EnumerateArray();

    private static QueueFacts QueueOf(QueueIntervalFacts facts) => new(
        facts.Start,
        facts.Medium == Medium.Voice ? facts.QueueSid : $"{facts.QueueSid}-{facts.Medium.ToString().ToUpperInvariant()}",
        facts.Offered, facts.Answered, facts.InServiceLevel, facts.Abandoned, facts.ShortAbandoned, facts.Redirected, facts.Queue, facts.Talk, facts.WrapUp, facts.Waiting);

    private static QueueFacts QueueOf(DateTimeOffset start, JsonElement row) => new(
        start,
        row.GetProperty("queueId").GetString()!,
        Number(row, "offered"), Number(row, "answered"), Number(row, "answeredInServiceLevel"), Number(row, "abandoned"), Number(row, "shortAbandoned"), Number(row, "redirected"),
        Number(row, "queueTime"), Number(row, "talkTime"), Number(row, "wrapUpTime"), Number(row, "waitingAtEnd"));

    private static long Number(JsonElement row, string name) => row.GetProperty(name).GetInt64();
}

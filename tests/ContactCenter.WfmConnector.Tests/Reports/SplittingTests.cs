using System.Text.Json;
using ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Tests.Reports;

public sealed class SplittingTests(TestServers servers) : WfmTest(servers)
{
    [Fact]
    [Rule("WFM-86"), Rule("WFM-61")]
    public async Task A_report_that_is_too_large_goes_in_halves_where_the_profile_allows_it_and_none_that_was_taken_goes_twice()
    {
        await Profiles.CreateWireProfileAsync(
            new() { Document = WireProfileFaultTests.Changed(profile => (profile["id"], profile["allowSplit"]) = ("ours/1", true)) }, cancellationToken: Cancellation);
        await Profiles.ActivateWireProfileAsync(new() { ProfileId = "ours/1" }, cancellationToken: Cancellation);
        await PublishAsync([.. Enumerable.Range(1, 3).Select(object (number) => Told.Closed(Told.Wait($"seg_{number}", "10:00:00", "10:01:00", "moved") with { QueueSid = $"WQ{number}" }))]);
        var tries = 0;
        Cxone.Answer = call => call.Path != CxoneStub.Queues ? null
            : call.Json.GetProperty("reportData").GetArrayLength() > 1 ? (413, "")
            : call.RequestId!.EndsWith(".2", StringComparison.Ordinal) && Interlocked.Increment(ref tries) == 1 ? (503, "")
            : null;
        await ConnectAsync();
        await RestateAsync("10:00:00", "10:15:00", push: true);
        await Eventually.TrueAsync(async () => (await ReportAsync("10:00:00", ReportKind.Queue)).Report.State == ReportState.Delivered);

        var id = (await ReportAsync("10:00:00", ReportKind.Queue)).Report.ReportId;
        var taken = Cxone.To(CxoneStub.Queues).Where(call => call.Json.GetProperty("reportData").GetArrayLength() == 1).ToList();
        Assert.Equal([".1.1 WQ1", ".1.2 WQ2", ".1.2 WQ2", ".2 WQ3"], taken.Select(call => $"{call.RequestId![$"{id}-r0".Length..]} {Queue(call.Json)}"));
        Assert.All(taken, call => Assert.Equal("""{"reportData":[]}""", call.Json.GetProperty("agentQueueReport").GetRawText()));
        Assert.Equal("2026-03-02T10:00:00Z", taken[0].Json.GetProperty("startDate").GetString());
        Assert.Contains(
            (await Reports.GetReportAsync(new() { ReportId = id }, cancellationToken: Cancellation)).Answers, answer => answer is { HttpStatus: 413, Reason: "REPORT_TOO_LARGE" });
    }

    [Fact]
    [Rule("WFM-86")]
    public async Task One_row_that_is_too_large_is_refused()
    {
        await Profiles.CreateWireProfileAsync(
            new() { Document = WireProfileFaultTests.Changed(profile => (profile["id"], profile["allowSplit"]) = ("ours/1", true)) }, cancellationToken: Cancellation);
        await Profiles.ActivateWireProfileAsync(new() { ProfileId = "ours/1" }, cancellationToken: Cancellation);
        await PublishAsync([.. Enumerable.Range(1, 2).Select(object (number) => Told.Closed(Told.Wait($"seg_{number}", "10:00:00", "10:01:00", "moved") with { QueueSid = $"WQ{number}" }))]);
        Cxone.Answer = call => call.Path == CxoneStub.Queues && call.Body.Contains("WQ1", StringComparison.Ordinal) ? (413, "") : null;
        await ConnectAsync();
        await RestateAsync("10:00:00", "10:15:00", push: true);
        await Eventually.TrueAsync(async () => (await ReportAsync("10:00:00", ReportKind.Queue)).Report.State == ReportState.Rejected);
        Assert.Contains(Cxone.To(CxoneStub.Queues), call => call.RequestId!.EndsWith(".2", StringComparison.Ordinal));
    }

    private static string? Queue(JsonElement report) => report.GetProperty("reportData")[0].GetProperty("queueId").GetString();
}

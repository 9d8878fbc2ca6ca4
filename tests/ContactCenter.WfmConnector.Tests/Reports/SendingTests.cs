using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Tests.Reports;

public sealed class SendingTests(TestServers servers) : WfmTest(servers)
{
    private readonly TestServers _servers = servers;

    protected override Task<string> TakeBrokerAsync() => _servers.ShareVirtualHostAsync();

    [Fact]
    [Rule("WFM-72"), Rule("WFM-73"), Rule("WFM-78"), Rule("WFM-79"), Rule("WFM-80"), Rule("WFM-81"), Rule("WFM-82"), Rule("WFM-84"), Rule("WFM-86")]
    public async Task Every_answer_is_understood_and_kept_and_a_refused_report_does_not_hold_up_later_ones()
    {
        var tries = 0;
        Cxone.Answer = call => call.Path != CxoneStub.Queues ? null : call.Json.GetProperty("startDate").GetString() switch
        {
            "2026-03-02T10:00:00Z" => (200, """{"errors":[{"index":0,"field":"medium","message":"unknown skill"}]}"""),
            "2026-03-02T10:15:00Z" => (200, "<html>"),
            "2026-03-02T10:30:00Z" => (422, $$"""{"errorCode":"E1","message":"bad token {{SecretKey}}"}"""),
            "2026-03-02T10:45:00Z" => (413, ""),
            "2026-03-02T11:00:00Z" when Interlocked.Increment(ref tries) == 1 => (503, "busy"),
            _ => null,
        };
        await ConnectAsync();
        await RestateAsync("10:00:00", "11:30:00", push: true);
        await Eventually.TrueAsync(async () => (await ListAsync(ReportState.Waiting)).Count == 0);

        var found = new List<string>();
        foreach (var report in (await ListAsync(ReportState.Unspecified)).Where(report => report.Kind == ReportKind.Queue))
        {
            var full = await Reports.GetReportAsync(new() { ReportId = report.ReportId }, cancellationToken: Cancellation);
            var answer = full.Answers.FirstOrDefault();
            Assert.All(full.Answers, kept => Assert.Contains("Date", kept.Headers.Keys));
            found.Add($"{report.StartTime.ToDateTime():HH:mm} {report.State} {answer?.HttpStatus} {answer?.Reason} {answer?.ErrorCode} {answer?.Message}".TrimEnd());
            Assert.Equal(full.Body.ToStringUtf8(), Cxone.To(CxoneStub.Queues).First(call => call.RequestId == $"{report.ReportId}-r0").Body);
        }

        Assert.Equal(
            [
                "10:00 Delivered 200 ITEM_REJECTED", "10:15 Unreadable 200 RESPONSE_UNREADABLE", "10:30 Rejected 422 REPORT_REJECTED E1 bad token [redacted]",
                "10:45 Rejected 413 REPORT_TOO_LARGE", "11:00 Delivered 503 HTTP_STATUS", "11:15 Delivered",
            ],
            found);
        Assert.Equal(6, Cxone.To(CxoneStub.Activities).Count());
        Assert.Equal(3, await CountAsync("SELECT count(*) FROM durable.dead_letters"));
        var order = Cxone.To(CxoneStub.Queues).Select(call => call.Json.GetProperty("startDate").GetString()!).ToList();
        Assert.Equal(order.Order(StringComparer.Ordinal), order);

        // Repeated by hand the very bytes go out again.
        Cxone.Answer = _ => null;
        var refused = (await ListAsync(ReportState.Rejected)).Concat(await ListAsync(ReportState.Unreadable)).Select(report => report.ReportId).ToList();
        var replay = new ReplayReportsRequest { ReportIds = { refused }, ValidateOnly = true };
        Assert.Equal(3, (await Reports.ReplayReportsAsync(replay, cancellationToken: Cancellation)).Replayed);
        replay.ValidateOnly = false;
        Assert.Equal(3, (await Reports.ReplayReportsAsync(replay, cancellationToken: Cancellation)).Replayed);
        await Eventually.TrueAsync(async () => (await ListAsync(ReportState.Delivered)).Count == 12);
        Assert.All(refused, id => Assert.Single(Cxone.To(CxoneStub.Queues).Where(call => call.RequestId == $"{id}-r0").Select(call => call.Body).Distinct()));
        await FailsAsync(StatusCode.NotFound, "REPORT_NOT_FOUND", async () => await Reports.GetReportAsync(new() { ReportId = Guid.Empty.ToString() }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", async () => await Reports.GetReportAsync(new() { ReportId = "x" }, cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("WFM-83"), Rule("WFM-85"), Rule("WFM-12")]
    public async Task A_wrong_address_or_a_missing_right_holds_reports_and_rejects_none()
    {
        Cxone.Answer = call => call.Path == CxoneStub.Activities ? (404, "") : call.Path == CxoneStub.Queues ? (302, "") : null;
        await ConnectAsync();
        await RestateAsync("10:00:00", "10:15:00", push: true);
        await Eventually.TrueAsync(() => Cxone.To(CxoneStub.Queues).Any() && Cxone.To(CxoneStub.Activities).Any());
        await Eventually.TrueAsync(async () => await CountAsync("SELECT count(*) FROM wfm.answers") == 2);

        Assert.Equal(2, (await ListAsync(ReportState.Waiting)).Count);
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM wfm.answers WHERE reason = 'ENDPOINT_NOT_FOUND'"));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM wfm.answers WHERE reason = 'REDIRECT_REFUSED'"));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM durable.dead_letters"));
    }

    private async Task<IReadOnlyList<Report>> ListAsync(ReportState state) => (await Reports.ListReportsAsync(
        new() { StartTime = Told.At("10:00:00").ToTimestamp(), EndTime = Told.At("11:30:00").ToTimestamp(), State = state }, cancellationToken: Cancellation)).Reports;
}

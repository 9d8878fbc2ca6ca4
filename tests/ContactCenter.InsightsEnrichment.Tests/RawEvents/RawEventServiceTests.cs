using System.Text;
using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Google.Protobuf;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.RawEvents;

public sealed class RawEventServiceTests(TestServers servers) : InsightsTest(servers)
{
    private RawEventService.RawEventServiceClient RawEvents => new(Channel);

    private EventIngestService.EventIngestServiceClient Ingest => new(Channel);

    protected override string[] Scopes => ["insights.read", "insights.operate", "insights.raw", "insights.ingest"];

    [Fact]
    [Rule("INS-1"), Rule("INS-2")]
    public async Task What_came_is_listed_and_read_byte_for_byte_with_all_that_is_kept_of_it()
    {
        var forms = Examples.ColdTransfer().Forms;
        Http.DefaultRequestHeaders.Add("I-Twilio-Idempotency-Token", "t-1");
        Http.DefaultRequestHeaders.Add("X-Other", "not kept");
        await SendAsync(forms);
        await SettledAsync();

        var ids = new List<string>();
        var request = new ListRawEventsRequest { PageSize = 5, Filter = new() { TaskSid = TaskLife.Sid("WT", 1), Status = RawEventStatus.Processed } };
        do
        {
            var page = await RawEvents.ListRawEventsAsync(request, cancellationToken: Cancellation);
            Assert.All(page.RawEvents, raw => Assert.Empty(raw.Body));
            ids.AddRange(page.RawEvents.Select(raw => raw.EventKey));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(forms.Select(form => form["Sid"]).Reverse(), ids);

        var listed = (await RawEvents.ListRawEventsAsync(new() { Filter = new() { EventKey = forms[1]["Sid"] } }, cancellationToken: Cancellation)).RawEvents[0];
        var read = (await RawEvents.GetRawEventAsync(new() { RawEventId = listed.RawEventId }, cancellationToken: Cancellation)).RawEvent;
        Assert.Equal(FormOf.Bytes(forms[1]), read.Body.ToByteArray());
        Assert.Equal(
            (RawEventSource.TaskrouterWebhook, "reservation.created", TaskLife.AccountSid, TaskLife.WorkspaceSid, "t-1", 1),
            (read.Source, read.EventType, read.AccountSid, read.WorkspaceSid, read.Headers["i-twilio-idempotency-token"], read.Headers.Count));
    }

    [Fact]
    [Rule("INS-17"), Rule("INS-23"), Rule("INS-136")]
    public async Task An_event_that_is_part_of_the_result_stays_so_when_it_is_replayed()
    {
        await SendAsync(Examples.ColdTransfer().Forms);
        await SettledAsync();
        var before = await RowsAsync(TaskLife.Sid("WT", 1));
        var listed = (await RawEvents.ListRawEventsAsync(new() { PageSize = 1 }, cancellationToken: Cancellation)).RawEvents[0];

        var replayed = await RawEvents.ReplayRawEventAsync(new() { RawEventId = listed.RawEventId }, cancellationToken: Cancellation);
        Assert.Equal(RawEventStatus.Processed, replayed.RawEvent.Status);
        await SettledAsync();
        Assert.Equal(before, await RowsAsync(TaskLife.Sid("WT", 1)));
        Assert.Equal("processed 12", await StatusesAsync());

        await FailsAsync(StatusCode.NotFound, "RAW_EVENT_NOT_FOUND", async () => await RawEvents.ReplayRawEventAsync(new() { RawEventId = "x" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "RAW_EVENT_NOT_FOUND", async () => await RawEvents.GetRawEventAsync(new() { RawEventId = Guid.Empty.ToString() }, cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("INS-141"), Rule("INS-13")]
    public async Task Bulk_events_give_what_the_webhooks_would_have_given_and_say_what_was_refused()
    {
        var forms = Examples.ColdTransfer().Forms.Select(form => Form(FormOf.Bytes(form))).ToList();
        using var call = Ingest.IngestTaskRouterEvents(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new() { Events = { forms.Take(6) } }, Cancellation);
        await call.RequestStream.WriteAsync(
            new() { Events = { forms.Skip(6).Concat([forms[0], Text("application/json", "{}"), Text("text/plain", "x"), Form(new byte[1_048_577])]) } }, Cancellation);
        await call.RequestStream.CompleteAsync();
        var answer = await call.ResponseAsync;

        Assert.Equal((12L, 1L, 3L), (answer.Stored, answer.Duplicate, answer.Refused));
        Assert.Equal(["13 NOT_AN_ARRAY", "14 CONTENT_TYPE_UNKNOWN", "15 BODY_TOO_LARGE"], answer.Refusals.Select(refusal => $"{refusal.Index} {refusal.Reason}"));
        await SettledAsync();
        Assert.Equal("duplicate 1, processed 12", await StatusesAsync());
        Assert.Equal(4, (await RowsAsync(TaskLife.Sid("WT", 1))).Count);

        using var large = Ingest.IngestTaskRouterEvents(cancellationToken: Cancellation);
        await large.RequestStream.WriteAsync(new() { Events = { Enumerable.Repeat(forms[0], 501) } }, Cancellation);
        await FailsAsync(StatusCode.InvalidArgument, "BODY_TOO_LARGE", async () => await large.ResponseAsync);
    }

    private static TaskRouterEventText Form(byte[] body) => new() { ContentType = "application/x-www-form-urlencoded", Body = ByteString.CopyFrom(body) };

    private static TaskRouterEventText Text(string contentType, string body) => new() { ContentType = contentType, Body = ByteString.CopyFrom(body, Encoding.UTF8) };

    private static async Task FailsAsync(StatusCode code, string reason, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
    }
}

using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Tests.Agents;
using ContactCenter.InsightsEnrichment.Tests.Loads;
using ContactCenter.InsightsEnrichment.Tests.Sessions;
using Grpc.Core;
using SessionKind = ContactCenter.InsightsEnrichment.Sessions.SessionKind;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Tests.Retention;

public sealed class RetentionTests(TestServers servers) : LoadTest(servers)
{
    private RawEventService.RawEventServiceClient RawEvents => new(Channel);

    private SessionService.SessionServiceClient Sessions => new(Channel);

    private WriteBackService.WriteBackServiceClient WriteBacks => new(Channel);

    protected override string[] Scopes => ["insights.read", "insights.write", "insights.operate", "insights.ingest"];

    [Fact]
    [Rule("INS-22")]
    public async Task Raw_events_go_after_400_days_and_what_was_made_of_them_stays_as_it_is()
    {
        var (life, open) = (Examples.ColdTransfer(), Open(3));
        await SendAsync([.. life.Forms, .. life.Forms.Take(2), .. open.Forms]);
        await SendAsync([new Dictionary<string, string>(life.Forms[0]) { ["EventType"] = "task.unheard-of", ["Sid"] = TaskLife.Sid("EV", 9) }]);
        await SendAsync(new SessionLife(SessionKind.Chat, 5)
            .At("10:00:00", "session.started", new { session_type = "Messaging (Web)", task_sid = life.TaskSid })
            .At("10:06:00", "session.ended", new { status = "finished" }));
        await LoadAsync();
        var before = await StateAsync();
        var statuses = await StatusesAsync();
        await AgeAsync(399);
        Assert.Equal(statuses, await StatusesAsync());

        await AgeAsync(401);
        await AgeAsync(402);
        Assert.Equal($"processed {open.Forms.Count}", await StatusesAsync());
        Assert.Equal(before, await StateAsync());
        await ReprocessAsync(new());
        await LoadAsync();
        Assert.Equal(before, await StateAsync());

        // The conversation that was open goes on with all its events, and then they go as well.
        await SendAsync(open.Reserved("completed", "10:05:00", 31, "John Doe", "Level 1").Completed("10:05:01", "solved").Forms.TakeLast(2));
        await SettledAsync();
        Assert.Equal("288", (await ConversationAsync(open.TaskSid)).TalkTime.Seconds.ToString());
        await AgeAsync(401);
        Assert.Equal("", await StatusesAsync());
    }

    [Fact]
    [Rule("INS-22")]
    public async Task Nothing_changes_what_is_sealed_and_who_tries_is_told_so()
    {
        var life = Examples.ColdTransfer();
        await SendAsync(life.Forms);
        await SettledAsync();
        var (rows, segment) = (await RowsAsync(life.TaskSid), (await Conversations.ListSegmentsAsync(new() { Filter = new() { TaskSid = life.TaskSid } }, cancellationToken: Cancellation)).Segments[0]);
        await AgeAsync(401);

        await SendAsync([life.Forms[0], .. life.Reserved("completed", "10:20:00", 99, "John Doe", "Level 1").Forms.TakeLast(1)]);
        await SettledAsync();
        Assert.Equal("failed 2", await StatusesAsync());
        Assert.Equal(2, await WarningsAsync("conversation_sealed"));
        var late = (await RawEvents.ListRawEventsAsync(new(), cancellationToken: Cancellation)).RawEvents[0];
        Assert.Equal("CONVERSATION_SEALED", late.Error);

        await RefusedAsync(() => RawEvents.ReplayRawEventAsync(new() { RawEventId = late.RawEventId }, cancellationToken: Cancellation));
        await RefusedAsync(() => RawEvents.ReprocessRawEventsAsync(new() { Filter = new() { TaskSid = life.TaskSid } }, cancellationToken: Cancellation));
        await RefusedAsync(() => RawEvents.ReprocessRawEventsAsync(new() { Filter = new() { ConversationId = life.TaskSid } }, cancellationToken: Cancellation));
        var correction = new CorrectSegmentRequest { SegmentId = segment.SegmentId, Reason = "r" };
        correction.Attributes.Add("outcome", "other");
        await RefusedAsync(() => Conversations.CorrectSegmentAsync(correction, cancellationToken: Cancellation));
        await RefusedAsync(() => Conversations.SetSegmentLinkAsync(new() { SegmentId = segment.SegmentId, SegmentLink = "https://example.com/a.mp3", Reason = "r" }, cancellationToken: Cancellation));
        await RefusedAsync(() => WriteBacks.SetTaskEnrichmentAsync(new() { TaskSid = life.TaskSid, Attributes = "{\"outcome\":\"other\"}" }, cancellationToken: Cancellation));
        var counts = await ReprocessAsync(new() { Status = RawEventStatus.Failed });
        Assert.Equal((2L, 0L, 2L), (counts.EventsDone, counts.EventsTakenIn, counts.EventsLeftOut));
        Assert.Equal(rows, await RowsAsync(life.TaskSid));
        await AgeAsync(401);
        Assert.Equal("", await StatusesAsync());
    }

    [Fact]
    [Rule("INS-22"), Rule("INS-59"), Rule("INS-142")]
    public async Task A_task_that_joins_a_sealed_conversation_adds_to_it()
    {
        var life = Examples.ColdTransfer();
        await SendAsync(life.Forms);
        await SettledAsync();
        var before = await ConversationAsync(life.TaskSid);
        await AgeAsync(401);

        var later = new TaskLife(5) { Attributes = $$$"""{"direction":"inbound","from":"+15557654321","conversations":{"conversation_id":"{{{life.TaskSid}}}"},"customers":{"name":"Jane Roe"}}""" }
            .Entered("11:00:00", "Level 1").Offered("11:00:01", 51, "John Doe", "Level 1").Reserved("accepted", "11:00:02", 51, "John Doe", "Level 1");
        await SendAsync(later.Forms);
        await SettledAsync();
        Assert.Null((await ConversationAsync(life.TaskSid)).EndTime);
        await SendAsync(later.Reserved("completed", "11:01:02", 51, "John Doe", "Level 1").Completed("11:01:03").Forms.TakeLast(2));
        await SettledAsync();

        var after = await ConversationAsync(life.TaskSid);
        Assert.Equal((before.SegmentCount + 2, before.HandlingTime.Seconds + 60, before.StartTime), (after.SegmentCount, after.HandlingTime.Seconds, after.StartTime));
        Assert.Equal([life.TaskSid, later.TaskSid], after.TaskSids);
        Assert.Equal(before.CustomerId, after.CustomerId);
        Assert.Equal("Jane Roe", (await Customers.GetCustomerAsync(new() { CustomerId = before.CustomerId }, cancellationToken: Cancellation)).Customer.Attributes["name"]);
        Assert.Equal(4, (await RowsAsync(life.TaskSid)).Count);
        await RefusedAsync(() => Conversations.UnlinkTaskAsync(new() { TaskSid = life.TaskSid, Reason = "r" }, cancellationToken: Cancellation));
        var moved = await Conversations.UnlinkTaskAsync(new() { TaskSid = later.TaskSid, Reason = "r" }, cancellationToken: Cancellation);
        Assert.Equal(1, moved.Moved.ConversationCount);
        Assert.Equal(before.HandlingTime, (await ConversationAsync(life.TaskSid)).HandlingTime);
    }

    [Fact]
    [Rule("INS-22"), Rule("INS-96")]
    public async Task The_last_status_of_a_worker_is_kept_for_the_next_one_to_follow()
    {
        var life = new WorkerLife().Created("08:00:00", "Offline").Changed("09:00:00", "Available").Changed("09:30:00", "Lunch", "Break", 300);
        await SendAsync(life.Forms);
        await SettledAsync();
        var before = await StatusAsync(life.WorkerSid);
        await AgeAsync(401);
        Assert.Equal("processed 1", await StatusesAsync());
        await ReprocessAsync(new());
        Assert.Equal(before, await StatusAsync(life.WorkerSid));

        await SendAsync(life.Changed("09:10:00", "Busy").Changed("10:00:00", "Available").Forms.TakeLast(2));
        await SettledAsync();
        Assert.Equal("failed 1, processed 2", await StatusesAsync());
        Assert.Equal([.. before.SkipLast(1), "Lunch|9:30:00|10:00:00|1800|", "Available|10:00:00|||"], await StatusAsync(life.WorkerSid));
    }

    [Fact]
    [Rule("INS-22"), Rule("INS-66")]
    public async Task What_an_open_conversation_is_judged_by_is_kept()
    {
        var worker = new WorkerLife("John Doe".Sum(letter => letter)).Changed("09:59:00", "Available").Changed("10:00:10", "Offline").Changed("12:00:00", "Available");
        var life = new TaskLife().Entered("10:00:00", "Level 1").Offered("10:00:05", 11, "John Doe", "Level 1").Reserved("timeout", "10:00:20", 11, "John Doe", "Level 1");
        await SendAsync([.. worker.Forms, .. life.Forms]);
        await SettledAsync();
        await AgeAsync(401);
        Assert.Equal("processed 5", await StatusesAsync());
        await ReprocessAsync(new() { TaskSid = life.TaskSid });
        Assert.Contains(await RowsAsync(life.TaskSid), row => row.StartsWith("RejectedConversation", StringComparison.Ordinal));
    }

    [Fact]
    [Rule("INS-22")]
    public async Task Segments_sessions_and_their_rows_in_data_sets_go_after_1100_days()
    {
        var life = Examples.ColdTransfer();
        await SendAsync([.. life.Forms, .. new WorkerLife().Created("08:00:00", "Offline").Changed("09:00:00", "Available").Forms, .. Open(3).Forms]);
        await SendAsync(SessionLife.RecordedCall());
        await LoadAsync();
        var customer = (await ConversationAsync(life.TaskSid)).CustomerId;
        await AgeAsync(1099);
        Assert.Equal(4, (await RowsAsync(life.TaskSid)).Count);
        await AgeAsync(1101);

        Assert.Empty(await RowsAsync(life.TaskSid));
        await FailsAsync(StatusCode.NotFound, "CONVERSATION_NOT_FOUND", null, () => Conversations.GetConversationAsync(new() { ConversationId = life.TaskSid }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "SESSION_NOT_FOUND", null, () => Sessions.GetSessionAsync(new() { Name = "call-1418" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "CUSTOMER_NOT_FOUND", null, () => Customers.GetCustomerAsync(new() { CustomerId = customer }, cancellationToken: Cancellation));
        foreach (var table in (string[])["segments", "conversations", "conversation_customers", "sessions"])
            Assert.Equal((0L, 0L), (await QueryAsync<long>($"SELECT count(*) FROM insights.{table}"), await QueryAsync<long>($"SELECT count(*) FROM insights.loaded_{table}")));
        Assert.Equal(0, await QueryAsync<long>("SELECT (SELECT count(*) FROM insights.tasks) + (SELECT count(*) FROM insights.task_links) + (SELECT count(*) FROM insights.sealed)"));
        // The agent is as before: the last status lasts.
        Assert.Equal(["Available|9:00:00|||"], await StatusAsync(TaskLife.Sid("WK", 1)));
    }

    private static TaskLife Open(int number) => new TaskLife(number)
        .Entered("10:00:00", "Level 1").Offered("10:00:08", number * 10 + 1, "John Doe", "Level 1").Reserved("accepted", "10:00:12", number * 10 + 1, "John Doe", "Level 1");

    private async Task<string> StateAsync() => string.Join('\n',
    [
        .. await RowsAsync(TaskLife.Sid("WT", 1)),
        (await ConversationAsync(TaskLife.Sid("WT", 1))).ToString(),
        .. await RowsAsync(TaskLife.Sid("WT", 3)),
        (await Sessions.GetSessionMetadataAsync(new() { Name = "chat-5" }, cancellationToken: Cancellation)).Metadata.Etag,
        await QueryAsync<string>("SELECT string_agg(segment_id || revision || document::text, ',' ORDER BY segment_id) FROM insights.loaded_segments"),
    ]);

    private async Task SendAsync(SessionLife life)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ingest/sessions/events") { Content = new StringContent(life.Body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("x-api-key", TestKey.Text);
        using var answer = await Http.SendAsync(request, Cancellation);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        await SettledAsync();
    }

    private Task AgeAsync(int days) => Ageing.RunAsync(Services, days, Cancellation);

    private async Task<ReprocessingCounts> ReprocessAsync(RawEventFilter filter)
    {
        var id = (await RawEvents.ReprocessRawEventsAsync(new() { Filter = filter, EventsPerSecond = 1_000 }, cancellationToken: Cancellation)).Reprocessing.ReprocessingId;
        V1.Reprocessing run = null!;
        await Eventually.TrueAsync(async () => (run = (await RawEvents.GetReprocessingAsync(new() { ReprocessingId = id }, cancellationToken: Cancellation)).Reprocessing).State == ReprocessingState.Done);
        Assert.Equal((0L, 0L, 0L), (run.Counts.SegmentsChanged, run.Counts.ConversationsChanged, run.Counts.SessionsChanged));
        return run.Counts;
    }

    private static Task RefusedAsync<T>(Func<AsyncUnaryCall<T>> call) => FailsAsync(StatusCode.FailedPrecondition, "CONVERSATION_SEALED", null, call);
}

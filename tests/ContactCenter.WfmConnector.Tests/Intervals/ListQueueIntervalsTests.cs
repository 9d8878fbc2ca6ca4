using ContactCenter.ServiceDefaults;
using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Tests.Intervals;

public sealed class ListQueueIntervalsTests(TestServers servers) : WfmTest(servers)
{
    [Fact]
    [Rule("WFM-41"), Rule("WFM-43"), Rule("WFM-49"), Rule("WFM-60")]
    public async Task An_answered_contact_counts_with_everything_where_it_ended()
    {
        await PublishAsync(
            Told.Closed(Told.Wait("seg_wait", "10:13:20", "10:14:05", "answered")),
            Told.Closed(Told.Answered("seg_talk", "10:14:05", "10:36:05", 45_000, 1_170_000, 150_000)));

        var row = Assert.Single(await ListAsync());
        Assert.Equal("10:30 offered 1 answered 1 in level 0 abandoned 0+0 redirected 0 waiting 45/45 talk 1170 wrap-up 150 handle 1320 level 0", Text(row));
        Assert.Equal((Told.Queue, Medium.Voice, Told.Queue), (row.QueueSid, row.Medium, row.SkillId));
    }

    [Fact]
    [Rule("WFM-41"), Rule("WFM-46"), Rule("WFM-60")]
    public async Task A_lost_contact_counts_where_it_left_short_ones_apart_and_who_waits_at_the_end_too()
    {
        await PublishAsync(
            Told.Closed(Lost("WQ1", "10:14:00")), Told.Closed(Lost("WQ2", "10:13:24")), Told.Closed(Lost("WQ3", "10:13:25")), Told.Closed(Lost("WQ4", "10:15:00")),
            Told.Entered("WT5", "10:14:00") with { QueueSid = "WQ5" });

        Assert.Equal(
            [
                "10:00 offered 1 answered 0 in level 0 abandoned 1+0 redirected 0 waiting 0/0 talk 0 wrap-up 0 handle 0 level 0",
                "10:00 offered 1 answered 0 in level 0 abandoned 0+1 redirected 0 waiting 0/0 talk 0 wrap-up 0 handle 0 level none",
                "10:00 offered 1 answered 0 in level 0 abandoned 1+0 redirected 0 waiting 0/0 talk 0 wrap-up 0 handle 0 level 0",
                "10:00 offered 0 answered 0 in level 0 abandoned 0+0 redirected 0 waiting 0/0 talk 0 wrap-up 0 handle 0 level none at end 1",
                "10:00 offered 0 answered 0 in level 0 abandoned 0+0 redirected 0 waiting 0/0 talk 0 wrap-up 0 handle 0 level none at end 1",
                "10:15 offered 1 answered 0 in level 0 abandoned 1+0 redirected 0 waiting 0/0 talk 0 wrap-up 0 handle 0 level 0",
                "10:15 offered 0 answered 0 in level 0 abandoned 0+0 redirected 0 waiting 0/0 talk 0 wrap-up 0 handle 0 level none at end 1",
            ],
            (await Intervals.ListQueueIntervalsAsync(Request("10:00:00", "10:30:00"), cancellationToken: Cancellation)).QueueIntervals.Select(Text));

        static ContactCenter.Events.Insights.SegmentFacts Lost(string queue, string left) => Told.Wait($"seg_{queue}", "10:13:20", left, "abandoned") with { QueueSid = queue, TaskSid = $"WT-{queue}" };
    }

    [Fact]
    [Rule("WFM-42"), Rule("WFM-54"), Rule("WFM-55"), Rule("WFM-57"), Rule("WFM-60")]
    public async Task Sums_are_rounded_once_and_only_reported_media_and_directions_count()
    {
        for (var number = 0; number < 3; number++)
            await PublishAsync(Told.Closed(Told.Answered($"seg_{number}", "10:00:00", "10:01:00", 20_400, 400, 400)));
        await PublishAsync(
            Told.Closed(Told.Answered("seg_in_level", "10:00:00", "10:01:00", 20_000, 0, 0)),
            Told.Closed(Told.Wait("seg_moved", "10:00:00", "10:01:00", "moved")),
            Told.Closed(Told.Wait("seg_chat", "10:00:00", "10:01:00", "moved") with { TaskChannel = "chat" }),
            Told.Closed(Told.Wait("seg_mail", "10:00:00", "10:01:00", "moved") with { TaskChannel = "email" }),
            Told.Closed(Told.Wait("seg_out", "10:00:00", "10:01:00", "moved") with { Direction = "Outbound" }));

        var rows = await ListAsync();
        Assert.Equal(
            [
                "10:00 offered 5 answered 4 in level 1 abandoned 0+0 redirected 1 waiting 81/20 talk 1 wrap-up 1 handle 2 level 25",
                "10:00 offered 1 answered 0 in level 0 abandoned 0+0 redirected 1 waiting 0/0 talk 0 wrap-up 0 handle 0 level none",
            ],
            rows.Select(Text));
        Assert.Equal([(Medium.Voice, "WQ1"), (Medium.Chat, "WQ1-CHAT")], rows.Select(row => (row.Medium, row.SkillId)));
    }

    [Fact]
    [Rule("WFM-42"), Rule("WFM-49")]
    public async Task Time_on_hold_is_taken_from_the_talk_and_adds_up_with_it()
    {
        await PublishAsync(
            Told.Closed(Told.Answered("seg_a", "10:00:00", "10:05:00", 1_000, 200_400, 99_600)),
            Told.Hold(4, "10:01:00.400", onHold: false, task: null), Told.Hold(3, "10:00:30", onHold: true, task: "WT1"),
            // One of no length, and one whose end was not told.
            Told.Hold(5, "10:02:00", onHold: true, task: null), Told.Hold(6, "10:02:00", onHold: false, task: null), Told.Hold(9, "10:03:00", onHold: true, task: "WT1"));

        var row = Assert.Single(await ListAsync());
        Assert.Equal((170, 30, 100, 300), (row.TalkTime.Seconds, row.HoldTime.Seconds, row.WrapUpTime.Seconds, row.HandleTime.Seconds));
    }

    [Fact]
    [Rule("WFM-51")]
    public async Task Revisions_count_once_in_any_order_and_what_was_withdrawn_not_at_all()
    {
        var first = Told.Answered("seg_a", "10:00:00", "10:05:00", 1_000, 100_000, 0);
        var gone = Told.Wait("seg_b", "10:00:00", "10:05:00", "abandoned");
        await PublishAsync(Told.Revised(first with { Revision = 3, TalkMilliseconds = 90_000, WrapUpMilliseconds = 10_000 }));
        await PublishAsync(Told.Revised(first with { Revision = 2, TalkMilliseconds = 95_000 }), Told.Withdrawn(gone with { Revision = 2 }));
        await PublishAsync(Told.Closed(first), Told.Closed(gone), Told.Closed(first));

        Assert.Equal("10:00 offered 1 answered 1 in level 1 abandoned 0+0 redirected 0 waiting 1/1 talk 90 wrap-up 10 handle 100 level 100", Text(Assert.Single(await ListAsync())));
    }

    [Fact]
    public async Task Pages_follow_one_another_and_bad_requests_are_told_what_is_wrong()
    {
        await PublishAsync([.. Enumerable.Range(0, 5).Select(number =>
            Told.Closed(Told.Wait($"seg_{number}", $"1{number / 2}:00:00", $"1{number / 2}:14:00", "abandoned") with { QueueSid = $"WQ{number % 2}" }))]);

        var request = Request("10:00:00", "13:00:00");
        request.PageSize = 2;
        var pages = new List<string>();
        do
        {
            var page = await Intervals.ListQueueIntervalsAsync(request, cancellationToken: Cancellation);
            pages.Add(string.Join(' ', page.QueueIntervals.Select(row => $"{row.StartTime.ToDateTime():HH:mm}/{row.QueueSid}")));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(["10:00/WQ0 10:00/WQ1", "11:00/WQ0 11:00/WQ1", "12:00/WQ0"], pages);

        var ofQueue = Request("10:00:00", "13:00:00");
        ofQueue.QueueSid = "WQ1";
        Assert.Equal(2, (await Intervals.ListQueueIntervalsAsync(ofQueue, cancellationToken: Cancellation)).QueueIntervals.Count);

        await FailsAsync("FIELD_REQUIRED", new());
        await FailsAsync("INTERVAL_NOT_ALIGNED", Request("10:00:01", "11:00:00"));
        await FailsAsync("RANGE_INVALID", Request("11:00:00", "11:00:00"));
        var longer = Request("10:00:00", "11:00:00");
        longer.EndTime = Told.At("10:00:00").AddDays(32).ToTimestamp();
        await FailsAsync("RANGE_TOO_LARGE", longer);
        request.PageToken = Paging.Token(ofQueue, "1", "2");
        await FailsAsync("PAGE_TOKEN_INVALID", request);
    }

    private Task FailsAsync(string reason, ListQueueIntervalsRequest request) =>
        FailsAsync(StatusCode.InvalidArgument, reason, async () => await Intervals.ListQueueIntervalsAsync(request, cancellationToken: Cancellation));

    private async Task<IReadOnlyList<QueueInterval>> ListAsync() =>
        (await Intervals.ListQueueIntervalsAsync(Request("00:00:00", "23:45:00"), cancellationToken: Cancellation)).QueueIntervals;

    private static ListQueueIntervalsRequest Request(string start, string end) => new() { StartTime = Told.At(start).ToTimestamp(), EndTime = Told.At(end).ToTimestamp() };

    private static string Text(QueueInterval row) =>
        $"{row.StartTime.ToDateTime():HH:mm} offered {row.Offered} answered {row.Answered} in level {row.AnsweredInServiceLevel} abandoned {row.Abandoned}+{row.ShortAbandoned}"
        + $" redirected {row.Redirected} waiting {row.QueueTime.Seconds}/{row.MaxQueueTime.Seconds} talk {row.TalkTime.Seconds} wrap-up {row.WrapUpTime.Seconds}"
        + $" handle {row.HandleTime.Seconds} level {(row.HasServiceLevel ? row.ServiceLevel : "none")}{(row.WaitingAtEnd > 0 ? $" at end {row.WaitingAtEnd}" : "")}";
}

using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.Tests.Enrichment;

public sealed class EnrichmentTests(TestServers servers) : InsightsTest(servers)
{
    private static readonly string[] ColdTransfer =
    [
        "Queue|Level 1||10:00:00|12||||No|",
        "Conversation|Level 1|John Doe|10:00:12|12|4|120|10|No|",
        "Queue|Level 2||10:02:12|33||||No|",
        "Conversation|Level 2|Alba Perez|10:02:45|33|5|180|30|No|solved",
    ];

    private static readonly string[] AbandonedAfterTransfer =
    [
        "Queue|Level 1||07:21:33|72||||No|",
        "Conversation|Level 1|John Doe|07:22:45|72|4|137|0|No|",
        "Queue|Level 2||07:25:02|3||||Yes|",
        "MissedConversation|Level 2|Alba Perez|07:25:03||2|0||No|",
        "Conversation|Level 2||07:25:05|3||||Yes|hangup",
    ];

    [Fact]
    [Rule("INS-58"), Rule("INS-63"), Rule("INS-70"), Rule("INS-71"), Rule("INS-72"), Rule("INS-74")]
    public async Task The_worked_examples_come_out_as_specified()
    {
        await SendAsync(Examples.ColdTransfer().Forms);
        await SendAsync(Examples.AbandonedAfterTransfer().Forms);
        await SettledAsync();

        Assert.Equal(ColdTransfer, await RowsAsync(TaskLife.Sid("WT", 1)));
        Assert.Equal(AbandonedAfterTransfer, await RowsAsync(TaskLife.Sid("WT", 2)));
        var conversation = (await Conversations.GetConversationAsync(new() { ConversationId = TaskLife.Sid("WT", 1) }, cancellationToken: Cancellation)).Conversation;
        Assert.Equal((340L, 345L, 45L, 300L, 40L), (conversation.HandlingTime.Seconds, conversation.ExperienceTime.Seconds, conversation.QueueTime.Seconds, conversation.TalkTime.Seconds, conversation.WrapUpTime.Seconds));
        Assert.Equal("Call Inbound No solved 4", $"{conversation.Channel} {conversation.Direction} {conversation.Abandoned} {conversation.Outcome} {conversation.SegmentCount}");
        Assert.Equal(new DateTime(2026, 3, 2, 10, 6, 15), conversation.EndTime.ToDateTime());
    }

    [Fact]
    [Rule("INS-13"), Rule("INS-15")]
    public async Task The_last_event_first_and_everything_twice_gives_the_same()
    {
        await SendAsync(Examples.ColdTransfer().Forms.Reverse());
        await SendAsync(Examples.ColdTransfer().Forms);
        await SettledAsync();

        Assert.Equal(ColdTransfer, await RowsAsync(TaskLife.Sid("WT", 1)));
        Assert.Equal("duplicate 12, processed 12", await StatusesAsync());
    }

    [Fact]
    [Rule("INS-15")]
    public async Task A_restart_in_the_middle_loses_nothing_and_repeats_nothing()
    {
        var forms = Examples.ColdTransfer().Forms;
        await SendAsync(forms.Take(7));
        await StopAsync();
        await StartAsync();
        await SendAsync(forms.Skip(7));
        await SettledAsync();

        Assert.Equal(ColdTransfer, await RowsAsync(TaskLife.Sid("WT", 1)));
        Assert.Equal("processed 12", await StatusesAsync());
    }

    [Fact]
    [Rule("INS-59"), Rule("INS-60")]
    public async Task Tasks_join_by_the_conversation_they_name_or_the_call_they_share_also_when_that_is_known_late()
    {
        var first = Examples.ColdTransfer(1);
        var second = new TaskLife(2) { Attributes = JsonSerializer.Serialize(new { conversations = new { conversation_id = first.TaskSid } }) }.Entered("11:00:00", "Level 1").Canceled("11:00:10");
        var third = new TaskLife(3) { Attributes = """{"call_sid":"CA1"}""" }.Entered("12:00:00", "Level 1").Canceled("12:00:10");
        var fourth = new TaskLife(4) { Attributes = """{"call_sid":"CA1"}""" }.Entered("11:30:00", "Level 1").Canceled("11:30:10");
        await SendAsync([.. second.Forms, .. first.Forms, .. third.Forms]);
        await SettledAsync();
        await SendAsync(fourth.Forms);
        await SettledAsync();

        var all = await Conversations.ListConversationsAsync(new(), cancellationToken: Cancellation);
        Assert.Equal(
            [$"{fourth.TaskSid}: {third.TaskSid} {fourth.TaskSid}", $"{first.TaskSid}: {first.TaskSid} {second.TaskSid}"],
            all.Conversations.Select(conversation => $"{conversation.ConversationId}: {string.Join(' ', conversation.TaskSids)}"));
        var moved = await Conversations.ListSegmentsAsync(new() { Filter = new() { TaskSid = third.TaskSid } }, cancellationToken: Cancellation);
        Assert.Equal(2, moved.Segments.Count);
        Assert.All(moved.Segments, segment => Assert.Equal((fourth.TaskSid, true), (segment.ConversationId, segment.Revision > 1)));
    }

    [Fact]
    [Rule("INS-112")]
    public async Task Warnings_of_segments_are_counted_once_however_often_the_segment_is_worked_out_again()
    {
        var life = new TaskLife().Created("09:00:00").Offered("09:00:05", 1, "John Doe", "Level 1").Reserved("accepted", "09:00:07", 1, "John Doe", "Level 1")
            .Reserved("wrapup", "09:01:00", 1, "John Doe", "Level 1").Reserved("completed", "09:01:10", 1, "John Doe", "Level 1").Completed("09:01:11");
        foreach (var form in life.Forms)
        {
            await SendAsync([form]);
            await SettledAsync();
        }

        Assert.Equal("queue_entry_missing 1", await QueryAsync<string>("SELECT string_agg(code || ' ' || count, ', ') FROM insights.warnings"));
    }

    [Fact]
    [Rule("INS-15")]
    public async Task Two_replicas_that_work_on_the_same_conversations_at_once_give_the_same()
    {
        await using var replica = await RunAsync();
        var forms = Enumerable.Range(1, 10).SelectMany(number => new[] { Examples.ColdTransfer(number), Joined(number) }.SelectMany(life => life.Forms)).ToList();
        var answers = await Task.WhenAll(forms.Concat(forms).Select(form => PostAsync(form)));
        Assert.All(answers, answer => Assert.True(answer.IsSuccessStatusCode));
        await SettledAsync();

        for (var number = 1; number <= 10; number++)
        {
            Assert.Equal(ColdTransfer, await RowsAsync(TaskLife.Sid("WT", number)));
            var conversation = (await Conversations.GetConversationAsync(new() { ConversationId = TaskLife.Sid("WT", number) }, cancellationToken: Cancellation)).Conversation;
            Assert.Equal((2, 6, "Yes"), (conversation.TaskSids.Count, conversation.SegmentCount, conversation.Abandoned.ToString()));
        }

        static TaskLife Joined(int number) =>
            new TaskLife(number + 100) { Attributes = JsonSerializer.Serialize(new { previous_task_sid = TaskLife.Sid("WT", number) }) }.Entered("11:00:00", "Level 1").Canceled("11:00:10");
    }

    [Fact]
    [Rule("INS-20")]
    public async Task An_event_that_cannot_be_processed_is_tried_again_and_holds_up_no_other_task()
    {
        await QueryAsync<int?>("ALTER TABLE insights.segments ADD CONSTRAINT ck_test CHECK (task_sid <> '" + TaskLife.Sid("WT", 2) + "')");
        await SendAsync(Examples.AbandonedAfterTransfer().Forms);
        await SendAsync(Examples.ColdTransfer().Forms);
        await Eventually.TrueAsync(async () => (await RowsAsync(TaskLife.Sid("WT", 1))).SequenceEqual(ColdTransfer));

        Assert.StartsWith("PostgresException: 23514", await QueryAsync<string>("SELECT max(error) FROM insights.raw_events WHERE attempts > 0"), StringComparison.Ordinal);
        await QueryAsync<int?>("ALTER TABLE insights.segments DROP CONSTRAINT ck_test");
        await SettledAsync();
        Assert.Equal(AbandonedAfterTransfer, await RowsAsync(TaskLife.Sid("WT", 2)));
    }
}

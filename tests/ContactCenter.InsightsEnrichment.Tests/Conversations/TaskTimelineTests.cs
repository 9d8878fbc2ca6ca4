using ContactCenter.InsightsEnrichment.Conversations;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

public sealed class TaskTimelineTests
{
    private static readonly string Level1 = TaskLife.SidOf("Level 1"), Level2 = TaskLife.SidOf("Level 2");

    [Fact]
    [Rule("INS-63"), Rule("INS-64"), Rule("INS-65"), Rule("INS-70"), Rule("INS-71"), Rule("INS-72")]
    public void A_cold_transfer_gives_four_segments_with_the_times_of_the_worked_example()
    {
        var timeline = Build(Examples.ColdTransfer());

        Assert.Equal(
            [
                "Queue|Level 1||10:00:00|12||||No|",
                "Conversation|Level 1|John Doe|10:00:12|12|4|120|10|No|",
                "Queue|Level 2||10:02:12|33||||No|",
                "Conversation|Level 2|Alba Perez|10:02:45|33|5|180|30|No|solved",
            ],
            timeline.Segments.Select(Row));
        var conversation = Conversation.Of(timeline.TaskSid, [timeline])!;
        Assert.Equal((340, 345), (conversation.HandlingSeconds, conversation.ExperienceSeconds));
        Assert.Equal(("solved", "No", 4), (conversation.Outcome, conversation.Abandoned, conversation.SegmentCount));
        Assert.True(conversation.IsClosed);
    }

    [Fact]
    [Rule("INS-65"), Rule("INS-69"), Rule("INS-142")]
    public void Until_the_second_agent_completes_the_fourth_segment_is_in_progress_with_its_final_id()
    {
        var life = Examples.ColdTransfer();
        var timeline = TaskTimeline.Build(life.Events.Take(9));

        Assert.Equal("ConversationInProgress|Level 2|Alba Perez|10:02:45|33|5|||No|", Row(timeline.Segments[3]));
        Assert.Equal(Build(life).Segments[3].SegmentId, timeline.Segments[3].SegmentId);
        Assert.False(Conversation.Of(timeline.TaskSid, [timeline])!.IsClosed);
    }

    [Fact]
    [Rule("INS-67"), Rule("INS-74"), Rule("INS-77"), Rule("INS-78")]
    public void Giving_up_after_a_transfer_gives_the_five_segments_of_the_worked_example()
    {
        var timeline = Build(Examples.AbandonedAfterTransfer());

        Assert.Equal(
            [
                "Queue|Level 1||07:21:33|72||||No|",
                "Conversation|Level 1|John Doe|07:22:45|72|4|137|0|No|",
                "Queue|Level 2||07:25:02|3||||Yes|",
                "MissedConversation|Level 2|Alba Perez|07:25:03||2|0||No|",
                "Conversation|Level 2||07:25:05|3||||Yes|hangup",
            ],
            timeline.Segments.Select(Row));
        Assert.All(timeline.Segments.Where(segment => segment.AbandonTime is not null), segment =>
        {
            Assert.Equal(3, segment.AbandonTime!.Value.Seconds);
            Assert.Equal("Queue", segment.Attributes["abandoned_phase"]);
            Assert.Equal(AbandonReason.CustomerHangUp, segment.AbandonReason);
        });
        Assert.Equal(2, timeline.Segments.Count(segment => segment.AbandonTime is not null));
        Assert.Equal(MissedReason.Canceled, timeline.Segments[3].MissedReason);
        Assert.Equal("Yes", Conversation.Of(timeline.TaskSid, [timeline])!.Abandoned);
    }

    [Theory]
    [InlineData("rejected", SegmentKind.RejectedConversation, null)]
    [InlineData("timeout", SegmentKind.MissedConversation, MissedReason.Timeout)]
    [InlineData("canceled", SegmentKind.MissedConversation, MissedReason.Canceled)]
    [InlineData("rescinded", SegmentKind.MissedConversation, MissedReason.Rescinded)]
    [Rule("INS-66"), Rule("INS-67")]
    public void An_offer_that_nobody_accepts_gives_a_segment_from_the_offer_to_its_end(string end, SegmentKind kind, MissedReason? reason)
    {
        var timeline = Build(new TaskLife().Entered("09:00:00", "Level 1").Offered("09:00:01", 1, "John Doe", "Level 1").Reserved(end, "09:00:21", 1, "John Doe", "Level 1"));

        var segment = Assert.Single(timeline.Segments, segment => segment.Kind != SegmentKind.Queue);
        Assert.Equal((kind, reason, (int?)20, (int?)0), (segment.Kind, segment.MissedReason, segment.RingTime?.Seconds, segment.TalkTime?.Seconds));
        Assert.Null(segment.QueueTime);
    }

    [Fact]
    [Rule("INS-65")]
    public void A_reservation_that_fails_before_acceptance_gives_no_segment() =>
        Assert.Empty(Build(new TaskLife().Offered("09:00:01", 1, "John Doe", "Level 1").Reserved("failed", "09:00:21", 1, "John Doe", "Level 1")).Segments);

    [Fact]
    [Rule("INS-68")]
    public void A_completion_without_its_acceptance_is_corrupted_and_names_what_is_missing()
    {
        var life = new TaskLife().Entered("09:00:00", "Level 1").Offered("09:00:01", 1, "John Doe", "Level 1").Reserved("completed", "09:05:00", 1, "John Doe", "Level 1");

        var segment = Assert.Single(Build(life).Segments, segment => segment.ReservationSid is not null);
        Assert.Equal(SegmentKind.Corrupted, segment.Kind);
        Assert.Equal(["reservation.accepted"], segment.MissingEvents!);
        Assert.Null(segment.TalkTime);

        var healed = Assert.Single(Build(life.Reserved("accepted", "09:00:05", 1, "John Doe", "Level 1")).Segments, segment => segment.ReservationSid is not null);
        Assert.Equal((SegmentKind.Conversation, segment.SegmentId), (healed.Kind, healed.SegmentId));
    }

    [Fact]
    [Rule("INS-64")]
    public void A_wait_whose_entry_is_not_known_starts_with_the_task_and_says_so()
    {
        var timeline = Build(new TaskLife().Created("09:00:00").Offered("09:00:05", 1, "John Doe", "Level 1").Reserved("accepted", "09:00:07", 1, "John Doe", "Level 1"));

        Assert.Equal((SegmentKind.Queue, (int?)7), (timeline.Segments[0].Kind, timeline.Segments[0].QueueTime?.Seconds));
        Assert.Equal(["queue_entry_missing"], timeline.Segments[0].Codes());
    }

    [Fact]
    [Rule("INS-64")]
    public void Moving_to_another_queue_ends_the_wait_and_begins_the_next()
    {
        var timeline = Build(new TaskLife().Entered("09:00:00", "Level 1").Entered("09:00:30", "Level 2").Canceled("09:00:40"));

        Assert.Equal(
            [(Level1, WaitEnd.Moved, 30), (Level2, WaitEnd.Abandoned, 10)],
            timeline.Segments.Where(segment => segment.Kind == SegmentKind.Queue).Select(segment => (segment.QueueSid!, segment.Left!.Value, segment.QueueTime!.Value.Seconds)));
    }

    [Fact]
    [Rule("INS-74")]
    public void A_task_canceled_after_its_handling_is_not_abandoned()
    {
        var timeline = Build(new TaskLife()
            .Entered("09:00:00", "Level 1").Offered("09:00:01", 1, "John Doe", "Level 1").Reserved("accepted", "09:00:02", 1, "John Doe", "Level 1")
            .Reserved("canceled", "09:01:02", 1, "John Doe", "Level 1").Canceled("09:01:02", "gone"));

        Assert.DoesNotContain(timeline.Segments, segment => segment.Attributes["abandoned"] != "No");
        var handled = Assert.Single(timeline.Segments, segment => segment.Kind == SegmentKind.Conversation);
        Assert.Equal(("gone", "gone", EndedAs.Canceled, 60), (handled.Attributes["outcome"], handled.EndReason, handled.EndedAs, handled.TalkTime!.Value.Seconds));
    }

    [Theory]
    [InlineData("task.transfer-failed", null, null, AbandonReason.TransferFailed)]
    [InlineData("task.canceled", "Task TTL Exceeded", null, AbandonReason.TaskTtl)]
    [InlineData("task.canceled", null, "workflow.timeout", AbandonReason.WorkflowTimeout)]
    [InlineData("task.canceled", "no agent", null, AbandonReason.CanceledByApi)]
    [InlineData("task.canceled", "hangup", null, AbandonReason.CustomerHangUp)]
    [InlineData("task.canceled", null, null, AbandonReason.CustomerHangUp)]
    [Rule("INS-78")]
    public void An_abandoned_segment_says_why(string end, string? reason, string? before, AbandonReason expected)
    {
        var life = new TaskLife().Entered("09:00:00", "Level 1");
        if (before is not null)
            life.Add(before, "09:00:09");
        life.Add(end, "09:00:10", reason is null ? [] : [("TaskCanceledReason", reason)]);

        Assert.All(Build(life).Segments, segment => Assert.Equal(expected, segment.AbandonReason));
    }

    [Fact]
    [Rule("INS-35"), Rule("INS-37"), Rule("INS-38"), Rule("INS-39")]
    public void Attributes_of_the_event_that_ends_the_handling_replace_the_defaults_of_both_its_segments()
    {
        var life = new TaskLife().Entered("09:00:00", "Level 1").Offered("09:00:01", 1, "John Doe", "Level 1").Reserved("accepted", "09:00:02", 1, "John Doe", "Level 1");
        life.Attributes = """{"direction":"outbound-dial","conversations":{"channel":"Video","outcome":"Sold","queue":null,"workflow":""}}""";
        life.Reserved("completed", "09:01:00", 1, "John Doe", "Level 1");
        life.Attributes = """{"conversations":{"channel":"Late"}}""";
        life.Completed("09:01:01", "done");

        Assert.All(Build(life).Segments, segment =>
        {
            Assert.Equal(("Video", "Outbound", "Sold"), (segment.Attributes["channel"], segment.Attributes["direction"], segment.Attributes["outcome"]));
            Assert.Equal(("Level 1", "Everyone"), (segment.Attributes["queue"], segment.Attributes["workflow"]));
        });
        Assert.Equal("done", Build(life).Segments[1].EndReason);
    }

    private static TaskTimeline Build(TaskLife life) => TaskTimeline.Build(life.Events);

    private static string Row(Segment segment) => string.Join('|',
        segment.Kind, segment.Attributes["queue"], segment.AgentName, segment.StartTime.ToString("HH:mm:ss", null), segment.QueueTime?.Seconds,
        segment.RingTime?.Seconds, segment.TalkTime?.Seconds, segment.WrapUpTime?.Seconds, segment.Attributes["abandoned"], segment.Attributes.GetValueOrDefault("outcome"));
}

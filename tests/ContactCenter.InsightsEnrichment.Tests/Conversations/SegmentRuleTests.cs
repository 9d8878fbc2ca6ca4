using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

public sealed class SegmentRuleTests
{
    private static readonly DateTimeOffset Day = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Offline", "09:00:10", SegmentKind.RejectedConversation)]
    [InlineData("Lunch", "09:00:10", SegmentKind.MissedConversation)]
    [InlineData("Offline", "09:00:01", SegmentKind.MissedConversation)]
    [InlineData("Offline", "09:00:21", SegmentKind.MissedConversation)]
    [Rule("INS-66"), Rule("INS-107")]
    public void Going_offline_while_an_offer_is_open_turns_it_down(string activity, string time, SegmentKind expected)
    {
        var life = new TaskLife().Offered("09:00:01", 1, "John Doe", "Level 1").Reserved("timeout", "09:00:21", 1, "John Doe", "Level 1");
        var change = new WorkerActivity(life.Events[0].WorkerSid!, Day + TimeSpan.Parse(time, null), activity);

        var segment = Assert.Single(TaskTimeline.Build(life.Events, surroundings: new([change, change with { WorkerSid = "WK9", Activity = "Offline" }], Day)).Segments);
        Assert.Equal((expected, 20), (segment.Kind, segment.RingTime!.Value.Seconds));
    }

    [Fact]
    [Rule("INS-68")]
    public void A_reservation_that_never_ends_is_corrupted_a_day_after_its_task()
    {
        var life = new TaskLife().Entered("09:00:00", "Level 1").Offered("09:00:01", 1, "John Doe", "Level 1").Reserved("accepted", "09:00:02", 1, "John Doe", "Level 1")
            .Offered("09:30:00", 2, "Alba Perez", "Level 1").Completed("10:00:00");
        var due = Day.AddHours(34);

        var early = TaskTimeline.Build(life.Events, surroundings: new([], due.AddSeconds(-1)));
        Assert.Equal((due, SegmentKind.ConversationInProgress), (early.CheckTime, early.Segments[^1].Kind));

        var late = TaskTimeline.Build(life.Events, surroundings: new([], due));
        Assert.Null(late.CheckTime);
        Assert.Equal(
            ["reservation.completed", "reservation.canceled"],
            late.Segments.Where(segment => segment.Kind == SegmentKind.Corrupted).Select(segment => Assert.Single(segment.MissingEvents!)));
        Assert.All(late.Segments.Where(segment => segment.Kind == SegmentKind.Corrupted), segment => Assert.Empty(segment.Measures));
        Assert.True(Conversation.Of(late.TaskSid, [late])!.IsClosed);

        var healed = TaskTimeline.Build(
            life.Reserved("completed", "09:50:00", 1, "John Doe", "Level 1").Reserved("rescinded", "09:51:00", 2, "Alba Perez", "Level 1").Events, surroundings: new([], due));
        Assert.DoesNotContain(healed.Segments, segment => segment.Kind == SegmentKind.Corrupted);
    }

    [Theory]
    [InlineData(0, "Queue")]
    [InlineData(10, "Queue")]
    [InlineData(11, "Short Queue")]
    [Rule("INS-78"), Rule("INS-76")]
    public void An_abandoned_wait_below_the_limit_is_a_short_one(int limit, string phase)
    {
        var segments = TaskTimeline.Build(new TaskLife().Entered("09:00:00", "Level 1").Canceled("09:00:10").Events, SegmentRules.Default with { ShortQueueSeconds = limit }).Segments;

        Assert.All(segments, segment => Assert.Equal(("Yes", phase), (segment.Attributes["abandoned"], segment.Attributes["abandoned_phase"])));
    }

    [Fact]
    [Rule("INS-73")]
    public void What_preceded_a_conversation_is_only_what_its_attributes_say()
    {
        var attributes = """{"previous_task_sid":"WT7","conversations":{"followed_by":"callback"}}""";
        var segment = TaskTimeline.Build(new TaskLife { Attributes = attributes }.Entered("09:00:00", "Level 1").Canceled("09:00:10").Events).Segments[1];

        Assert.Equal(("WT7", "callback", false), (segment.PreviousTaskSid, segment.Attributes["followed_by"], segment.Attributes.ContainsKey("preceded_by")));
    }
}

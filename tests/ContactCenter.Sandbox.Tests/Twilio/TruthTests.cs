using ContactCenter.Insights.V1;
using ContactCenter.Sandbox.Twilio.Truth;

namespace ContactCenter.Sandbox.Tests.Twilio;

public sealed class TruthTests
{
    [Fact]
    [Rule("INS-70")]
    public void A_cold_transfer_has_the_four_segments_of_the_worked_example()
    {
        var segments = ConversationTruth.Segments(WorkedExamples.ColdTransfer);

        Assert.Equal(
            [
                "Queue Level 1 - 10:00:00 12 - - - No -",
                "Conversation Level 1 Agent 01 10:00:12 12 4 120 10 No -",
                "Queue Level 2 - 10:02:12 33 - - - No -",
                "Conversation Level 2 Agent 02 10:02:45 33 5 180 30 No solved",
            ],
            segments.Select(Row));
        var conversation = Assert.Single(ConversationTruth.Conversations([WorkedExamples.ColdTransfer]));
        Assert.Equal((340, 4, false), (conversation.Handling, conversation.Segments, conversation.Abandoned));
    }

    [Fact]
    [Rule("INS-74")]
    public void A_call_abandoned_after_a_transfer_has_the_five_segments_of_the_worked_example()
    {
        var segments = ConversationTruth.Segments(WorkedExamples.AbandonedAfterTransfer);

        Assert.Equal(
            [
                "Queue Level 1 - 07:21:33 72 - - - No -",
                "Conversation Level 1 Agent 01 07:22:45 72 4 137 0 No -",
                "Queue Level 2 - 07:25:02 3 - - - Yes -",
                "MissedConversation Level 2 Agent 02 07:25:03 - 2 0 - No -",
                "Conversation Level 2 - 07:25:05 3 - - - Yes hangup",
            ],
            segments.Select(Row));
        Assert.All(segments.Where(s => s.Abandoned), s => Assert.Equal(AbandonReason.CustomerHangUp, s.AbandonReason));
    }

    [Fact]
    [Rule("WFM-47")]
    public void A_transfer_counts_as_two_contacts_each_where_it_ended()
    {
        var intervals = QueueIntervalTruth.Intervals([WorkedExamples.ColdTransfer, WorkedExamples.AbandonedAfterTransfer])
            .Select(i => $"{Name(i.QueueSid)} {i.Start:HH:mm} offered {i.Offered} answered {i.Answered} short {i.ShortAbandoned} talk {i.Talk} wrap-up {i.WrapUp}");

        Assert.Equal(
            [
                "Level 1 10:00 offered 1 answered 1 short 0 talk 120 wrap-up 11",
                "Level 2 10:00 offered 1 answered 1 short 0 talk 179 wrap-up 30",
                "Level 1 07:15 offered 1 answered 1 short 0 talk 137 wrap-up 0",
                "Level 2 07:15 offered 1 answered 0 short 1 talk 0 wrap-up 0",
            ],
            intervals);
    }

    private static string Row(SegmentFacts s) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{s.Kind} {Name(s.QueueSid)} {Or(s.Agent)} {s.Start:HH:mm:ss} {Or(s.Queue)} {Or(s.Ring)} {Or(s.Talk)} {Or(s.WrapUp)} {(s.Abandoned ? "Yes" : "No")} {Or(s.Outcome)}");

    private static string Or(object? value) => value?.ToString() is { Length: > 0 } text ? text : "-";

    private static string Name(string queueSid) => queueSid == WorkedExamples.Level1.Sid ? "Level 1" : "Level 2";
}

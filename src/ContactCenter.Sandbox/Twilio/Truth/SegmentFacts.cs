using ContactCenter.Insights.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.Sandbox.Twilio.Truth;

/// <summary>What must be right about a segment. Durations are whole seconds; null where the contract says empty.</summary>
/// <param name="ConversationId">The conversation.</param>
/// <param name="TaskSid">WT…</param>
/// <param name="Kind">What the interval was.</param>
/// <param name="QueueSid">WQ…</param>
/// <param name="Agent">The worker's name; empty without agent.</param>
/// <param name="ReservationSid">WR…; empty without agent.</param>
/// <param name="Start">Its start, to the millisecond.</param>
/// <param name="End">Its end, to the millisecond; null while it lasts.</param>
/// <param name="Queue">Waiting in the queue, ringing included.</param>
/// <param name="Ring">From the offer to its end.</param>
/// <param name="Talk">From acceptance to the start of wrap-up.</param>
/// <param name="WrapUp">From the start of wrap-up to completion.</param>
/// <param name="Abandoned">Whether the customer gave up.</param>
/// <param name="AbandonReason">Why the customer was lost.</param>
/// <param name="MissedReason">Why the offer was missed.</param>
/// <param name="Outcome">The outcome; empty without.</param>
/// <param name="EndedAs">How the task ended, on its last Conversation segment.</param>
/// <param name="EndReason">The reason stated then.</param>
public sealed record SegmentFacts(
    string ConversationId,
    string TaskSid,
    SegmentKind Kind,
    string QueueSid,
    string Agent,
    string ReservationSid,
    DateTimeOffset Start,
    DateTimeOffset? End,
    long? Queue = null,
    long? Ring = null,
    long? Talk = null,
    long? WrapUp = null,
    bool Abandoned = false,
    AbandonReason AbandonReason = AbandonReason.Unspecified,
    MissedReason MissedReason = MissedReason.Unspecified,
    string Outcome = "",
    EndedAs EndedAs = EndedAs.Unspecified,
    string EndReason = "")
{
    /// <summary>Reads the facts of a segment that was served.</summary>
    /// <param name="segment">The segment.</param>
    /// <returns>Its facts.</returns>
    public static SegmentFacts Of(Segment segment) => new(
        segment.ConversationId,
        segment.TaskSid,
        segment.Kind,
        segment.QueueSid,
        segment.AgentName,
        segment.ReservationSid,
        segment.StartTime.ToDateTimeOffset(),
        segment.EndTime?.ToDateTimeOffset(),
        Seconds(segment.MeasuredQueueTime),
        Seconds(segment.MeasuredRingTime),
        Seconds(segment.MeasuredTalkTime),
        Seconds(segment.MeasuredWrapUpTime),
        segment.Attributes.TryGetValue("abandoned", out var abandoned) && abandoned == "Yes",
        segment.AbandonReason,
        segment.MissedReason,
        segment.Attributes.TryGetValue("outcome", out var outcome) ? outcome : "",
        segment.EndedAs,
        segment.EndReason);

    private static long? Seconds(Duration? duration) => duration?.Seconds;
}

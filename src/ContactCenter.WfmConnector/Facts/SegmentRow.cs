using ContactCenter.Events.Insights;

namespace ContactCenter.WfmConnector.Facts;

/// <summary>
/// What reports need of a segment. A contact is one stay of one task in one queue, from entering to the end of its handling
/// (WFM-46): answered ones end with the handling, wrap-up included, all others when the task left the queue.
/// </summary>
public sealed record SegmentRow
{
    /// <summary>The segment.</summary>
    public required string SegmentId { get; init; }

    /// <summary>Its revision.</summary>
    public required long Revision { get; init; }

    /// <summary><c>answered</c>, <c>abandoned</c>, <c>redirected</c> of a contact; <c>rejected</c>, <c>missed</c> of an offer; else null.</summary>
    public required string? Result { get; init; }

    /// <summary>Whether it is a stay in a queue.</summary>
    public required bool IsWait { get; init; }

    /// <summary>Whether it is a handling by an agent that has ended.</summary>
    public required bool IsHandling { get; init; }

    /// <summary>The segment as published.</summary>
    public required SegmentFacts Facts { get; init; }

    /// <summary>In whose interval it counts: with its end, or with that of the talk (WFM-46).</summary>
    public required DateTimeOffset CountTime { get; init; }

    /// <summary>The direction in capitals.</summary>
    public string Direction => Facts.Direction.ToUpperInvariant();

    /// <summary>The medium.</summary>
    public ContactMedium Medium => ContactMedia.Of(Facts.TaskChannel, Facts.Channel);

    /// <summary>Reads a segment.</summary>
    /// <param name="segment">As published.</param>
    /// <param name="withdrawn">Whether it does not exist any more.</param>
    /// <param name="endsWithTalk">Whether an answered contact ends with its talk.</param>
    public static SegmentRow Of(SegmentFacts segment, bool withdrawn, bool endsWithTalk = false) => new()
    {
        SegmentId = segment.SegmentId,
        Revision = segment.Revision,
        Result = withdrawn ? null : ResultOf(segment),
        IsWait = !withdrawn && segment.Kind == SegmentKinds.Queue,
        IsHandling = !withdrawn && segment is { Kind: SegmentKinds.Conversation, ReservationSid: not null, AgentSid: not null },
        CountTime = endsWithTalk && segment is { Kind: SegmentKinds.Conversation, TalkMilliseconds: { } talk } ? segment.StartTime.AddMilliseconds(talk) : segment.EndTime,
        Facts = segment,
    };

    private static string? ResultOf(SegmentFacts segment) => segment switch
    {
        // Without a wait the task came out of no queue; without an agent the Queue segment beside it tells of the same contact.
        { Kind: SegmentKinds.Conversation, ReservationSid: not null, QueueMilliseconds: not null } => "answered",
        { Kind: SegmentKinds.Queue, Left: "abandoned" } => "abandoned",
        { Kind: SegmentKinds.Queue, Left: "moved" or "transferred" or "removed" } => "redirected",
        { Kind: SegmentKinds.RejectedConversation } => "rejected",
        // Of a rescinded offer another agent was faster (WFM-47).
        { Kind: SegmentKinds.MissedConversation, MissedReason: "timeout" or "canceled" } => "missed",
        _ => null,
    };
}

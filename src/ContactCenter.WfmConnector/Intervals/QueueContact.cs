using ContactCenter.Events.Insights;

namespace ContactCenter.WfmConnector.Intervals;

/// <summary>
/// What a segment says about a queue contact: one stay of one task in one queue, from entering to the end of its handling
/// (WFM-46). Answered contacts end with the handling, wrap-up included; all others when the task left the queue.
/// </summary>
public sealed record QueueContact
{
    /// <summary>The segment.</summary>
    public required string SegmentId { get; init; }

    /// <summary>Revision of the segment.</summary>
    public required long Revision { get; init; }

    /// <summary>How the contact ended; null if the segment ends none.</summary>
    public required ContactResult? Result { get; init; }

    /// <summary>The task.</summary>
    public required string TaskSid { get; init; }

    /// <summary>The queue.</summary>
    public required string? QueueSid { get; init; }

    /// <summary>Medium of the contact (WFM-53).</summary>
    public required ContactMedium Medium { get; init; }

    /// <summary><c>Inbound</c>, <c>Outbound</c> or <c>Internal</c>.</summary>
    public required string Direction { get; init; }

    /// <summary>When the contact ended.</summary>
    public required DateTimeOffset EndTime { get; init; }

    /// <summary>From entering the queue to acceptance or leaving, in milliseconds (WFM-49).</summary>
    public required long WaitingMs { get; init; }

    /// <summary>From acceptance to wrap-up, in milliseconds; time on hold is part of it.</summary>
    public required long TalkMs { get; init; }

    /// <summary>From wrap-up to completion, in milliseconds.</summary>
    public required long WrapUpMs { get; init; }

    /// <summary>Reads a segment.</summary>
    /// <param name="segment">As published.</param>
    /// <param name="withdrawn">Whether it does not exist any more.</param>
    public static QueueContact Of(SegmentFacts segment, bool withdrawn) => new()
    {
        SegmentId = segment.SegmentId,
        Revision = segment.Revision,
        Result = withdrawn ? null : ResultOf(segment),
        TaskSid = segment.TaskSid,
        QueueSid = segment.QueueSid,
        Medium = MediumOf(segment.TaskChannel),
        Direction = segment.Direction,
        EndTime = segment.EndTime,
        WaitingMs = segment.QueueMilliseconds ?? 0,
        TalkMs = segment.TalkMilliseconds ?? 0,
        WrapUpMs = segment.WrapUpMilliseconds ?? 0,
    };

    private static ContactResult? ResultOf(SegmentFacts segment) => segment switch
    {
        // Without a wait the task came out of no queue; without an agent the Queue segment beside it tells of the same contact.
        { Kind: SegmentKinds.Conversation, ReservationSid: not null, QueueMilliseconds: not null } => ContactResult.Answered,
        { Kind: SegmentKinds.Queue, Left: "abandoned" } => ContactResult.Abandoned,
        { Kind: SegmentKinds.Queue, Left: "moved" or "transferred" or "removed" } => ContactResult.Redirected,
        _ => null,
    };

    private static ContactMedium MediumOf(string? taskChannel) => taskChannel switch
    {
        "voice" => ContactMedium.Voice,
        "chat" => ContactMedium.Chat,
        "sms" => ContactMedium.Sms,
        "web" => ContactMedium.Web,
        _ => ContactMedium.Other,
    };
}

/// <summary>How a queue contact ended (WFM-46).</summary>
public enum ContactResult
{
    /// <summary>An agent accepted it.</summary>
    Answered,
    /// <summary>It was lost.</summary>
    Abandoned,
    /// <summary>It left the queue otherwise.</summary>
    Redirected,
}

/// <summary>Medium of a contact; all but <see cref="Other"/> are reported (WFM-52), with the numbers of the contract.</summary>
public enum ContactMedium
{
    /// <summary>Not reported.</summary>
    Other = 0,
    /// <summary>Telephone.</summary>
    Voice = 1,
    /// <summary>Text from a web page or messenger.</summary>
    Chat = 2,
    /// <summary>Text message.</summary>
    Sms = 3,
    /// <summary>Forms and call-back requests.</summary>
    Web = 4,
}

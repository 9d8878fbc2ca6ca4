namespace ContactCenter.Events.Insights;

/// <summary>What is known about one segment. A text that is not known is null.</summary>
public sealed record SegmentFacts
{
    /// <summary><c>seg_</c> and 26 characters; the same for the same facts, however often they are processed.</summary>
    public required string SegmentId { get; init; }

    /// <summary>The conversation that the segment belongs to now; a revision may move it.</summary>
    public required string ConversationId { get; init; }

    /// <summary>A value of <see cref="SegmentKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>
    /// Rises with every change of the segment. Whoever keeps segments keeps the highest revision and ignores lower ones,
    /// whatever the order of arrival.
    /// </summary>
    public required long Revision { get; init; }

    /// <summary>SID of the task (<c>WT…</c>).</summary>
    public required string TaskSid { get; init; }

    /// <summary>SID of the reservation (<c>WR…</c>); null for segments without agent.</summary>
    public string? ReservationSid { get; init; }

    /// <summary>SID of the worker (<c>WK…</c>); null for segments without agent.</summary>
    public string? AgentSid { get; init; }

    /// <summary>SID of the task queue (<c>WQ…</c>).</summary>
    public string? QueueSid { get; init; }

    /// <summary>Unique name of the task channel (<c>voice</c>, <c>chat</c>, <c>sms</c>, …), whatever reports show.</summary>
    public string? TaskChannel { get; init; }

    /// <summary>The channel as reports show it (<c>Call</c>, <c>Chat</c>, …); task attributes can replace it.</summary>
    public string? Channel { get; init; }

    /// <summary><c>Inbound</c>, <c>Outbound</c> or <c>Internal</c>.</summary>
    public required string Direction { get; init; }

    /// <summary>When the segment began, with milliseconds.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>When it ended, with milliseconds.</summary>
    public required DateTimeOffset EndTime { get; init; }

    /// <summary>Waiting, ringing included, in whole seconds; null where the segment has no wait.</summary>
    public int? QueueSeconds { get; init; }

    /// <summary>The same in exact milliseconds.</summary>
    public long? QueueMilliseconds { get; init; }

    /// <summary>From the offer to its acceptance or other end in whole seconds; null without offer.</summary>
    public int? RingSeconds { get; init; }

    /// <summary>The same in exact milliseconds.</summary>
    public long? RingMilliseconds { get; init; }

    /// <summary>From acceptance to wrap-up, or completion, in whole seconds.</summary>
    public int? TalkSeconds { get; init; }

    /// <summary>The same in exact milliseconds.</summary>
    public long? TalkMilliseconds { get; init; }

    /// <summary>From wrap-up to completion in whole seconds.</summary>
    public int? WrapUpSeconds { get; init; }

    /// <summary>The same in exact milliseconds.</summary>
    public long? WrapUpMilliseconds { get; init; }

    /// <summary>Of abandoned segments: from queue entry to giving up in whole seconds.</summary>
    public int? AbandonSeconds { get; init; }

    /// <summary><c>No</c>, <c>Yes</c> or <c>Follow-Up</c>.</summary>
    public required string Abandoned { get; init; }

    /// <summary>Where the customer gave up (<c>Queue</c>, <c>Ringing</c>, …); null unless abandoned.</summary>
    public string? AbandonedPhase { get; init; }

    /// <summary>
    /// How the wait of a Queue segment ended: <c>answered</c>, <c>abandoned</c>, <c>transferred</c>, <c>moved</c> or
    /// <c>removed</c>; null for other kinds.
    /// </summary>
    public string? Left { get; init; }

    /// <summary>Why a Missed Conversation was missed: <c>timeout</c>, <c>canceled</c>, <c>rescinded</c>; else null.</summary>
    public string? MissedReason { get; init; }

    /// <summary>The stated or reported outcome; null without.</summary>
    public string? Outcome { get; init; }
}

/// <summary>The values of <see cref="SegmentFacts.Kind"/>.</summary>
public static class SegmentKinds
{
    /// <summary>A wait in one queue.</summary>
    public const string Queue = "Queue";

    /// <summary>A handling that has ended; without agent, the point where the customer gave up.</summary>
    public const string Conversation = "Conversation";

    /// <summary>An offer that ended without answer.</summary>
    public const string MissedConversation = "Missed Conversation";

    /// <summary>An offer that the agent turned down.</summary>
    public const string RejectedConversation = "Rejected Conversation";

    /// <summary>Events are missing; the measures are null.</summary>
    public const string Corrupted = "Corrupted Conversation Segment";
}

using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>
/// All tasks of a conversation have ended and none of its segments is in progress. Published again, with a higher
/// revision, when the conversation was opened again and has closed, or when a late event changed what is stated here.
/// </summary>
[MessageUrn("contactcenter:insights:conversation-closed")]
public sealed record ConversationClosed
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When the conversation ended.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored the change.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The conversation.</summary>
    public required string ConversationId { get; init; }

    /// <summary>Rises with every change of the conversation; keep the highest.</summary>
    public required long Revision { get; init; }

    /// <summary>When its first segment began.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>When its last segment ended.</summary>
    public required DateTimeOffset EndTime { get; init; }

    /// <summary>The channel as reports show it (<c>Call</c>, <c>Chat</c>, …); null if not known.</summary>
    public string? Channel { get; init; }

    /// <summary><c>Inbound</c>, <c>Outbound</c> or <c>Internal</c>.</summary>
    public required string Direction { get; init; }

    /// <summary><c>No</c>, <c>Yes</c> or <c>Follow-Up</c>.</summary>
    public required string Abandoned { get; init; }

    /// <summary>Outcome of the last segment that has one; null if none was stated.</summary>
    public string? Outcome { get; init; }

    /// <summary>Talk and wrap-up time (outbound: with ringing) of all handlings, in whole seconds.</summary>
    public required int HandlingSeconds { get; init; }

    /// <summary>Waiting and talk time, the customer's side, in whole seconds.</summary>
    public required int ExperienceSeconds { get; init; }

    /// <summary>Number of segments.</summary>
    public required int SegmentCount { get; init; }

    /// <summary>The customer, after merges; null as long as no segment has completed by which the customer is known.</summary>
    public string? CustomerId { get; init; }
}

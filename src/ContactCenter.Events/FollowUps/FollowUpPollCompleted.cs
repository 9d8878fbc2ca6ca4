using MassTransit;

namespace ContactCenter.Events.FollowUps;

/// <summary>A poll of a follow-up has ended.</summary>
[MessageUrn("contactcenter:followups:follow-up-poll-completed")]
public sealed record FollowUpPollCompleted
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When it was stored.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>The follow-up.</summary>
    public required string FollowUpId { get; init; }

    /// <summary>The poll.</summary>
    public required string PollId { get; init; }

    /// <summary><c>SUCCEEDED</c>, <c>FAILED</c> or <c>CANCELED</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why it failed, such as <c>NOT_JSON</c>; empty if it did not.</summary>
    public required string Reason { get; init; }

    /// <summary>How many records became tracked.</summary>
    public required int New { get; init; }

    /// <summary>How many stayed.</summary>
    public required int Continued { get; init; }

    /// <summary>How many were closed.</summary>
    public required int Closed { get; init; }
}

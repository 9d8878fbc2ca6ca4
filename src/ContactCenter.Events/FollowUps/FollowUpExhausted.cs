using MassTransit;

namespace ContactCenter.Events.FollowUps;

/// <summary>All attempts about a record were made.</summary>
[MessageUrn("contactcenter:followups:follow-up-exhausted")]
public sealed record FollowUpExhausted
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When it was stored.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>The follow-up.</summary>
    public required string FollowUpId { get; init; }

    /// <summary>The record.</summary>
    public required string RecordId { get; init; }

    /// <summary>What identifies the record in its source.</summary>
    public required string ReconciliationId { get; init; }

    /// <summary>Episode of the record, from 1.</summary>
    public required int Episode { get; init; }
}

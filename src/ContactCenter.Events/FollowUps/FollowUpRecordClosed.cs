using MassTransit;

namespace ContactCenter.Events.FollowUps;

/// <summary>A record is no longer followed up.</summary>
[MessageUrn("contactcenter:followups:follow-up-record-closed")]
public sealed record FollowUpRecordClosed
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

    /// <summary><c>LEFT_RESULT_SET</c>, <c>CONDITION_NOT_MET</c> or <c>FOLLOW_UP_DELETED</c>.</summary>
    public required string Reason { get; init; }
}

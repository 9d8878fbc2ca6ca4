using MassTransit;

namespace ContactCenter.Events.FollowUps;

/// <summary>A recipient has answered.</summary>
[MessageUrn("contactcenter:followups:follow-up-answered")]
public sealed record FollowUpAnswered
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

    /// <summary>The notification.</summary>
    public required string NotificationId { get; init; }

    /// <summary>The recipient.</summary>
    public required string UserId { get; init; }

    /// <summary>The action that was used.</summary>
    public required string ActionId { get; init; }
}

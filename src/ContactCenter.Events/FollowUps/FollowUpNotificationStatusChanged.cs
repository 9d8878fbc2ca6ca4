using MassTransit;

namespace ContactCenter.Events.FollowUps;

/// <summary>A notification was delivered, read, refused or expired.</summary>
[MessageUrn("contactcenter:followups:follow-up-notification-status-changed")]
public sealed record FollowUpNotificationStatusChanged
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

    /// <summary><c>DELIVERED</c>, <c>READ</c>, <c>EXPIRED</c> or <c>FAILED</c>.</summary>
    public required string State { get; init; }

    /// <summary>Why it failed; empty if it did not.</summary>
    public required string Reason { get; init; }
}

using MassTransit;

namespace ContactCenter.Events.FollowUps;

/// <summary>A follow-up was created, changed or deleted.</summary>
[MessageUrn("contactcenter:followups:follow-up-changed")]
public sealed record FollowUpChanged
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When it was stored.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>The follow-up.</summary>
    public required string FollowUpId { get; init; }

    /// <summary>Its name.</summary>
    public required string DisplayName { get; init; }

    /// <summary><c>ACTIVE</c>, <c>INACTIVE</c> or <c>DELETED</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Number of its revision, from 1; a deletion has that of the last one.</summary>
    public required long Revision { get; init; }
}

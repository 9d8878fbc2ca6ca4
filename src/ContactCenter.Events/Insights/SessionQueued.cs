using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A session entered a queue.</summary>
[MessageUrn("contactcenter:insights:session-queued")]
public sealed record SessionQueued
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored it.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The session, as far as it was known.</summary>
    public required SessionFacts Session { get; init; }

    /// <summary>Priority within the queue.</summary>
    public long? Priority { get; init; }

    /// <summary>Seconds within which it should be answered.</summary>
    public long? ServiceLevelTargetSeconds { get; init; }

    /// <summary>Share that should be.</summary>
    public long? ServiceLevelTargetPercent { get; init; }

    /// <summary>Seconds up to which giving up is not counted.</summary>
    public long? AbandonThresholdSeconds { get; init; }

    /// <summary>Transfer that brought it there.</summary>
    public long? TransferId { get; init; }
}

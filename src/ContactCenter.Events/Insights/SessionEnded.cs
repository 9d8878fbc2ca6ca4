using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A session ended. Later facts change its record until <see cref="ReadyTime"/> without notice, then by <see cref="SessionRecordUpdated"/>.</summary>
[MessageUrn("contactcenter:insights:session-ended")]
public sealed record SessionEnded
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

    /// <summary>State of the session.</summary>
    public string? Status { get; init; }

    /// <summary>Why it failed.</summary>
    public string? FailReason { get; init; }

    /// <summary>Who ended it.</summary>
    public string? DisconnectedBy { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset EndTime { get; init; }

    /// <summary>When its metadata count as complete.</summary>
    public required DateTimeOffset ReadyTime { get; init; }

    /// <summary>Sum of the waits.</summary>
    public required int WaitSeconds { get; init; }

    /// <summary>Talk and wrap-up of the agents.</summary>
    public required int SessionSeconds { get; init; }

    /// <summary>Sum of the holds.</summary>
    public required int HoldSeconds { get; init; }

    /// <summary>Whether the status is <c>finished</c>.</summary>
    public required bool Successful { get; init; }

    /// <summary>Version of the record.</summary>
    public required long RecordVersion { get; init; }
}

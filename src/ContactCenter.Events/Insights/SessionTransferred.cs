using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A session is passed on.</summary>
[MessageUrn("contactcenter:insights:session-transferred")]
public sealed record SessionTransferred
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

    /// <summary><c>started</c>, <c>completed</c> or <c>failed</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>Number of the transfer.</summary>
    public required long TransferId { get; init; }

    /// <summary>Whether the agent leaves at once.</summary>
    public bool? Cold { get; init; }

    /// <summary>What the agent noted.</summary>
    public string? Comment { get; init; }

    /// <summary>Why it failed.</summary>
    public string? FailReason { get; init; }

    /// <summary>Agent who passes it on.</summary>
    public SessionAgentFacts? FromAgent { get; init; }

    /// <summary>Queue that it leaves.</summary>
    public string? FromQueueId { get; init; }

    /// <summary>Virtual agent that passes it on.</summary>
    public long? FromVirtualAgentId { get; init; }

    /// <summary>Agent who shall have it.</summary>
    public SessionAgentFacts? ToAgent { get; init; }

    /// <summary>Queue that shall have it.</summary>
    public string? ToQueueId { get; init; }

    /// <summary>Path of that queue.</summary>
    public string? ToQueuePath { get; init; }

    /// <summary>Virtual agent that shall have it.</summary>
    public long? ToVirtualAgentId { get; init; }
}

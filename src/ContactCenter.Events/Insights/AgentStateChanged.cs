using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>
/// An agent changed from one activity to another. Every change is published, also one that came late; whoever keeps only the present
/// activity keeps that with the latest <see cref="StateStartTime"/>.
/// </summary>
[MessageUrn("contactcenter:insights:agent-state-changed")]
public sealed record AgentStateChanged
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When the agent changed.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored the change.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The worker (<c>WK…</c>).</summary>
    public required string AgentSid { get; init; }

    /// <summary>The customer's own number of the agent; null without.</summary>
    public string? AgentId { get; init; }

    /// <summary>Name of the agent; null if not known.</summary>
    public string? FullName { get; init; }

    /// <summary>Name of the activity now.</summary>
    public required string Activity { get; init; }

    /// <summary>The activity now (<c>WA…</c>); null if not known.</summary>
    public string? ActivitySid { get; init; }

    /// <summary>Name of the activity before; null if not known.</summary>
    public string? PreviousActivity { get; init; }

    /// <summary>How long that lasted, in milliseconds; null if not known.</summary>
    public long? PreviousActivityMs { get; init; }

    /// <summary>Whether the agent takes offers now.</summary>
    public required bool Available { get; init; }

    /// <summary>Since when the activity lasts.</summary>
    public required DateTimeOffset StateStartTime { get; init; }

    /// <summary>Conversations that the agent had accepted and not completed at that time.</summary>
    public required int ParallelConversations { get; init; }
}

using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>The launch state of an RCS for Business agent changed in a region.</summary>
[MessageUrn("contactcenter:insights:rcs-agent-launch-state-changed")]
public sealed record RcsAgentLaunchStateChanged
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened, as the platform says.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>The agent.</summary>
    public required string AgentId { get; init; }

    /// <summary>The state before, in the platform's words; empty if none was named.</summary>
    public required string OldState { get; init; }

    /// <summary>The state since, such as <c>LAUNCH_STATE_LAUNCHED</c>.</summary>
    public required string NewState { get; init; }

    /// <summary>The region, such as <c>/v1/regions/fi-rcs</c>; empty if none was named.</summary>
    public required string RegionId { get; init; }
}

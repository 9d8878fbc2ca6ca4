using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>What is known about an agent has changed: a name, an attribute, or whether the worker exists.</summary>
[MessageUrn("contactcenter:insights:agent-changed")]
public sealed record AgentChanged
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it changed.</summary>
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

    /// <summary>E-mail address; null without.</summary>
    public string? Email { get; init; }

    /// <summary>Identity of the team; null without.</summary>
    public string? TeamId { get; init; }

    /// <summary>Name of that team; null without.</summary>
    public string? TeamName { get; init; }

    /// <summary>Identity of the department; null without.</summary>
    public string? DepartmentId { get; init; }

    /// <summary>All values of the worker attributes by name, those above included.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary><c>Active</c>, another state that the attributes give, or <c>Deleted</c>.</summary>
    public required string State { get; init; }
}

namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>A worker as reports know it (INS-95): what its latest events say.</summary>
public sealed record Agent
{
    /// <summary>State of an agent whose worker exists.</summary>
    public const string Active = "Active";

    /// <summary>State of an agent whose worker was removed.</summary>
    public const string Deleted = "Deleted";

    /// <summary>The worker, <c>WK…</c>.</summary>
    public required string AgentSid { get; init; }

    /// <summary>The account.</summary>
    public required string AccountSid { get; init; }

    /// <summary>Name of the worker; the attribute <c>full_name</c> is shown instead where it is given.</summary>
    public string? WorkerName { get; init; }

    /// <summary>Values of the worker attributes by name.</summary>
    public SortedDictionary<string, string> Attributes { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Time of the event that the attributes are of.</summary>
    public DateTimeOffset? AttributesTime { get; init; }

    /// <summary>Key of that event.</summary>
    public string? AttributesKey { get; init; }

    /// <summary>Name of the current activity; null before the first and after the last.</summary>
    public string? Activity { get; init; }

    /// <summary>The current activity.</summary>
    public string? ActivitySid { get; init; }

    /// <summary>When it began, or when the worker was removed.</summary>
    public DateTimeOffset? StatusTime { get; init; }

    /// <summary>Key of the event that began it.</summary>
    public string? StatusKey { get; init; }

    /// <summary>When the worker was made.</summary>
    public DateTimeOffset? DateJoined { get; init; }

    /// <summary>When the worker was removed.</summary>
    public DateTimeOffset? DateLeft { get; init; }

    /// <summary>The queue of the last segment handled; stands for the team where none is given (INS-99).</summary>
    public string? LastQueueSid { get; init; }

    /// <summary>How often it has changed, from 1.</summary>
    public long Revision { get; init; }

    /// <summary>Whether its account is a test environment.</summary>
    public bool Test { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdateTime { get; init; }

    /// <summary>The name to show.</summary>
    public string? FullName => Attributes.GetValueOrDefault("full_name") ?? WorkerName;

    /// <summary><c>Active</c>, another state that the attributes give, or <c>Deleted</c>.</summary>
    public string State => DateLeft is not null ? Deleted : Attributes.GetValueOrDefault("state") ?? Active;

    /// <summary>Whether another reading of the same worker says something else; its revision and the like do not count.</summary>
    /// <param name="other">The other reading.</param>
    public bool Differs(Agent other) =>
        this with { Attributes = other.Attributes, Revision = other.Revision, UpdateTime = other.UpdateTime, LastQueueSid = other.LastQueueSid } != other
        || !Attributes.SequenceEqual(other.Attributes);
}

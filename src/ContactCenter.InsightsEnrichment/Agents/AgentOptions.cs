namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>Settings under <c>Agents</c>.</summary>
public sealed class AgentOptions
{
    /// <summary>When new worker attributes are taken (INS-98).</summary>
    public ApplyAttributes ApplyAttributesOn { get; set; } = ApplyAttributes.AnyWorkerEvent;
}

/// <summary>Which events bring new worker attributes (INS-98).</summary>
public enum ApplyAttributes
{
    /// <summary>Every event of a worker.</summary>
    AnyWorkerEvent,

    /// <summary>Only those that change its status.</summary>
    StatusChange,
}

/// <summary>Settings under <c>Activities</c>: what activities mean where no event has told it (INS-107).</summary>
public sealed class ActivityOptions
{
    /// <summary>Names of the activities in which an agent takes offers.</summary>
    public ISet<string> Available { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Names of the activities of an agent who is not at work.</summary>
    public ISet<string> Offline { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary><see cref="Available"/>, by default <c>Available</c>.</summary>
    public string[] AvailableNames => Available.Count > 0 ? [.. Available] : ["Available"];

    /// <summary><see cref="Offline"/>, by default <c>Offline</c>.</summary>
    public string[] OfflineNames => Offline.Count > 0 ? [.. Offline] : ["Offline"];

    /// <summary>Whether an agent in an activity of this name takes offers.</summary>
    /// <param name="name">The activity's name.</param>
    public bool IsAvailable(string name) => Available.Count > 0 ? Available.Contains(name) : name == "Available";

    /// <summary>Whether an agent in an activity of this name is not at work.</summary>
    /// <param name="name">The activity's name.</param>
    public bool IsOffline(string name) => Offline.Count > 0 ? Offline.Contains(name) : name == "Offline";
}

/// <summary>How the attributes and activities of workers are understood.</summary>
/// <param name="Agents">When attributes are taken.</param>
/// <param name="Activities">What activities mean.</param>
public sealed record AgentSettings(AgentOptions Agents, ActivityOptions Activities)
{
    /// <summary>Whether an agent in an activity takes offers: what its latest event says, else what its name means (INS-107).</summary>
    /// <param name="activity">Name of the activity.</param>
    /// <param name="activitySid">The activity; null if only its name is known.</param>
    /// <param name="known">What events said, by activity.</param>
    public bool IsAvailable(string activity, string? activitySid, IReadOnlyDictionary<string, bool> known) =>
        activitySid is not null && known.TryGetValue(activitySid, out var available) ? available : Activities.IsAvailable(activity);
}

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>What is known of a session: a function of the set of its events and nothing else (INS-29).</summary>
public sealed record SessionRecord
{
    /// <summary>Which session.</summary>
    public required SessionName Name { get; init; }

    /// <summary>Account that its events name; null for the default one.</summary>
    public string? AccountSid { get; init; }

    /// <summary>Whether its start is known; without, the record is provisional.</summary>
    public required bool HasStart { get; init; }

    /// <summary>Present spelling of its type; one that is unknown as it was given.</summary>
    public string? SessionType { get; init; }

    /// <summary>When it began: its start, else its first event.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>When it ended; null while it lasts.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Task that it names.</summary>
    public string? TaskSid { get; init; }

    /// <summary>Call that it names.</summary>
    public string? CallSid { get; init; }

    /// <summary>As the start says it.</summary>
    public string? Direction { get; init; }

    /// <summary>The agents, in the order in which they joined first.</summary>
    public required IReadOnlyList<SessionAgent> Agents { get; init; }

    /// <summary>The metadata document.</summary>
    public required SessionDocument Document { get; init; }

    /// <summary>What was written and shown, in order of time.</summary>
    public required IReadOnlyList<TranscriptEntry> Transcript { get; init; }

    /// <summary>Keys of the events that came after the end and change nothing.</summary>
    public required IReadOnlyList<string> AfterEnd { get; init; }

    /// <summary>Makes the record of a session.</summary>
    /// <param name="name">The session.</param>
    /// <param name="events">All its distinct events, at least one, in any order.</param>
    public static SessionRecord Build(SessionName name, IEnumerable<SessionEvent> events) => new SessionBuilder(name, events).Build();
}

/// <summary>An agent of a session.</summary>
/// <param name="Id">Number of the agent.</param>
/// <param name="CustomId">Own id of the profile.</param>
/// <param name="Email">Address.</param>
/// <param name="Name">Name.</param>
public sealed record SessionAgent(long Id, string? CustomId, string? Email, string? Name);

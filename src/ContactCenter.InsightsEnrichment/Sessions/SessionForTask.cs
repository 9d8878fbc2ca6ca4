namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>What a session says about the task that it names: a function of its events, stored with it (INS-33, INS-55, INS-57).</summary>
public sealed record SessionForTask
{
    /// <summary>What was noted about the handling of each agent, in the order of their numbers.</summary>
    public IReadOnlyList<SessionHandling> Handlings { get; init; } = [];

    /// <summary>Where a finished recording of the whole session can be heard; null without.</summary>
    public string? RecordingLink { get; init; }

    /// <summary>Permission of the recording; null if the session has no recording.</summary>
    public string? RecordingPermission { get; init; }

    /// <summary>Works it out.</summary>
    /// <param name="record">The session.</param>
    /// <param name="accountSid">Its account.</param>
    /// <param name="events">Its events.</param>
    public static SessionForTask Of(SessionRecord record, string accountSid, IEnumerable<SessionEvent> events)
    {
        var ignored = record.AfterEnd.ToHashSet(StringComparer.Ordinal);
        var counted = events.Where(current => !ignored.Contains(current.Key)).Order(SessionEvent.InOrder).ToList();
        var end = counted.Find(current => current.Type == SessionEventTypes.Ended);
        var lastAgent = counted.FindLast(current => current.Type == SessionEventTypes.Joined)?.AgentId;
        var handlings = from current in counted
                        where current.AgentId is not null
                        group current by current.AgentId!.Value into agent
                        orderby agent.Key
                        let disposition = agent.LastOrDefault(current => current.Type == SessionEventTypes.DispositionSubmitted)?.Data
                        let hangUpBy = agent.Key == lastAgent ? HangUpBy(end) : null
                        where disposition is not null || hangUpBy is not null
                        select new SessionHandling(
                            agent.Key,
                            agent.Select(current => current.Data.Text("agent_custom_id")).LastOrDefault(id => id is not null),
                            disposition?.Text("code"),
                            disposition?.Text("note"),
                            hangUpBy);
        var recorded = counted.Exists(current => current.Type == SessionEventTypes.RecordingStarted || IsRecording(current));
        return new()
        {
            Handlings = [.. handlings],
            RecordingLink = LinkOf(counted, accountSid),
            RecordingPermission = recorded ? record.Document.RecordingPermission ?? "not_asked" : null,
        };
    }

    /// <summary>Who ended a session, as segments say it; null if neither agent nor customer did.</summary>
    /// <param name="end">The event that ended it; null while it lasts.</param>
    public static string? HangUpBy(SessionEvent? end) => end?.Data.Text("disconnected_by") switch
    {
        { } by when by.Contains("agent", StringComparison.OrdinalIgnoreCase) => "Agent",
        { } by when by.Contains("end_user", StringComparison.OrdinalIgnoreCase) || by.Contains("customer", StringComparison.OrdinalIgnoreCase) => "Customer",
        _ => null,
    };

    /// <summary>The place of a recording that was added, else that of one that has ended and is known to the telephone network by its SID.</summary>
    private static string? LinkOf(List<SessionEvent> events, string accountSid)
    {
        if (events.Where(IsRecording).Select(current => current.Data.Text("location")).LastOrDefault(place => place is not null) is { } location)
            return location;
        var hasEnded = events.Exists(current => current.Type == SessionEventTypes.Ended);
        var stopped = events.Where(current => current.Type == SessionEventTypes.RecordingStopped).Select(SidOf).ToHashSet();
        return events.Where(current => current.Type == SessionEventTypes.RecordingStarted).Select(SidOf).FirstOrDefault(sid => sid is not null && (hasEnded || stopped.Contains(sid))) is { } recording
            ? $"https://api.twilio.com/2010-04-01/Accounts/{accountSid}/Recordings/{recording}"
            : null;
    }

    /// <summary>Whether a recording is named by its SID in the telephone network.</summary>
    /// <param name="id">Its id.</param>
    public static bool IsSid(string? id) => id is ['R', 'E', .. { Length: > 0 } rest] && rest.All(char.IsAsciiLetterOrDigit);

    private static bool IsRecording(SessionEvent current) => current.Type == SessionEventTypes.MediaAdded && current.Data.Text("kind") == "recording";

    private static string? SidOf(SessionEvent current) =>
        current.Data.Text("recording_id") is { } id && IsSid(id) ? id : null;
}

/// <summary>What a session says about the handling of one agent.</summary>
/// <param name="AgentId">Number of the agent.</param>
/// <param name="AgentCustomId">Own id of the agent's profile; null without.</param>
/// <param name="Outcome">Code of the disposition.</param>
/// <param name="Content">Its note.</param>
/// <param name="HangUpBy"><c>Agent</c> or <c>Customer</c>, for the agent who was there last.</param>
public sealed record SessionHandling(long AgentId, string? AgentCustomId, string? Outcome, string? Content, string? HangUpBy);

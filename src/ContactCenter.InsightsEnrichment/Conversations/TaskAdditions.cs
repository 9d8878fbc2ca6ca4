using System.Globalization;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>What else gives values to the segments of a task besides its events (INS-39). It is stored, so that a task worked out again has the same.</summary>
public sealed record TaskAdditions
{
    /// <summary>Nothing besides the events.</summary>
    public static TaskAdditions None { get; } = new();

    /// <summary>Corrections of its segments and of its conversation, in the order in which they take effect.</summary>
    public IReadOnlyList<Correction> Corrections { get; init; } = [];

    /// <summary>Values stored for the task, in the order in which they were.</summary>
    public IReadOnlyList<StoredEnrichment> Enrichment { get; init; } = [];

    /// <summary>What the sessions say that name the task, in the order of their beginning.</summary>
    public IReadOnlyList<SessionForTask> Sessions { get; init; } = [];

    /// <summary>
    /// Values that those of an event replace: the sessions' of the agent's handling, then what was stored for the task
    /// before that event; what was stored after the last one still belongs to it.
    /// </summary>
    /// <param name="source">The event that ended a segment.</param>
    /// <param name="isLast">Whether it is that of the task's last segment of kind Conversation.</param>
    /// <param name="life">The last handling of its agent; null for any other, or without agent.</param>
    internal IReadOnlyList<FieldValues> Below(TaskRouterEvent source, bool isLast, ReservationLife? life)
    {
        if (Sessions.Count + Enrichment.Count == 0)
            return [];
        var ofSessions = from session in life?.Accepted is null ? [] : Sessions
                         from handling in session.Handlings
                         where IsOf(handling, life!)
                         select FieldValues.None(AttributeFields.Conversations).With(ValuesOf(handling));
        return [.. ofSessions, .. Enrichment.Where(stored => isLast || stored.Time <= source.Time).Select(stored => stored.Values)];
    }

    /// <summary>The corrections of a segment, in the order in which they take effect.</summary>
    /// <param name="segmentId">The segment.</param>
    internal IReadOnlyList<Correction> CorrectionsOf(string segmentId) =>
        [.. Corrections.Where(correction => correction.SegmentId is null || correction.SegmentId == segmentId)];

    /// <summary>Whether an agent of a session is the worker of a reservation: by the profile's own id, without one by the agent's number.</summary>
    private static bool IsOf(SessionHandling handling, ReservationLife life)
    {
        var id = handling.AgentCustomId ?? handling.AgentId.ToString(CultureInfo.InvariantCulture);
        return life.Last(current => current.Worker["agent_id"]) == id || life.Last(current => current.WorkerSid) == id;
    }

    private static IEnumerable<KeyValuePair<string, string>> ValuesOf(SessionHandling handling) =>
        from value in ((string Name, string? Text)[])[("outcome", handling.Outcome), ("content", handling.Content), ("hang_up_by", handling.HangUpBy)]
        where value.Text is not null
        select KeyValuePair.Create(value.Name, value.Text);
}

/// <summary>Values of the object <c>conversations</c> that somebody stored for a task.</summary>
/// <param name="Time">When.</param>
/// <param name="Values">The values.</param>
public sealed record StoredEnrichment(DateTimeOffset Time, FieldValues Values);

/// <summary>The values of one segment besides those of the event that ended it; each list begins with what gives way to all others.</summary>
/// <param name="Below">Those that the event's own values replace.</param>
/// <param name="Corrections">Those that replace the event's own.</param>
internal sealed record SegmentLayers(IReadOnlyList<FieldValues> Below, IReadOnlyList<Correction> Corrections);

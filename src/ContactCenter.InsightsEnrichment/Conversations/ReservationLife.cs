using ContactCenter.InsightsEnrichment.Agents;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>What became of one offer to one worker (INS-65 to INS-68).</summary>
/// <param name="ReservationSid">The reservation.</param>
/// <param name="Events">Its events, in order.</param>
/// <param name="EndOverdue">Whether the task ended so long ago that the end of the reservation, if it is not known, will not come.</param>
internal sealed record ReservationLife(string ReservationSid, IReadOnlyList<TaskRouterEvent> Events, bool EndOverdue)
{
    /// <summary>The offer.</summary>
    public TaskRouterEvent? Created { get; } = First(Events, EventTypes.ReservationCreated);

    /// <summary>Its acceptance.</summary>
    public TaskRouterEvent? Accepted { get; } = First(Events, EventTypes.ReservationAccepted);

    /// <summary>The beginning of the wrap-up.</summary>
    public TaskRouterEvent? WrapUp { get; } = First(Events, EventTypes.ReservationWrapup);

    /// <summary>The end; null while it lasts.</summary>
    public TaskRouterEvent? End { get; } = FindEnd(Events);

    /// <summary>Whether the worker went offline between the offer and its end (INS-66).</summary>
    public bool WentOffline { get; init; }

    /// <summary>What it is in the list of segments; null if it is none, such as an offer that is still open.</summary>
    public SegmentKind? Kind => (Accepted, End) switch
    {
        (_, null) when EndOverdue => SegmentKind.Corrupted,
        (not null, null) => SegmentKind.ConversationInProgress,
        (not null, _) => MissingEvents is null ? SegmentKind.Conversation : SegmentKind.Corrupted,
        (null, null) => null,
        (null, { Type: EventTypes.ReservationFailed }) => null,
        _ when MissingEvents is not null => SegmentKind.Corrupted,
        (null, { Type: EventTypes.ReservationRejected }) => SegmentKind.RejectedConversation,
        _ when WentOffline => SegmentKind.RejectedConversation,
        _ => SegmentKind.MissedConversation,
    };

    /// <summary>Events that should have come, as the end proves or the time since the end of the task; null if there are none.</summary>
    public IReadOnlyList<string>? MissingEvents
    {
        get
        {
            if (End is null && !EndOverdue)
                return null;
            var missing = new List<string>();
            if (Created is null)
                missing.Add(EventTypes.ReservationCreated);
            if (Accepted is null && End?.Type == EventTypes.ReservationCompleted)
                missing.Add(EventTypes.ReservationAccepted);
            if (End is null)
                missing.Add(Accepted is null ? EventTypes.ReservationCanceled : EventTypes.ReservationCompleted);
            return missing.Count > 0 ? missing : null;
        }
    }

    /// <summary>Why the offer counts as missed, for the kind of that name.</summary>
    public MissedReason MissedReason => End!.Type switch
    {
        EventTypes.ReservationTimeout => Conversations.MissedReason.Timeout,
        EventTypes.ReservationRescinded => Conversations.MissedReason.Rescinded,
        _ => Conversations.MissedReason.Canceled,
    };

    /// <summary>The last value that an event of the reservation names.</summary>
    /// <param name="select">Takes the value from an event.</param>
    public string? Last(Func<TaskRouterEvent, string?> select) => Events.Reverse().Select(select).FirstOrDefault(value => value is not null);

    /// <summary>The same, seen together with what the worker did meanwhile.</summary>
    /// <param name="activities">Changes of activity of any workers.</param>
    /// <param name="meaning">What activities mean.</param>
    public ReservationLife With(IEnumerable<WorkerActivity> activities, ActivityOptions meaning) =>
        Accepted is null && Created is { } offer && End is { } end
            // What TaskRouter itself does to the worker when the offer times out is no answer, and has the time of the end.
            ? this with { WentOffline = activities.Any(change => change.WorkerSid == offer.WorkerSid && change.Time > offer.Time && change.Time < end.Time && meaning.IsOffline(change.Activity)) }
            : this;

    private static TaskRouterEvent? FindEnd(IReadOnlyList<TaskRouterEvent> events)
    {
        if (First(events, EventTypes.ReservationCompleted) is { } completed)
            return completed;
        var accepted = First(events, EventTypes.ReservationAccepted) is not null;
        return events.FirstOrDefault(current => current.Type switch
        {
            EventTypes.ReservationCanceled or EventTypes.ReservationFailed => true,
            EventTypes.ReservationRejected or EventTypes.ReservationTimeout or EventTypes.ReservationRescinded => !accepted,
            _ => false,
        });
    }

    private static TaskRouterEvent? First(IReadOnlyList<TaskRouterEvent> events, string type) => events.FirstOrDefault(current => current.Type == type);
}

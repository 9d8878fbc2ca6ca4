using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>The part of a batch that chooses the events that count: those that are known, one arrival of each.</summary>
internal sealed partial class EnrichmentBatch
{
    /// <summary>Decides about an event by itself; true if it takes part in a task.</summary>
    private bool Judge(RawEvent raw)
    {
        if (!EventTypes.AreRecognised(raw.EventType))
        {
            _outcomes[raw.RawEventId] = RawEventStatus.Ignored;
            if (!raw.EventType.StartsWith("com.", StringComparison.Ordinal))
                Warn(raw, "unknown_event_type", "EventType", raw.EventType);
            return false;
        }

        if (!_accounts.Knows(raw.AccountSid, raw.WorkspaceSid))
        {
            _outcomes[raw.RawEventId] = RawEventStatus.SetAside;
            Warn(raw, "account_unknown", "AccountSid", raw.AccountSid);
            return false;
        }

        if (raw.TimeMissing)
            Warn(raw, "timestamp_missing", "Timestamp");
        _outcomes[raw.RawEventId] = RawEventStatus.Processed;
        return raw.TaskSid is not null;
    }

    /// <summary>Chooses one arrival of every event (INS-13, INS-14).</summary>
    private List<(string AccountSid, IReadOnlyList<TaskRouterEvent> Events)> Choose(List<RawEvent> events, Dictionary<Guid, TaskRouterEvent> read)
    {
        var tasks = new List<(string AccountSid, IReadOnlyList<TaskRouterEvent> Events)>();
        foreach (var task in events.GroupBy(raw => (raw.AccountSid, raw.TaskSid)))
        {
            var chosen = new List<TaskRouterEvent>();
            foreach (var arrivals in task.GroupBy(raw => raw.EventKey, StringComparer.Ordinal))
            {
                var ordered = RawEvent.ByPreference(arrivals);
                chosen.Add(Read(ordered[0]));
                Settle(ordered[0], RawEventStatus.Processed);
                foreach (var twin in ordered.Skip(1))
                {
                    if (Settle(twin, RawEventStatus.Duplicate) && Contradicts(chosen[^1], Read(twin)))
                        Warn(twin, "twin_mismatch", "");
                }
            }

            tasks.Add((task.Key.AccountSid!, chosen));
        }

        return tasks;

        TaskRouterEvent Read(RawEvent raw) => read.TryGetValue(raw.RawEventId, out var known) ? known : TaskRouterEvent.Read(raw);
    }

    /// <summary>Notes the status of an event; true if it is another than before.</summary>
    private bool Settle(RawEvent raw, RawEventStatus status)
    {
        if (raw.Status == status)
            return false;
        _outcomes[raw.RawEventId] = status;
        return true;
    }

    private static bool Contradicts(TaskRouterEvent used, TaskRouterEvent twin) =>
        OfTwins(used) != OfTwins(twin);

    private static TaskRouterEvent OfTwins(TaskRouterEvent one) =>
        one with { RawEventId = default, Attributes = TaskAttributes.Empty, Worker = WorkerAttributes.Empty, AttributesUnreadable = false };
}

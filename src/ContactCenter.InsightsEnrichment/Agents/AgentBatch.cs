using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Retention;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.InsightsEnrichment.Warnings;

namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>
/// What a batch of events says about workers and activities: works out again the statuses next to those events and what
/// each agent is like now, writes the differences and publishes what others must hear of (INS-95 to INS-98).
/// </summary>
/// <param name="transaction">Begun by the caller, who also commits it.</param>
/// <param name="accounts">Which accounts are test environments.</param>
/// <param name="settings">How attributes and activities are understood.</param>
/// <param name="now">Time of the changes.</param>
internal sealed class AgentBatch(DurableTransaction transaction, TwilioAccounts accounts, AgentSettings settings, DateTimeOffset now)
{
    private readonly AgentBatchStore _store = new(transaction.Connection);

    /// <summary>Events that have become duplicates of others, or are no duplicates any more.</summary>
    public Dictionary<Guid, RawEventStatus> Outcomes { get; } = [];

    /// <summary>What was not as it should be.</summary>
    public List<Warning> Warnings { get; } = [];

    /// <summary>Processes claimed events of configured accounts; those about neither workers nor activities are left alone.</summary>
    /// <param name="claimed">Events that this transaction holds.</param>
    public async Task RunAsync(IReadOnlyList<RawEvent> claimed)
    {
        var activities = claimed.Where(raw => raw.EventType.StartsWith("activity.", StringComparison.Ordinal)).Select(ActivityEvent.Read).OfType<ActivityEvent>().ToList();
        var workers = claimed.Where(raw => raw.WorkerSid is not null && raw.EventType.StartsWith("worker.", StringComparison.Ordinal)).ToList();
        await _store.LockAsync([.. activities.Select(activity => activity.ActivitySid), .. workers.Select(raw => raw.WorkerSid!)]);
        if (activities.Count > 0)
            await WriteActivitiesAsync(activities);
        if (workers.Count > 0)
            await WriteAgentsAsync(workers);
    }

    private async Task WriteActivitiesAsync(List<ActivityEvent> events)
    {
        var stored = (await _store.ActivitiesAsync([.. events.Select(activity => activity.ActivitySid).Distinct(StringComparer.Ordinal)]))
            .ToDictionary(activity => activity.ActivitySid, StringComparer.Ordinal);
        var latest = events.GroupBy(activity => activity.ActivitySid, StringComparer.Ordinal).Select(group => group.Max(ActivityEvent.InOrder)!)
            .Where(activity => !stored.TryGetValue(activity.ActivitySid, out var before) || ActivityEvent.InOrder.Compare(activity, before) > 0).ToList();
        await _store.WriteActivitiesAsync(latest, now);
        foreach (var activity in latest.Where(activity => accounts.Publishes(activity.AccountSid)))
        {
            if (stored.GetValueOrDefault(activity.ActivitySid) is { } before && before with { Time = activity.Time, Key = activity.Key } == activity)
                continue;
            transaction.Publish(
                new ActivityChanged
                {
                    EventId = NewId(),
                    OccurredTime = activity.Time,
                    RecordedTime = now,
                    AccountSid = activity.AccountSid,
                    ActivitySid = activity.ActivitySid,
                    Name = activity.Name,
                    Available = activity.Available,
                    Deleted = activity.Deleted,
                },
                activity.ActivitySid,
                mandatory: false);
        }
    }

    private async Task WriteAgentsAsync(List<RawEvent> claimed)
    {
        var until = await SealedStore.WorkersAsync(transaction.Connection, [.. claimed.Select(raw => raw.WorkerSid!).Distinct(StringComparer.Ordinal)]);
        claimed = LeaveOut(claimed, until);
        if (claimed.Count == 0)
            return;
        var sids = claimed.Select(raw => raw.WorkerSid!).Distinct(StringComparer.Ordinal).ToArray();
        var twins = await RawEventStore.ProcessedOfWorkersAsync(transaction.Connection, sids, [.. claimed.Select(raw => raw.EventKey).Distinct(StringComparer.Ordinal)]);
        // An event that is worked out again is among those that were processed.
        var arrivals = claimed.Concat(twins).DistinctBy(raw => raw.RawEventId).ToList();
        var news = claimed.Where(raw => raw.Status == RawEventStatus.Received).Select(raw => raw.EventKey).ToHashSet(StringComparer.Ordinal);
        var untold = news.Except(twins.Select(raw => raw.EventKey)).ToHashSet(StringComparer.Ordinal);
        var neighbours = await RawEventStore.StatusNeighboursAsync(transaction.Connection, SpansOf(arrivals), WorkerEvent.StatusTypes);
        var agents = (await _store.AgentsAsync(sids)).ToDictionary(agent => agent.AgentSid, StringComparer.Ordinal);
        var available = await _store.AvailableAsync();

        var segments = new List<StatusSegment>();
        var scopes = new List<(string AgentSid, string Key, bool IsReconstructed)>();
        var changed = new List<(Agent Agent, Agent? Before)>();
        var told = new List<(Agent Agent, WorkerEvent Status, StatusSegment? Previous)>();
        foreach (var worker in arrivals.GroupBy(raw => raw.WorkerSid!, StringComparer.Ordinal))
        {
            var last = worker.Max(raw => raw.EventTime!.Value);
            var keys = worker.Select(raw => raw.EventKey).ToHashSet(StringComparer.Ordinal);
            var edge = until.GetValueOrDefault(worker.Key, DateTimeOffset.MinValue);
            var chosen = Choose(worker.Concat(neighbours.Where(raw => raw.WorkerSid == worker.Key && !keys.Contains(raw.EventKey) && raw.EventTime >= edge)));
            var status = chosen.Where(current => current.IsOfStatus).Order(WorkerEvent.InOrder).ToList();

            // What begins after the last event of this batch is stored already; it only ends what is worked out here.
            var begun = status.Where(current => current.Time <= last).Select(current => current.Key).ToHashSet(StringComparer.Ordinal);
            var mismatches = new List<WorkerEvent>();
            var built = StatusTimeline.Build(status, mismatches).Where(segment => segment.IsReconstructed || begun.Contains(segment.SourceKey)).ToList();
            segments.AddRange(built);
            scopes.AddRange(begun.Select(key => (worker.Key, key, false)));
            var first = worker.Min(raw => raw.EventTime!.Value);
            // What was lost before the earliest event that is kept is known from one that is not.
            scopes.AddRange(status.Where((current, place) => (place > 0 || current.Time >= first) && current.Time > edge).Select(current => (worker.Key, current.Key, true)));
            Warnings.AddRange(mismatches.Where(current => news.Contains(current.Key))
                .Select(current => new Warning(worker.First().AccountSid!, "activity_time_mismatch", "WorkerTimeInPreviousActivity", null, current.RawEventId)));

            var before = agents.GetValueOrDefault(worker.Key);
            var latest = status.Count > 0 && status[^1].Time <= last ? status[^1] : null;
            var agent = AgentOf(worker.First().AccountSid!, worker.Key, before, [.. chosen.Where(current => keys.Contains(current.Key))], latest);
            if (before is null || agent.Differs(before))
                changed.Add((agent with { Revision = (before?.Revision ?? 0) + 1, UpdateTime = now }, before));
            told.AddRange(status.Where(current => current.Activity is not null && current.Type != WorkerEvent.Deleted && (untold.Contains(current.Key) || (current == latest && IsOther(agent, before))))
                .Select(current => (agent, current, PreviousOf(built, current))));
        }

        await WriteSegmentsAsync(segments, scopes, claimed[0].AccountSid!, claimed.ToLookup(raw => raw.WorkerSid!, raw => raw.AccountSid!));
        await _store.WriteAgentsAsync([.. changed.Select(change => change.Agent)]);
        var parallel = await _store.ParallelAsync([.. told.Select(state => (state.Agent.AgentSid, state.Status.Time)).Distinct()]);
        foreach (var (agent, status, previous) in told.Where(state => accounts.Publishes(state.Agent.AccountSid)))
            Publish(agent, status, previous, available, parallel.GetValueOrDefault((agent.AgentSid, status.Time)));
        foreach (var (agent, before) in changed.Where(change => accounts.Publishes(change.Agent.AccountSid)))
            Publish(agent, before);
    }

    /// <summary>Leaves out events from before those that are kept of their worker (INS-22); of these, new ones are kept as failed.</summary>
    private List<RawEvent> LeaveOut(List<RawEvent> claimed, Dictionary<string, DateTimeOffset> until)
    {
        var left = claimed.ToLookup(raw => until.TryGetValue(raw.WorkerSid!, out var edge) && raw.EventTime < edge);
        foreach (var raw in left[true].Where(raw => raw.Status == RawEventStatus.Received))
        {
            Outcomes[raw.RawEventId] = RawEventStatus.Failed;
            Warnings.Add(new(raw.AccountSid!, SealedStore.Warning, "", null, raw.RawEventId));
        }

        return [.. left[false]];
    }

    /// <summary>Of each event that arrived more than once, the arrival that is used (INS-14).</summary>
    private List<WorkerEvent> Choose(IEnumerable<RawEvent> arrivals)
    {
        var chosen = new List<WorkerEvent>();
        foreach (var twins in arrivals.GroupBy(raw => raw.EventKey, StringComparer.Ordinal))
        {
            var ordered = RawEvent.ByPreference(twins);
            chosen.Add(WorkerEvent.Read(ordered[0]));
            foreach (var (place, raw) in ordered.Index())
            {
                var status = place == 0 ? RawEventStatus.Processed : RawEventStatus.Duplicate;
                if (raw.Status != status)
                    Outcomes[raw.RawEventId] = status;
            }
        }

        return chosen;
    }

    private Agent AgentOf(string accountSid, string agentSid, Agent? before, IReadOnlyList<WorkerEvent> events, WorkerEvent? status)
    {
        var agent = before ?? new Agent { AgentSid = agentSid, AccountSid = accountSid, Test = accounts.IsTest(accountSid) };
        var bearer = events.Where(current => current.HasAttributes && (current.IsOfStatus || settings.Agents.ApplyAttributesOn == ApplyAttributes.AnyWorkerEvent)).Max(WorkerEvent.InOrder);
        if (bearer is not null && (bearer.Time, bearer.Key).CompareTo((agent.AttributesTime ?? DateTimeOffset.MinValue, agent.AttributesKey ?? "")) >= 0)
        {
            var warnings = new List<Warning>();
            var attributes = AgentAttributes.Of(
                agentSid,
                bearer.Attributes,
                (code, field, value) => warnings.Add(new(accountSid, code, field, value, bearer.RawEventId) { Note = code == "value_truncated" ? $"{value.Length}" : null }));

            // The same attributes come with every event of a worker: they are warned of once.
            if (!attributes.SequenceEqual(agent.Attributes))
                Warnings.AddRange(warnings);
            agent = agent with
            {
                WorkerName = bearer.Name ?? agent.WorkerName,
                Attributes = attributes,
                AttributesTime = bearer.Time,
                AttributesKey = bearer.Key,
            };
        }

        Warnings.AddRange(events.Where(current => current.AttributesUnreadable).Select(current => new Warning(accountSid, "attributes_not_json", "", null, current.RawEventId)));
        agent = agent with
        {
            WorkerName = agent.WorkerName ?? events.Select(current => current.Name).FirstOrDefault(name => name is not null),
            DateJoined = events.FirstOrDefault(current => current.Type == WorkerEvent.Created)?.Time ?? agent.DateJoined,
            DateLeft = events.FirstOrDefault(current => current.Type == WorkerEvent.Deleted)?.Time ?? agent.DateLeft,
        };
        return status is null
            ? agent
            : agent with
            {
                Activity = status.Type == WorkerEvent.Deleted ? null : status.Activity,
                ActivitySid = status.Type == WorkerEvent.Deleted ? null : status.ActivitySid,
                StatusTime = status.Time,
                StatusKey = status.Key,
            };
    }

    private async Task WriteSegmentsAsync(List<StatusSegment> segments, List<(string AgentSid, string Key, bool IsReconstructed)> scopes, string accountSid, ILookup<string, string> accountOf)
    {
        var stored = await _store.SegmentsAsync(scopes);
        var rows = segments.Select(segment =>
        {
            var account = accountOf[segment.AgentSid].FirstOrDefault() ?? accountSid;
            stored.Remove(segment.SegmentId, out var before);
            return new StatusRow(segment, account, accounts.IsTest(account), (before?.Revision ?? 0) + 1, false, before);
        }).Where(row => row.Before is null or { Withdrawn: true } || row.Before.Segment != row.Segment).ToList();
        var gone = stored.Values.Where(row => !row.Withdrawn).Select(row => row with { Revision = row.Revision + 1, Withdrawn = true });
        await _store.WriteSegmentsAsync([.. rows, .. gone], now);
    }

    private static bool IsOther(Agent agent, Agent? before) => before?.StatusKey != agent.StatusKey || before?.Activity != agent.Activity || before?.StatusTime != agent.StatusTime;

    /// <summary>Tells of a change of activity, also of one that another has followed already: who keeps history needs them all.</summary>
    private void Publish(Agent agent, WorkerEvent status, StatusSegment? previous, IReadOnlyDictionary<string, bool> available, int parallel) => transaction.Publish(
        new AgentStateChanged
        {
            EventId = NewId(),
            OccurredTime = status.Time,
            RecordedTime = now,
            AccountSid = agent.AccountSid,
            AgentSid = agent.AgentSid,
            AgentId = agent.Attributes.GetValueOrDefault("agent_id"),
            FullName = agent.FullName,
            Activity = status.Activity!,
            ActivitySid = status.ActivitySid,
            PreviousActivity = status.PreviousActivity ?? previous?.Activity,
            PreviousActivityMs = (long?)status.InPreviousActivity?.TotalMilliseconds ?? previous?.ActivityTime?.Milliseconds,
            Available = settings.IsAvailable(status.Activity!, status.ActivitySid, available),
            StateStartTime = status.Time,
            ParallelConversations = parallel,
        },
        agent.AgentSid,
        mandatory: false);

    private void Publish(Agent agent, Agent? before)
    {
        if (before is not null && before.State == agent.State && before.FullName == agent.FullName && before.Attributes.SequenceEqual(agent.Attributes))
            return;
        transaction.Publish(
            new AgentChanged
            {
                EventId = NewId(),
                OccurredTime = agent.AttributesTime ?? agent.StatusTime ?? now,
                RecordedTime = now,
                AccountSid = agent.AccountSid,
                AgentSid = agent.AgentSid,
                AgentId = agent.Attributes.GetValueOrDefault("agent_id"),
                FullName = agent.FullName,
                Email = agent.Attributes.GetValueOrDefault("email"),
                TeamId = agent.Attributes.GetValueOrDefault("team_id"),
                TeamName = agent.Attributes.GetValueOrDefault("team_name"),
                DepartmentId = agent.Attributes.GetValueOrDefault("department_id"),
                Attributes = agent.Attributes,
                State = agent.State,
            },
            agent.AgentSid,
            mandatory: false);
    }

    private static StatusSegment? PreviousOf(List<StatusSegment> segments, WorkerEvent status) =>
        segments.Where(segment => segment.EndTime == status.Time).MaxBy(segment => segment.StartTime);

    private static IReadOnlyList<(string WorkerSid, DateTimeOffset First, DateTimeOffset Last)> SpansOf(IEnumerable<RawEvent> arrivals) =>
        [.. arrivals.GroupBy(raw => raw.WorkerSid!, StringComparer.Ordinal)
            .Select(worker => (worker.Key, worker.Min(raw => raw.EventTime!.Value), worker.Max(raw => raw.EventTime!.Value)))];

    private Guid NewId() => Guid.CreateVersion7(now);
}

using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Agents;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.InsightsEnrichment.Warnings;
using ContactCenter.InsightsEnrichment.WriteBack;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>
/// One transaction of enrichment: claims waiting events, works out again every conversation that they touch, from all
/// its events, and writes and publishes the differences. Others that work on the same conversation wait for its end.
/// </summary>
internal sealed partial class EnrichmentBatch
{
    private readonly DurableTransaction _transaction;
    private readonly TwilioAccounts _accounts;
    private readonly EnrichmentRules _rules;
    private readonly SessionBatch _sessions;
    private readonly DateTimeOffset _now;
    private readonly EnrichmentStore _store;
    private readonly AgentBatch _agents;
    private readonly Dictionary<Guid, RawEventStatus> _outcomes = [];
    private readonly List<Warning> _warnings = [];
    private readonly List<(string TaskSid, DateTimeOffset? End, string Link)> _recordings = [];

    /// <summary>Prepares a batch.</summary>
    /// <param name="transaction">Begun by the caller, who also commits it.</param>
    /// <param name="rules">What counts besides the events.</param>
    /// <param name="sessions">The sessions' part of the transaction.</param>
    /// <param name="now">Time of the changes.</param>
    public EnrichmentBatch(DurableTransaction transaction, EnrichmentRules rules, SessionBatch sessions, DateTimeOffset now)
    {
        _agents = new(transaction, rules.Accounts, rules.Agents, now);
        _transaction = transaction;
        _rules = rules;
        _accounts = rules.Accounts;
        _sessions = sessions;
        _now = now;
        _store = new(transaction.Connection);
    }

    /// <summary>What is different now from what was stored.</summary>
    public List<Difference> Differences { get; } = [];

    /// <summary>Processes claimed events.</summary>
    /// <param name="claimed">Events that this transaction holds.</param>
    /// <param name="sessionTasks">Sessions of this transaction, as tasks of their own (INS-32).</param>
    /// <param name="again">Results to work out again although nothing new is known of them.</param>
    /// <returns>False if others hold a conversation that turned out to be concerned: roll back and try again.</returns>
    public async Task<bool> RunAsync(IReadOnlyList<RawEvent> claimed, IReadOnlyList<SessionTask> sessionTasks, EarlierResults again)
    {
        var ofTasks = claimed.Where(Judge).ToDictionary(raw => raw.RawEventId, TaskRouterEvent.Read);
        foreach (var raw in claimed.Where(raw => ofTasks.TryGetValue(raw.RawEventId, out var read) && read.AttributesUnreadable))
            Warn(raw, "attributes_not_json", "");
        var activities = claimed.Where(raw => raw is { EventType: EventTypes.WorkerActivityUpdate, WorkerSid: not null } && _outcomes[raw.RawEventId] == RawEventStatus.Processed).ToList();
        if (ofTasks.Count + activities.Count + sessionTasks.Count + again.Tasks.Count > 0
            && !await RebuildAsync(claimed.Where(raw => ofTasks.ContainsKey(raw.RawEventId)).ToList(), ofTasks, activities, sessionTasks, again.Tasks))
            return false;

        await _agents.RunAsync([.. claimed.Where(raw => raw.TaskSid is null && _outcomes[raw.RawEventId] == RawEventStatus.Processed), .. again.OfWorkers]);
        foreach (var (id, status) in _agents.Outcomes)
            _outcomes[id] = status;
        _warnings.AddRange(_agents.Warnings);
        _warnings.AddRange(await OverwrittenAttributes.FindAsync(
            _transaction.Connection, [.. claimed.Where(raw => raw is { TaskSid: null, WorkerSid: not null, EventTime: not null } && _outcomes[raw.RawEventId] == RawEventStatus.Processed)]));
        await NoteAsync();
        await WriteBackJobs.BeginWaitingAsync(_transaction, claimed, _now);
        return true;
    }

    /// <summary>Works tasks out again without a new event.</summary>
    /// <param name="taskSids">The tasks.</param>
    /// <param name="change">Changes something else that counts, while nobody else works on them; null for nothing.</param>
    /// <returns>False if others hold a conversation that is concerned: roll back and try again.</returns>
    public async Task<bool> RebuildAsync(IReadOnlyCollection<string> taskSids, Func<Task>? change)
    {
        var links = (await _store.LinksAsync([.. taskSids])).ToHashSet(StringComparer.Ordinal);
        await _store.LockAsync(links.Select(EnrichmentStore.LockOf));
        if (await _store.HoldAsync(links) is not { } reachable)
            return false;
        if (change is not null)
            await change();
        await RebuildAsync([], [], reachable, []);
        await NoteAsync();
        return true;
    }

    /// <summary>Notes what became of the events, and begins what follows from it.</summary>
    private async Task NoteAsync()
    {
        await RawEventStore.SetStatusAsync(_transaction.Connection, _outcomes);
        await WarningStore.AddAsync(_transaction, _accounts, _warnings, _now);
        await WriteBackJobs.AttachAsync(_transaction, _recordings, _now);
    }

    private async Task<bool> RebuildAsync(
        IReadOnlyList<RawEvent> claimed, Dictionary<Guid, TaskRouterEvent> read, List<RawEvent> activities, IReadOnlyList<SessionTask> sessionTasks,
        IReadOnlyCollection<(string AccountSid, string TaskSid)> again)
    {
        var links = claimed.SelectMany(raw => TaskLinks.Of(read[raw.RawEventId], _now).Keys().Select(key => LinkOf(raw.AccountSid!, key)))
            .Concat(sessionTasks.SelectMany(task => task.Keys().Select(key => LinkOf(task.AccountSid, key))))
            .Concat(again.Select(task => LinkOf(task.AccountSid, TaskLinks.KeyOf(task.TaskSid))))
            .ToHashSet(StringComparer.Ordinal);
        // Whoever looks for a worker's activities, and whoever adds one, does so after the other.
        links.UnionWith(activities.Concat(claimed.Where(EndsInVain)).Where(raw => raw.WorkerSid is not null).Select(raw => LinkOf(raw.AccountSid!, $"worker:{raw.WorkerSid}")));
        await _store.LockAsync(links.Select(EnrichmentStore.LockOf));
        if (activities.Count > 0)
        {
            var offers = (await _store.LinksOfOffersAsync([.. activities.Select(raw => (raw.WorkerSid!, raw.EventTime!.Value))])).Where(links.Add).ToList();
            if (offers.Count > 0 && !await _store.TryLockAsync(offers.Select(EnrichmentStore.LockOf)))
                return false;
        }

        if (await _store.HoldAsync(links) is not { } reachable)
            return false;
        await RebuildAsync(claimed, read, reachable, sessionTasks);
        return true;
    }

    private async Task RebuildAsync(
        IReadOnlyList<RawEvent> claimed, Dictionary<Guid, TaskRouterEvent> read, List<TaskLinkRow> reachable, IReadOnlyList<SessionTask> sessionTasks)
    {
        var taskSids = claimed.Select(raw => raw.TaskSid!).Concat(sessionTasks.Select(task => task.TaskSid)).Concat(reachable.Select(row => row.TaskSid))
            .Distinct(StringComparer.Ordinal).ToArray();
        if (taskSids.Length == 0)
            return;
        var storedTasks = (await _store.TasksAsync(taskSids)).ToDictionary(row => row.TaskSid, StringComparer.Ordinal);
        var sealedTasks = storedTasks.Values.Where(row => row.IsSealed).ToList();
        if (sealedTasks.Count > 0)
        {
            taskSids = [.. taskSids.Except(sealedTasks.Select(row => row.TaskSid), StringComparer.Ordinal)];
            claimed = LeaveOut(claimed, storedTasks);
        }

        var processed = await RawEventStore.ProcessedAsync(_transaction.Connection, taskSids);
        var further = taskSids.Except(sessionTasks.Select(task => task.TaskSid), StringComparer.Ordinal).Where(sid => SessionName.TryParse(sid, out _)).ToArray();
        if (further.Length > 0)
            sessionTasks = [.. sessionTasks, .. await _sessions.LoadTasksAsync(further)];
        var tasks = Choose([.. processed, .. claimed], read);
        tasks.AddRange(sessionTasks.Where(task => task.Events.Count > 0).Select(task => (task.AccountSid, task.Events)));
        var settled = await SettledAsync(sealedTasks, reachable);
        var conversations = new List<ConversationTasks>();
        foreach (var account in tasks.Select(task => task.AccountSid).Concat(sealedTasks.Select(task => task.AccountSid)).Distinct(StringComparer.Ordinal))
        {
            conversations.AddRange(await GroupAsync(
                account, [.. tasks.Where(task => task.AccountSid == account).Select(task => task.Events)], settled.FindAll(task => task.AccountSid == account), storedTasks));
        }

        _recordings.AddRange(from conversation in conversations
                             from task in conversation.Tasks
                             where task.RecordingToAttach is not null && _accounts.RestKeyOf(conversation.AccountSid)?.Sid.Length > 0
                             select (task.TaskSid, task.End?.Time, task.RecordingToAttach));
        await WriteTasksAsync(conversations, storedTasks, reachable);
        await WriteResultsAsync(conversations, storedTasks.Values, taskSids);
    }

    /// <summary>What the workers did to whom tasks were offered in vain (INS-66).</summary>
    private async Task<IReadOnlyList<WorkerActivity>> ActivitiesAsync(string accountSid, IEnumerable<IReadOnlyList<TaskRouterEvent>> tasks)
    {
        var offers = tasks.SelectMany(task => task).Where(current => current.ReservationSid is not null)
            .GroupBy(current => (current.TaskSid, current.ReservationSid))
            .Where(offer => offer.Any(current => EndsInVain(current.Type)) && offer.All(current => current.Type != EventTypes.ReservationAccepted))
            .SelectMany(offer => offer).Where(current => current.WorkerSid is not null).ToList();
        if (offers.Count == 0)
            return [];
        var events = await RawEventStore.ActivitiesAsync(
            _transaction.Connection, accountSid, [.. offers.Select(current => current.WorkerSid!).Distinct(StringComparer.Ordinal)],
            offers.Min(current => current.Time), offers.Max(current => current.Time));
        return [.. from raw in events
                   let activity = raw.ReadFields()[EventField.WorkerActivityName]
                   where activity is not null
                   select new WorkerActivity(raw.WorkerSid!, raw.EventTime!.Value, activity)];
    }

    private static bool EndsInVain(RawEvent raw) => EndsInVain(raw.EventType);

    private static bool EndsInVain(string type) => type is EventTypes.ReservationTimeout or EventTypes.ReservationCanceled or EventTypes.ReservationRescinded;

    /// <summary>Finds the conversations of tasks, then works out each with what is said of it besides the events.</summary>
    private async Task<List<ConversationTasks>> GroupAsync(
        string accountSid, List<IReadOnlyList<TaskRouterEvent>> tasks, List<SettledTask> settled, Dictionary<string, TaskRow> stored)
    {
        var known = tasks.ConvertAll(events => (Events: events, Links: TaskLinks.Of([.. events.Order(TaskRouterEvent.InOrder)])
            .JoinedTo(stored.GetValueOrDefault(events[0].TaskSid)?.JoinedTo)));
        var ids = ConversationGrouping.Group([.. known.Select(task => task.Links), .. settled.Select(task => task.Links)]);
        var additions = await TaskAdditionStore.ReadAsync(_transaction.Connection, known.ConvertAll(task => (task.Links, ids[task.Links.TaskSid])), _sessions.MapsDispositions);
        var surroundings = new TaskSurroundings(await ActivitiesAsync(accountSid, tasks), _now);
        var ofKnown = known.ToLookup(task => ids[task.Links.TaskSid], StringComparer.Ordinal);
        var ofSettled = settled.ToLookup(task => ids[task.Links.TaskSid], task => task.Task, StringComparer.Ordinal);
        return [.. from id in ids.Values.Distinct(StringComparer.Ordinal)
                   let together = ofKnown[id].Select(task => task.Links.TaskSid).ToList()
                   select new ConversationTasks(accountSid, id, [.. ofKnown[id].Select(task => TaskTimeline.Build(
                       task.Events,
                       _rules.Segments,
                       surroundings with { Links = task.Links, Additions = additions.Of(accountSid, task.Links, id, together) }))])
                   { Sealed = [.. ofSettled[id]] }];
    }

    private async Task WriteTasksAsync(List<ConversationTasks> conversations, Dictionary<string, TaskRow> stored, List<TaskLinkRow> storedLinks)
    {
        var now = (from conversation in conversations
                   from task in conversation.Tasks
                   from key in task.Links.Keys()
                   select new TaskLinkRow(LinkOf(conversation.AccountSid, key), task.TaskSid)).ToHashSet();
        var teller = new TaskTeller(_transaction, _now);
        var rows = (from conversation in conversations
                    from task in conversation.Tasks
                    let told = stored.GetValueOrDefault(task.TaskSid)?.Told ?? ""
                    select new TaskRow(
                        task.TaskSid, conversation.AccountSid, conversation.ConversationId, task.CheckTime?.UtcDateTime, stored.GetValueOrDefault(task.TaskSid)?.JoinedTo,
                        _accounts.Publishes(conversation.AccountSid) ? teller.Tell(conversation.AccountSid, conversation.ConversationId, task, told) : told, IsSealed: false)).ToList();
        await _store.WriteTasksAsync(
            [.. rows.Where(row => stored.GetValueOrDefault(row.TaskSid) != row)],
            [.. now.Except(storedLinks)],
            [.. storedLinks.Where(row => stored.GetValueOrDefault(row.TaskSid) is { IsSealed: false }).Except(now)]);
    }

    private async Task WriteResultsAsync(List<ConversationTasks> conversations, IEnumerable<TaskRow> storedTasks, string[] taskSids)
    {
        var changes = new EnrichmentChanges(_transaction, _accounts, _rules.Segments.Recordings.CheckLinks, _now);
        var storedSegments = (await _store.SegmentsAsync(taskSids)).ToDictionary(row => row.SegmentId, StringComparer.Ordinal);
        foreach (var conversation in conversations)
        {
            foreach (var segment in conversation.Tasks.SelectMany(task => task.Segments))
            {
                storedSegments.Remove(segment.SegmentId, out var before);
                changes.Compare(conversation.AccountSid, conversation.ConversationId, segment, before);
            }
        }

        foreach (var gone in storedSegments.Values)
            changes.Withdraw(gone);

        var ids = conversations.Select(conversation => conversation.ConversationId).Concat(storedTasks.Select(task => task.ConversationId)).Distinct(StringComparer.Ordinal);
        var customers = await CustomerChanges.FindAsync(_transaction, _rules.Customers, conversations, _now);
        var storedConversations = (await _store.ConversationsAsync([.. ids])).ToDictionary(row => (row.AccountSid, row.ConversationId));
        foreach (var conversation in conversations)
        {
            storedConversations.Remove((conversation.AccountSid, conversation.ConversationId), out var before);
            if (Conversation.Of(conversation.ConversationId, conversation.Tasks, conversation.Sealed) is { } now)
            {
                now = customers.Enter(conversation.AccountSid, _accounts, now);
                changes.Compare(conversation.AccountSid, now, customers.ShownFor(now), before);
            }
            else if (before is not null)
                changes.Withdraw(before);
        }

        // Only what tasks of this batch have left: another account may use the same conversation id.
        var left = storedTasks.Select(task => (task.AccountSid, task.ConversationId)).ToHashSet();
        var goneConversations = storedConversations.Values.Where(row => left.Contains((row.AccountSid, row.ConversationId))).ToList();
        foreach (var gone in goneConversations)
            changes.Withdraw(gone);

        Differences.AddRange(changes.Differences);
        await _store.WriteSegmentsAsync(changes.Segments, _now);
        await GroupNameStore.AddAsync(_transaction.Connection, changes.Segments);
        await WarningStore.CloseAsync(_transaction.Connection, changes.ClosedWarnings);
        await _store.WriteConversationsAsync(changes.Conversations, _now);
        await customers.WriteAsync(goneConversations.Select(gone => (gone.AccountSid, gone.ConversationId)));
        _warnings.AddRange(changes.Warnings.Concat(customers.Warnings).Select(found => new Warning(
            found.AccountSid, found.Warning.Code, found.Warning.Field, found.Warning.Sample, found.Warning.RawEventId)
        { Note = found.Warning.Note }));
    }

    private void Warn(RawEvent raw, string code, string field, string? sample = null) => _warnings.Add(new(raw.AccountSid ?? "", code, field, sample, raw.RawEventId));

    private static string LinkOf(string accountSid, string key) => $"{accountSid}/{key}";
}

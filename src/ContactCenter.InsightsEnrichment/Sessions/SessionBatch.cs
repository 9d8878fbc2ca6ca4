using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Retention;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.InsightsEnrichment.Warnings;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>
/// The part of a transaction of enrichment that is about sessions: works out again every session that claimed events
/// touch, from all its events, and writes and publishes the differences. Others that work on the same session wait.
/// </summary>
/// <param name="transaction">Begun by the caller, who also commits it.</param>
/// <param name="changes">Writes and publishes the differences.</param>
/// <param name="now">Time of the changes.</param>
internal sealed class SessionBatch(DurableTransaction transaction, SessionChanges changes, DateTimeOffset now)
{
    private readonly Dictionary<Guid, RawEventStatus> _outcomes = [];
    private readonly List<Warning> _warnings = [];
    private readonly List<SessionTask> _tasks = [];

    /// <summary>Whether sessions tell the tasks that they name their outcome (INS-33).</summary>
    public bool MapsDispositions => changes.MapsDispositions;

    private TwilioAccounts Accounts => changes.Accounts;

    /// <summary>The sessions that are different now from what was stored.</summary>
    public List<(StoredSession? Before, StoredSession After)> Changed { get; } = [];

    /// <summary>Processes claimed events.</summary>
    /// <param name="claimed">Session events that this transaction holds.</param>
    /// <param name="again">Names of sessions to work out again although nothing new is known of them.</param>
    /// <returns>The sessions as tasks, whose segments are to be worked out.</returns>
    public async Task<IReadOnlyList<SessionTask>> RunAsync(IReadOnlyList<RawEvent> claimed, IReadOnlyCollection<string> again)
    {
        if (claimed.Count + again.Count == 0)
            return [];
        var judged = claimed.Where(Judge).ToList();
        await PublishSignInsAsync(judged.FindAll(raw => SessionEventTypes.AreOfAgent(raw.EventType)));
        var ofSessions = judged.FindAll(raw => !SessionEventTypes.AreOfAgent(raw.EventType));
        if (ofSessions.Count + again.Count > 0)
            await RebuildAsync(ofSessions, again);
        await RawEventStore.SetStatusAsync(transaction.Connection, _outcomes);
        await WarningStore.AddAsync(transaction, Accounts, _warnings, now);
        return _tasks;
    }

    /// <summary>Sessions as tasks that others of this transaction turn out to be joined with.</summary>
    /// <param name="names">Their names.</param>
    public async Task<IReadOnlyList<SessionTask>> LoadTasksAsync(string[] names)
    {
        var stored = await SessionStore.ScreenSharesAsync(transaction.Connection, [], names);
        var sessionOf = SessionOf(stored);
        var processed = await RawEventStore.ProcessedOfSessionsAsync(transaction.Connection, [.. names, .. sessionOf.Keys]);
        return [.. processed.GroupBy(raw => sessionOf.GetValueOrDefault(raw.ResourceSid!, raw.ResourceSid!), StringComparer.Ordinal).Select(events =>
        {
            var chosen = events.Select(SessionEvent.Read).ToList();
            return TaskOf(SessionRecord.Build(SessionName.Parse(events.Key), chosen), chosen);
        })];
    }

    private bool Judge(RawEvent raw)
    {
        if (!SessionEventTypes.AreRecognised(raw.EventType))
        {
            _outcomes[raw.RawEventId] = RawEventStatus.Ignored;
            Warn(raw, "unknown_event_type", "type", raw.EventType);
            return false;
        }

        if (raw.AccountSid is not null && !Accounts.Knows(raw.AccountSid, null))
        {
            _outcomes[raw.RawEventId] = RawEventStatus.SetAside;
            Warn(raw, "account_unknown", "account_sid", raw.AccountSid);
            return false;
        }

        _outcomes[raw.RawEventId] = RawEventStatus.Processed;
        return true;
    }

    private async Task PublishSignInsAsync(List<RawEvent> claimed)
    {
        if (claimed.Count == 0)
            return;
        var resources = claimed.Select(raw => raw.ResourceSid!).Distinct(StringComparer.Ordinal).ToArray();
        await new EnrichmentStore(transaction.Connection).LockAsync([.. resources.Select(EnrichmentStore.LockOf)]);
        var known = (await RawEventStore.ProcessedOfSessionsAsync(transaction.Connection, resources)).Select(raw => raw.EventKey).ToHashSet(StringComparer.Ordinal);
        foreach (var raw in claimed)
        {
            if (known.Add(raw.EventKey))
                changes.PublishSignIn(transaction, SessionEvent.Read(raw), now);
            else
                _outcomes[raw.RawEventId] = RawEventStatus.Duplicate;
        }
    }

    private async Task RebuildAsync(List<RawEvent> claimed, IReadOnlyCollection<string> again)
    {
        var read = claimed.ToDictionary(raw => raw.RawEventId, SessionEvent.Read);
        var shares = claimed.Select(raw => read[raw.RawEventId].Data.Text("cobrowse_session_id")).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var own = claimed.Where(raw => SessionName.TryParse(raw.ResourceSid, out _))
            .Select(raw => (Share: read[raw.RawEventId].Data.Text("cobrowse_session_id"), Name: raw.ResourceSid!))
            .Concat(again.Select(name => (Share: (string?)null, Name: name))).ToList();
        // Shares are held as well: who learns the session of one and who brings an event of it must not miss each other.
        await new EnrichmentStore(transaction.Connection).LockAsync([.. shares.Select(share => EnrichmentStore.LockOf(SessionEventIntake.ScreenShare(share)))]);
        await SessionStore.AddScreenSharesAsync(transaction.Connection, [.. own.Where(one => one.Share is not null).Select(one => new ScreenShare(one.Share!, one.Name))]);
        var known = await SessionStore.ScreenSharesAsync(transaction.Connection, [.. shares], [.. own.Select(one => one.Name)]);
        var names = own.Select(one => one.Name).Concat(known.Select(share => share.SessionName)).Distinct(StringComparer.Ordinal).ToArray();
        await new EnrichmentStore(transaction.Connection).LockAsync([.. names.Select(EnrichmentStore.LockOf)]);

        var sessionOf = SessionOf(known);
        var processed = await RawEventStore.ProcessedOfSessionsAsync(transaction.Connection, [.. names, .. sessionOf.Keys]);
        var kept = await SealedStore.FindAsync(transaction.Connection, names);
        var links = await SessionLinkStore.LoadAsync(transaction.Connection, names);
        var stored = (await changes.Store.LoadAsync(transaction.Connection, names)).ToDictionary(session => session.Name.ToString(), StringComparer.Ordinal);
        foreach (var events in processed.Concat(claimed).GroupBy(raw => sessionOf.GetValueOrDefault(raw.ResourceSid!, raw.ResourceSid!), StringComparer.Ordinal))
        {
            if (kept.Contains(events.Key))
                LeaveOut(events);
            else if (SessionName.TryParse(events.Key, out var name))
                await UpdateAsync(name, [.. events], read, stored.GetValueOrDefault(events.Key), links.GetValueOrDefault(events.Key));
        }
    }

    /// <summary>Leaves events of a session out whose earlier ones were removed for their age: they are kept as failed (INS-22).</summary>
    private void LeaveOut(IEnumerable<RawEvent> events)
    {
        foreach (var raw in events.Where(raw => raw.Status == RawEventStatus.Received))
        {
            _outcomes[raw.RawEventId] = RawEventStatus.Failed;
            Warn(raw, SealedStore.Warning, "");
        }
    }

    private async Task UpdateAsync(SessionName name, List<RawEvent> events, Dictionary<Guid, SessionEvent> read, StoredSession? before, SessionLinks? links)
    {
        var chosen = new List<SessionEvent>();
        var added = new List<SessionEvent>();
        foreach (var arrivals in events.GroupBy(raw => raw.EventKey, StringComparer.Ordinal))
        {
            // Of arrivals that differ the same one is used whichever came first (INS-14).
            var ordered = arrivals.OrderBy(raw => Convert.ToHexString(raw.BodySha256), StringComparer.Ordinal).ThenBy(raw => raw.RawEventId).ToList();
            var used = read.GetValueOrDefault(ordered[0].RawEventId) ?? SessionEvent.Read(ordered[0]);
            chosen.Add(used);
            Settle(ordered[0], RawEventStatus.Processed);
            foreach (var twin in ordered.Skip(1))
            {
                Settle(twin, RawEventStatus.Duplicate);
                if (twin.Status == RawEventStatus.Received && !twin.BodySha256.AsSpan().SequenceEqual(ordered[0].BodySha256))
                    Warn(twin, "twin_mismatch", "");
            }

            if (arrivals.All(raw => raw.Status == RawEventStatus.Received || (before is null && raw.ResourceSid != name.ToString())))
                added.Add(used);
        }

        var record = SessionRecord.Build(name, chosen);
        record = links?.Enter(record) ?? record;
        WarnOf(record, before, added);
        if (await changes.CompareAsync(transaction, record, before, chosen, added, now) is { } after)
            Changed.Add((before, after));
        _tasks.Add(TaskOf(record, chosen));
    }

    private SessionTask TaskOf(SessionRecord record, List<SessionEvent> events) =>
        SessionTask.Of(record.AccountSid ?? Accounts.Default, record, events, changes.MapsDispositions);

    private static Dictionary<string, string> SessionOf(List<ScreenShare> shares) =>
        shares.ToDictionary(share => SessionEventIntake.ScreenShare(share.Id), share => share.SessionName, StringComparer.Ordinal);

    private void WarnOf(SessionRecord record, StoredSession? before, List<SessionEvent> added)
    {
        var account = record.AccountSid ?? Accounts.Default;
        foreach (var late in added.Where(current => record.AfterEnd.Contains(current.Key)))
            _warnings.Add(new(account, "event_after_end", late.Type, null, null));
        if (record.SessionType is { } type && SessionTypes.Find(type) is null && before?.SessionType != type)
            _warnings.Add(new(account, "session_type_unknown", "session_type", type, null));
    }

    private void Settle(RawEvent raw, RawEventStatus status)
    {
        if (raw.Status != status)
            _outcomes[raw.RawEventId] = status;
    }

    private void Warn(RawEvent raw, string code, string field, string? sample = null) =>
        _warnings.Add(new(raw.AccountSid ?? Accounts.Default, code, field, sample, raw.RawEventId));
}

using ContactCenter.InsightsEnrichment.Agents;
using ContactCenter.InsightsEnrichment.Conversations;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Retention;

/// <summary>All SQL by which raw events are removed for their age, and what was made of them is sealed (INS-22).</summary>
/// <param name="connection">In the transaction that removes them.</param>
internal sealed class RetentionStore(NpgsqlConnection connection)
{
    private static readonly string[] StatusTypes = [.. WorkerEvent.StatusTypes];
    private static readonly short[] OfferedInVain = [(short)SegmentKind.MissedConversation, (short)SegmentKind.RejectedConversation];

    /// <summary>The next events that were received before a time, in the order of their receipt; those that wait are left out, and those of RCS messaging.</summary>
    public async Task<List<OldEvent>> NextAsync(DateTimeOffset before, Guid? after, int limit) => [.. await connection.QueryAsync<OldEvent>(
        """
        SELECT e.raw_event_id AS RawEventId, e.source = 'session' AS IsOfSession, e.task_sid AS TaskSid, e.worker_sid AS WorkerSid,
          coalesce((SELECT session_name FROM insights.screen_shares WHERE e.source = 'session' AND cobrowse_session_id = substr(e.resource_sid, 10)), e.resource_sid) AS ResourceSid,
          s.status IS NULL AS IsInResult
        FROM insights.received_events e LEFT JOIN insights.raw_event_states s USING (raw_event_id)
        WHERE e.raw_event_id < @bound AND (@after::uuid IS NULL OR e.raw_event_id > @after) AND e.source <> 'rbm' AND s.status IS DISTINCT FROM 'received'
        ORDER BY e.raw_event_id LIMIT @limit
        """,
        new { bound = Guid.CreateVersion7(before), after, limit })];

    /// <summary>Tasks and sessions with the tasks that the sessions name.</summary>
    public async Task<List<string>> WithNamedTasksAsync(string[] names) => [.. await connection.QueryAsync<string>(
        """
        SELECT unnest(@names)
        UNION SELECT task_sid FROM insights.sessions WHERE session_name = ANY(@names) AND task_sid IS NOT NULL
        UNION SELECT l.task_sid FROM insights.sessions s JOIN insights.task_links l ON l.link = s.account_sid || '/call:' || s.call_sid WHERE s.session_name = ANY(@names)
        """,
        new { names })];

    /// <summary>What is kept of tasks.</summary>
    public async Task<List<RetainedTask>> TasksAsync(string[] tasks) => [.. await connection.QueryAsync<RetainedTask>(
        """
        SELECT t.task_sid AS TaskSid, t.account_sid AS AccountSid, t.conversation_id AS ConversationId, coalesce(c.closed OR c.withdrawn, true) AS IsClosed,
          z.last_received AS SealedSince, e.last AS LastReceived, coalesce(e.waits, false) AS Waits
        FROM insights.tasks t LEFT JOIN insights.conversations c USING (account_sid, conversation_id) LEFT JOIN insights.sealed z ON z.name = t.task_sid
        CROSS JOIN LATERAL (
          SELECT max(r.received_time) AS last, bool_or(s.status IS NOT NULL) AS waits
          FROM insights.received_events r LEFT JOIN insights.raw_event_states s ON s.raw_event_id = r.raw_event_id AND s.status = 'received'
          WHERE r.task_sid = t.task_sid AND r.source <> 'session') AS e
        WHERE t.task_sid = ANY(@tasks)
        """,
        new { tasks })];

    /// <summary>What is kept of sessions, with the events of their screen shares.</summary>
    public async Task<List<RetainedSession>> SessionsAsync(string[] sessions) => [.. await connection.QueryAsync<RetainedSession>(
        """
        SELECT n.session_name AS Name, n.end_time IS NOT NULL AS HasEnded, z.last_received AS SealedSince, e.last AS LastReceived, coalesce(e.waits, false) AS Waits
        FROM insights.sessions n LEFT JOIN insights.sealed z ON z.name = n.session_name
        CROSS JOIN LATERAL (
          SELECT max(r.received_time) AS last, bool_or(s.status IS NOT NULL) AS waits
          FROM insights.received_events r LEFT JOIN insights.raw_event_states s ON s.raw_event_id = r.raw_event_id AND s.status = 'received'
          WHERE r.source = 'session' AND r.resource_sid IN (
            SELECT n.session_name UNION ALL SELECT 'cobrowse:' || cobrowse_session_id FROM insights.screen_shares c WHERE c.session_name = n.session_name)) AS e
        WHERE n.session_name = ANY(@sessions)
        """,
        new { sessions })];

    /// <summary>Seals tasks and sessions that are worked out together, with what their conversations say about customers, and removes their raw events.</summary>
    public Task SealAsync(IReadOnlyCollection<Together> due)
    {
        if (due.Count == 0)
            return Task.CompletedTask;
        var tasks = due.SelectMany(together => together.Tasks).ToList();
        var sessions = due.SelectMany(together => together.Sessions).Select(session => session.Name).Distinct(StringComparer.Ordinal).ToArray();
        var named = due.SelectMany(together => together.Tasks.Select(task => task.TaskSid).Concat(together.Sessions.Select(session => session.Name))
            .Select(name => (Name: name, together.LastReceived))).DistinctBy(one => one.Name).ToList();
        return connection.ExecuteAsync(
            """
            INSERT INTO insights.sealed (name, last_received) SELECT * FROM unnest(@names, @times)
            ON CONFLICT (name) DO UPDATE SET last_received = greatest(sealed.last_received, excluded.last_received);
            INSERT INTO insights.sealed_customers (conversation_id, account_sid, document)
            SELECT DISTINCT conversation_id, account_sid, c.document FROM unnest(@conversations, @accounts) AS t (conversation_id, account_sid)
            JOIN insights.conversation_customers c USING (conversation_id, account_sid)
            ON CONFLICT (conversation_id, account_sid) DO UPDATE SET document = excluded.document;
            WITH gone AS (
              DELETE FROM insights.received_events r
              WHERE (r.task_sid = ANY(@tasks) AND r.source <> 'session') OR (r.source = 'session' AND r.resource_sid IN (
                SELECT unnest(@sessions) UNION ALL SELECT 'cobrowse:' || cobrowse_session_id FROM insights.screen_shares WHERE session_name = ANY(@sessions)))
              RETURNING raw_event_id),
            states AS (DELETE FROM insights.raw_event_states s USING gone WHERE s.raw_event_id = gone.raw_event_id)
            DELETE FROM insights.quarantine q USING gone WHERE q.raw_event_id = gone.raw_event_id
            """,
            new
            {
                names = named.Select(one => one.Name).ToArray(),
                times = named.Select(one => one.LastReceived).ToArray(),
                conversations = tasks.Select(task => task.ConversationId).ToArray(),
                accounts = tasks.Select(task => task.AccountSid).ToArray(),
                tasks = tasks.Select(task => task.TaskSid).ToArray(),
                sessions,
            });
    }

    /// <summary>Notes up to when the statuses of workers stay as they are: their last change before a time is kept, for the next one to follow.</summary>
    public Task SealWorkersAsync(string[] workers, DateTimeOffset before) => connection.ExecuteAsync(
        """
        INSERT INTO insights.sealed_workers AS w (worker_sid, until)
        SELECT sid, last.event_time FROM unnest(@workers) AS w (sid) CROSS JOIN LATERAL (
          SELECT event_time FROM insights.raw_events
          WHERE worker_sid = sid AND task_sid IS NULL AND status = 'processed' AND event_type = ANY(@StatusTypes) AND received_time < @before
          ORDER BY event_time DESC LIMIT 1) AS last
        ON CONFLICT (worker_sid) DO UPDATE SET until = greatest(w.until, excluded.until)
        """,
        new { workers, before, StatusTypes });

    /// <summary>Of events of workers removes those that no later one follows upon and that no offer of an open conversation is judged by (INS-66).</summary>
    public Task RemoveOfWorkersAsync(Guid[] ids) => connection.ExecuteAsync(
        """
        DELETE FROM insights.received_events e
        WHERE raw_event_id = ANY(@ids) AND (
          event_type <> ALL(@StatusTypes) OR (
            event_time < (SELECT until FROM insights.sealed_workers w WHERE w.worker_sid = e.worker_sid) AND NOT EXISTS (
              SELECT FROM insights.segments s
              WHERE s.agent_sid = e.worker_sid AND NOT s.withdrawn AND s.kind = ANY(@OfferedInVain) AND s.start_time <= e.event_time AND s.start_time > e.event_time - interval '1 day'
                AND (s.document ->> 'end_time')::timestamptz >= e.event_time AND NOT EXISTS (SELECT FROM insights.sealed z WHERE z.name = s.task_sid))))
        """,
        new { ids, StatusTypes, OfferedInVain });

    /// <summary>Removes events that are part of no result any more.</summary>
    public Task RemoveAsync(Guid[] ids) => connection.ExecuteAsync(
        """
        DELETE FROM insights.received_events WHERE raw_event_id = ANY(@ids);
        DELETE FROM insights.quarantine WHERE raw_event_id = ANY(@ids);
        DELETE FROM insights.raw_event_states WHERE raw_event_id = ANY(@ids)
        """,
        new { ids });

    /// <summary>Of events that are part of no result holds those that nobody else works on.</summary>
    /// <returns>Each with whether its processing has failed, so that there may be a dead letter.</returns>
    public async Task<List<(Guid Id, bool HasFailed)>> HoldAsync(Guid[] ids) => [.. await connection.QueryAsync<(Guid, bool)>(
        "SELECT raw_event_id, attempts > 0 FROM insights.raw_event_states WHERE raw_event_id = ANY(@ids) AND status <> 'received' ORDER BY raw_event_id FOR UPDATE SKIP LOCKED", new { ids })];

    /// <summary>Events of RCS messaging that were received before a time.</summary>
    public async Task<Guid[]> OfRbmAsync(DateTimeOffset before, int limit) => [.. await connection.QueryAsync<Guid>(
        "SELECT raw_event_id FROM insights.received_events WHERE source = 'rbm' AND raw_event_id < @bound ORDER BY raw_event_id LIMIT @limit",
        new { bound = Guid.CreateVersion7(before), limit })];

    /// <summary>Removes what reprocessings that ended before a time had changed, and the runs.</summary>
    public Task RemoveReprocessingsAsync(DateTimeOffset before) => connection.ExecuteAsync("DELETE FROM insights.reprocessings WHERE finish_time < @before", new { before });
}

/// <summary>An event whose time may have come.</summary>
internal sealed class OldEvent
{
    public Guid RawEventId { get; init; }
    public bool IsOfSession { get; init; }
    public string? TaskSid { get; init; }
    public string? WorkerSid { get; init; }

    /// <summary>Of an event of a screen share, its session.</summary>
    public string? ResourceSid { get; init; }

    /// <summary>Whether something was made of it.</summary>
    public bool IsInResult { get; init; }
}

/// <summary>A task, as far as its age goes.</summary>
internal sealed class RetainedTask
{
    public string TaskSid { get; init; } = "";
    public string AccountSid { get; init; } = "";
    public string ConversationId { get; init; } = "";

    /// <summary>Whether nothing more is expected of its conversation.</summary>
    public bool IsClosed { get; init; }

    public DateTime? SealedSince { get; init; }
    public DateTime? LastReceived { get; init; }

    /// <summary>Whether an event of it is not processed yet.</summary>
    public bool Waits { get; init; }
}

/// <summary>A session, as far as its age goes.</summary>
internal sealed class RetainedSession
{
    public string Name { get; init; } = "";
    public bool HasEnded { get; init; }
    public DateTime? SealedSince { get; init; }
    public DateTime? LastReceived { get; init; }
    public bool Waits { get; init; }
}

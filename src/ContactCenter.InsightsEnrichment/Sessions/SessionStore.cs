using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.Egress.Secrets;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>All SQL of the sessions. What was written in them is encrypted (INS-31).</summary>
/// <param name="database">The service's database.</param>
/// <param name="keys">Encrypts the transcripts.</param>
public sealed class SessionStore(DurableDatabase database, SecretKeyRing keys)
{
    private const string Columns =
        """
        s.session_name AS SessionName, s.account_sid AS AccountSid, s.session_type AS SessionType, s.has_start AS HasStart, s.start_time AS StartTime,
        s.end_time AS EndTime, s.ready_time AS ReadyTime, s.task_sid AS TaskSid, s.call_sid AS CallSid, s.direction AS Direction, s.document AS Document,
        s.agents AS Agents, s.for_task AS ForTask, s.transcript AS Transcript, s.record_version AS RecordVersion, s.sequence AS Sequence, s.update_time AS UpdateTime
        """;

    // A session that names no task is its own: its name is that of the task and, unless others joined it, of the conversation.
    private const string Conversation =
        """
        coalesce(
          (SELECT t.conversation_id FROM insights.tasks t WHERE t.task_sid = coalesce(s.task_sid, CASE WHEN s.call_sid IS NULL THEN s.session_name END)),
          (SELECT t.conversation_id FROM insights.task_links l JOIN insights.tasks t USING (task_sid)
            WHERE l.link = s.account_sid || '/call:' || s.call_sid ORDER BY t.task_sid LIMIT 1),
          CASE WHEN s.task_sid IS NULL AND s.call_sid IS NULL THEN s.session_name END) AS ConversationId
        """;

    private const string Customer =
        """
        (SELECT insights.customer_shown(c.customer_id) FROM insights.conversations c
          WHERE c.conversation_id = found.conversationid AND c.account_sid = found.accountsid AND NOT c.withdrawn) AS CustomerId
        """;

    /// <summary>The column of the transcripts, which follows a change of the active key.</summary>
    public static SecretColumn TranscriptColumn { get; } = new("insights", Place(""), "session_name");

    /// <summary>Which events are there already.</summary>
    /// <param name="eventKeys">Keys of events.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<HashSet<string>> KnownAsync(string[] eventKeys, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<string>(new(
            "SELECT event_key FROM insights.raw_events WHERE source = 'session' AND event_key = ANY(@eventKeys) AND status <> 'failed'",
            new { eventKeys },
            cancellationToken: cancellationToken))];
    }

    /// <summary>Finds a session with its conversation; null if there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<StoredSession?> FindAsync(SessionName name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return Read(await connection.QueryAsync<Row>(new(
            $"SELECT found.*, {Customer} FROM (SELECT {Columns}, {Conversation} FROM insights.sessions s WHERE session_name = @name) AS found",
            new { name = name.ToString() },
            cancellationToken: cancellationToken))).SingleOrDefault();
    }

    /// <summary>Lists sessions, those that began last first.</summary>
    /// <param name="query">Which, and from where on.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<StoredSession>> ListAsync(SessionQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return Read(await connection.QueryAsync<Row>(new(
            $"""
            SELECT found.*, {Customer} FROM (
            SELECT {Columns}, {Conversation} FROM insights.sessions s
            WHERE (@StartTime::timestamptz IS NULL OR start_time >= @StartTime)
              AND (@EndTime::timestamptz IS NULL OR start_time < @EndTime)
              AND (@Kind::text IS NULL OR session_name LIKE @Kind || '-%')
              AND (@Status::text IS NULL OR status = @Status)
              AND (@TaskSid::text IS NULL OR task_sid = @TaskSid)
              AND (@AfterTime::timestamptz IS NULL OR start_time < @AfterTime OR (start_time = @AfterTime AND session_name > @AfterName))
            ORDER BY start_time DESC, session_name LIMIT @Limit) AS found
            ORDER BY starttime DESC, sessionname
            """,
            query,
            cancellationToken: cancellationToken)));
    }

    /// <summary>Lists the stored events of a session in the order of their time.</summary>
    /// <param name="name">The session.</param>
    /// <param name="afterTime">Time of the last event of the page before; null for the first page.</param>
    /// <param name="afterId">Id of that event.</param>
    /// <param name="limit">Most events.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<SessionEventRow>> EventsAsync(SessionName name, DateTimeOffset? afterTime, Guid? afterId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<SessionEventRow>(new(
            """
            SELECT raw_event_id AS RawEventId, event_key AS EventKey, event_type AS EventType, event_time AS EventTime, received_time AS ReceivedTime, status AS Status
            FROM insights.raw_events
            WHERE source = 'session' AND status <> 'failed'
              AND resource_sid IN (SELECT @name UNION ALL SELECT 'cobrowse:' || cobrowse_session_id FROM insights.screen_shares WHERE session_name = @name)
              AND (@afterTime::timestamptz IS NULL OR (event_time, raw_event_id) > (@afterTime, @afterId))
            ORDER BY event_time, raw_event_id LIMIT @limit
            """,
            new { name = name.ToString(), afterTime, afterId, limit },
            cancellationToken: cancellationToken))];
    }

    /// <summary>Sessions as stored, in the transaction that holds them.</summary>
    /// <param name="connection">In that transaction.</param>
    /// <param name="names">Their names.</param>
    public async Task<List<StoredSession>> LoadAsync(NpgsqlConnection connection, string[] names) =>
        Read(await connection.QueryAsync<Row>($"SELECT {Columns}, {Conversation} FROM insights.sessions s WHERE session_name = ANY(@names)", new { names }));

    /// <summary>The sessions that tasks are, or that name them or their calls.</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="tasks">The tasks.</param>
    /// <returns>Sessions, each with every task that it belongs to.</returns>
    public static async Task<List<(string Name, string TaskSid)>> OfTasksAsync(NpgsqlConnection connection, string[] tasks) =>
        [.. await connection.QueryAsync<(string, string)>(
            """
            SELECT session_name, session_name FROM insights.sessions WHERE session_name = ANY(@tasks)
            UNION SELECT session_name, task_sid FROM insights.sessions WHERE task_sid = ANY(@tasks)
            UNION SELECT s.session_name, l.task_sid FROM insights.task_links l
              JOIN insights.sessions s ON s.account_sid = split_part(l.link, '/call:', 1) AND s.call_sid = split_part(l.link, '/call:', 2)
              WHERE l.task_sid = ANY(@tasks) AND l.link LIKE '%/call:%'
            ORDER BY 1, 2
            """,
            new { tasks })];

    /// <summary>The sessions that screen shares belong to.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="shares">Ids of screen shares.</param>
    /// <param name="names">Names of sessions.</param>
    public static async Task<List<ScreenShare>> ScreenSharesAsync(NpgsqlConnection connection, string[] shares, string[] names) =>
        [.. await connection.QueryAsync<ScreenShare>(
            """
            SELECT cobrowse_session_id AS Id, session_name AS SessionName FROM insights.screen_shares
            WHERE cobrowse_session_id = ANY(@shares) OR session_name = ANY(@names)
            """,
            new { shares, names })];

    /// <summary>Notes which sessions screen shares belong to; of several sessions that name one, the first by name has it.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="shares">Screen shares and their sessions.</param>
    public static Task AddScreenSharesAsync(NpgsqlConnection connection, IReadOnlyCollection<ScreenShare> shares) =>
        connection.ExecuteAsync(
            """
            INSERT INTO insights.screen_shares AS s (cobrowse_session_id, session_name)
            SELECT id, min(name) FROM unnest(@ids, @names) AS r (id, name) GROUP BY id ORDER BY id
            ON CONFLICT (cobrowse_session_id) DO UPDATE SET session_name = excluded.session_name WHERE excluded.session_name < s.session_name
            """,
            new { ids = shares.Select(share => share.Id).ToArray(), names = shares.Select(share => share.SessionName).ToArray() });

    /// <summary>Writes a session, in the transaction that holds it.</summary>
    /// <param name="connection">In that transaction.</param>
    /// <param name="session">As it is to be stored.</param>
    /// <param name="changedParts">What readers have still to be told of; empty if nothing.</param>
    /// <returns>Its conversation; null while its task is not known.</returns>
    public async Task<string?> WriteAsync(NpgsqlConnection connection, StoredSession session, IReadOnlyCollection<string> changedParts)
    {
        var name = session.Name.ToString();
        return await connection.ExecuteScalarAsync<string?>(
            $$"""
            INSERT INTO insights.sessions AS s (
              session_name, account_sid, session_type, status, has_start, start_time, end_time, ready_time, task_sid, call_sid, direction, document, agents, for_task,
              transcript, record_version, sequence, update_time, changed_parts)
            VALUES (@name, @AccountSid, @SessionType, @Status, @HasStart, @StartTime, @EndTime, @ReadyTime, @TaskSid, @CallSid, @Direction, @document::json,
              @agents::json, @forTask::json, @transcript, @RecordVersion, @Sequence, @UpdateTime, @parts)
            ON CONFLICT (session_name) DO UPDATE SET
              account_sid = excluded.account_sid, session_type = excluded.session_type, status = excluded.status, has_start = excluded.has_start,
              start_time = excluded.start_time, end_time = excluded.end_time, ready_time = excluded.ready_time, task_sid = excluded.task_sid,
              call_sid = excluded.call_sid, direction = excluded.direction, document = excluded.document, agents = excluded.agents, for_task = excluded.for_task,
              transcript = excluded.transcript, record_version = excluded.record_version, sequence = excluded.sequence, update_time = excluded.update_time,
              changed_parts = ARRAY(SELECT DISTINCT part FROM unnest(s.changed_parts || excluded.changed_parts) AS part ORDER BY part)
            RETURNING {{Conversation}}
            """,
            new
            {
                name,
                session.AccountSid,
                session.SessionType,
                session.Document.Status,
                session.HasStart,
                session.StartTime,
                session.EndTime,
                session.ReadyTime,
                session.TaskSid,
                session.CallSid,
                session.Direction,
                document = session.DocumentJson,
                agents = JsonSerializer.Serialize(session.Agents),
                forTask = session.ForTask is null ? null : JsonSerializer.Serialize(session.ForTask),
                transcript = session.Transcript.Count == 0 ? null : keys.Seal(Place(name), session.TranscriptJson),
                session.RecordVersion,
                session.Sequence,
                session.UpdateTime,
                parts = changedParts.ToArray(),
            });
    }

    /// <summary>Takes what readers have still to be told of a session.</summary>
    /// <param name="connection">In the transaction that tells them.</param>
    /// <param name="name">The session.</param>
    /// <returns>Null if there is nothing.</returns>
    public static async Task<SessionUpdate?> TakeUpdateAsync(NpgsqlConnection connection, string name) =>
        await connection.QuerySingleOrDefaultAsync<SessionUpdate>(
            """
            UPDATE insights.sessions s SET changed_parts = '{}' FROM (SELECT session_name, changed_parts FROM insights.sessions WHERE session_name = @name FOR UPDATE) AS before
            WHERE s.session_name = before.session_name AND cardinality(before.changed_parts) > 0
            RETURNING s.account_sid AS AccountSid, s.record_version AS RecordVersion, s.update_time AS UpdateTime, before.changed_parts AS ChangedParts
            """,
            new { name });

    private static SecretPlace Place(string name) => new("sessions", "transcript", name);

    private List<StoredSession> Read(IEnumerable<Row> rows) => [.. rows.Select(row =>
    {
        var name = SessionName.Parse(row.SessionName);
        return new StoredSession
        {
            Name = name,
            AccountSid = row.AccountSid,
            SessionType = row.SessionType,
            HasStart = row.HasStart,
            StartTime = new(row.StartTime),
            EndTime = row.EndTime is { } end ? new(end) : null,
            ReadyTime = row.ReadyTime is { } ready ? new(ready) : null,
            TaskSid = row.TaskSid,
            CallSid = row.CallSid,
            Direction = row.Direction,
            ConversationId = row.ConversationId,
            CustomerId = row.CustomerId,
            Document = StoredSession.ReadDocument(name.Kind, row.Document),
            Agents = JsonSerializer.Deserialize<List<SessionAgent>>(row.Agents)!,
            ForTask = row.ForTask is null ? null : JsonSerializer.Deserialize<SessionForTask>(row.ForTask),
            Transcript = row.Transcript is null ? [] : JsonSerializer.Deserialize<List<TranscriptEntry>>(keys.Open(Place(row.SessionName), row.Transcript))!,
            RecordVersion = row.RecordVersion,
            Sequence = row.Sequence,
            UpdateTime = new(row.UpdateTime),
        };
    })];

    private sealed class Row
    {
        public string SessionName { get; init; } = "";
        public string AccountSid { get; init; } = "";
        public string? SessionType { get; init; }
        public bool HasStart { get; init; }
        public DateTime StartTime { get; init; }
        public DateTime? EndTime { get; init; }
        public DateTime? ReadyTime { get; init; }
        public string? TaskSid { get; init; }
        public string? CallSid { get; init; }
        public string? Direction { get; init; }
        public string? ConversationId { get; init; }
        public string? CustomerId { get; init; }
        public string Document { get; init; } = "";
        public string Agents { get; init; } = "";
        public string? ForTask { get; init; }
        public string? Transcript { get; init; }
        public long RecordVersion { get; init; }
        public long Sequence { get; init; }
        public DateTime UpdateTime { get; init; }
    }
}

/// <summary>Which sessions to list; what is null does not narrow.</summary>
public sealed record SessionQuery(
    DateTimeOffset? StartTime, DateTimeOffset? EndTime, string? Kind, string? Status, string? TaskSid, DateTimeOffset? AfterTime, string? AfterName, int Limit);

/// <summary>A stored event of a session.</summary>
public sealed record SessionEventRow(Guid RawEventId, string EventKey, string EventType, DateTime EventTime, DateTime ReceivedTime, string Status);

/// <summary>The session that a screen share belongs to.</summary>
public sealed record ScreenShare(string Id, string SessionName);

/// <summary>What readers have to be told of.</summary>
public sealed record SessionUpdate
{
    /// <summary>Account of the session.</summary>
    public string AccountSid { get; init; } = "";

    /// <summary>Version of the record.</summary>
    public long RecordVersion { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTime UpdateTime { get; init; }

    /// <summary>See <see cref="StoredSession.Changes"/>.</summary>
    public string[] ChangedParts { get; init; } = [];
}

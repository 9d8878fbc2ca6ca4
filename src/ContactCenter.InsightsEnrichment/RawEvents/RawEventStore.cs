using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Hipaa;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>All SQL of the raw events.</summary>
/// <param name="database">The service's database.</param>
public sealed class RawEventStore(DurableDatabase database)
{
    private const string Columns =
        """
        raw_event_id AS RawEventId, source AS Source, received_time AS ReceivedTime, event_time AS EventTime, time_missing AS TimeMissing,
        event_key AS EventKey, event_type AS EventType, account_sid AS AccountSid, workspace_sid AS WorkspaceSid, task_sid AS TaskSid,
        worker_sid AS WorkerSid, resource_sid AS ResourceSid, content_type AS ContentType, headers AS Headers, body AS Body, body_sha256 AS BodySha256, status AS Status, attempts AS Attempts, error AS Error
        """;

    /// <summary>Whether an event is one of those that a <see cref="RawEventQuery"/> means.</summary>
    internal const string Matches =
        """
        (@StartTime::timestamptz IS NULL OR received_time >= @StartTime) AND (@EndTime::timestamptz IS NULL OR received_time < @EndTime)
        AND (@AccountSid::text IS NULL OR account_sid = @AccountSid) AND (@TaskSid::text IS NULL OR task_sid = @TaskSid)
        AND (@EventType::text IS NULL OR event_type = @EventType) AND (@EventKey::text IS NULL OR event_key = @EventKey)
        AND (@Status::text IS NULL OR status = @Status) AND (@Source::text IS NULL OR source = @Source)
        AND (@ConversationId::text IS NULL OR coalesce(task_sid, resource_sid) IN (SELECT t.task_sid FROM insights.tasks t WHERE t.conversation_id = @ConversationId))
        """;

    private const string Insert =
        """
        INSERT INTO insights.raw_events (
          raw_event_id, source, received_time, event_time, time_missing, event_key, event_type, account_sid, workspace_sid, resource_sid,
          task_sid, worker_sid, content_type, body, body_sha256, status, error, headers)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        """;

    /// <summary>Stores events in one statement, which is its own transaction.</summary>
    /// <param name="events">At least one.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="NpgsqlException">Nothing was stored, or, if the connection was lost, perhaps all.</exception>
    public async Task AddAsync(IReadOnlyList<RawEvent> events, CancellationToken cancellationToken)
    {
        await using var batch = database.DataSource.CreateBatch();
        var command = new NpgsqlBatchCommand(Insert);
        batch.BatchCommands.Add(command);
        Add(raw => raw.RawEventId, NpgsqlDbType.Uuid);
        Add(raw => RawEventWords.Word(raw.Source), NpgsqlDbType.Text);
        Add(raw => raw.ReceivedTime, NpgsqlDbType.TimestampTz);
        Add(raw => raw.EventTime, NpgsqlDbType.TimestampTz);
        Add(raw => raw.TimeMissing, NpgsqlDbType.Boolean);
        Add(raw => raw.EventKey, NpgsqlDbType.Text);
        Add(raw => raw.EventType, NpgsqlDbType.Text);
        Add(raw => raw.AccountSid, NpgsqlDbType.Text);
        Add(raw => raw.WorkspaceSid, NpgsqlDbType.Text);
        Add(raw => raw.ResourceSid, NpgsqlDbType.Text);
        Add(raw => raw.TaskSid, NpgsqlDbType.Text);
        Add(raw => raw.WorkerSid, NpgsqlDbType.Text);
        Add(raw => raw.ContentType, NpgsqlDbType.Text);
        Add(raw => raw.Body, NpgsqlDbType.Bytea);
        Add(raw => raw.BodySha256, NpgsqlDbType.Bytea);
        Add(raw => RawEventWords.Word(raw.Status), NpgsqlDbType.Text);
        Add(raw => raw.Error, NpgsqlDbType.Text);
        Add(raw => raw.Headers, NpgsqlDbType.Jsonb);
        foreach (var further in EntryFilterStore.Commands(events))
            batch.BatchCommands.Add(further);
        await batch.ExecuteNonQueryAsync(cancellationToken);

        void Add<T>(Func<RawEvent, T> value, NpgsqlDbType type)
        {
            var values = new T[events.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = value(events[i]);
            command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
        }
    }

    /// <summary>Takes waiting events for this transaction, the oldest first; others skip them until it ends. Those that failed are left to their jobs.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="limit">Most events.</param>
    /// <param name="only">If set, only these events.</param>
    public static async Task<List<RawEvent>> ClaimAsync(NpgsqlConnection connection, int limit, Guid[]? only)
    {
        var chosen = only is null ? "" : "AND raw_event_id = ANY(@only)";
        return (await connection.QueryAsync<RawEventRow>(
            $"""
            SELECT {Columns} FROM insights.raw_events
            WHERE status = 'received' AND attempts = 0 {chosen}
            ORDER BY raw_event_id LIMIT @limit FOR UPDATE SKIP LOCKED
            """,
            new { limit, only })).Select(row => row.ToRawEvent()).ToList();
    }

    /// <summary>Takes events whose processing failed, as if they had just been received.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="ids">The events; those that did not fail are left out.</param>
    public static async Task<List<RawEvent>> ClaimFailedAsync(NpgsqlConnection connection, Guid[] ids) =>
        [.. (await ReadAsync(connection, "raw_event_id = ANY(@ids) AND attempts > 0 AND status IN ('received', 'failed') FOR UPDATE", new { ids }))
            .Select(raw => raw with { Status = RawEventStatus.Received })];

    /// <summary>The events of tasks that the stored result was made of. Duplicates have lost against one of these and need not be looked at again.</summary>
    /// <param name="connection">In a transaction that holds the tasks.</param>
    /// <param name="taskSids">The tasks.</param>
    public static async Task<List<RawEvent>> ProcessedAsync(NpgsqlConnection connection, string[] taskSids) =>
        await ReadAsync(connection, "task_sid = ANY(@taskSids) AND source <> 'session' AND status = 'processed'", new { taskSids });

    /// <summary>The processed arrivals of some events of workers.</summary>
    /// <param name="connection">In a transaction that holds the workers.</param>
    /// <param name="workerSids">The workers.</param>
    /// <param name="keys">Identities of the events.</param>
    public static async Task<List<RawEvent>> ProcessedOfWorkersAsync(NpgsqlConnection connection, string[] workerSids, string[] keys) =>
        await ReadAsync(connection, "worker_sid = ANY(@workerSids) AND task_sid IS NULL AND status = 'processed' AND event_key = ANY(@keys)", new { workerSids, keys });

    /// <summary>The processed events of workers within some times, with those next before and after.</summary>
    /// <param name="connection">In a transaction that holds the workers.</param>
    /// <param name="spans">Workers with the first and last time.</param>
    /// <param name="types">Event types that count.</param>
    public static async Task<List<RawEvent>> StatusNeighboursAsync(
        NpgsqlConnection connection, IReadOnlyList<(string WorkerSid, DateTimeOffset First, DateTimeOffset Last)> spans, IEnumerable<string> types) =>
        (await connection.QueryAsync<RawEventRow>(
            $"""
            WITH spans AS (
              SELECT s.sid,
                coalesce((SELECT max(p.event_time) FROM insights.raw_events p WHERE p.worker_sid = s.sid AND p.task_sid IS NULL
                  AND p.status = 'processed' AND p.event_type = ANY(@types) AND p.event_time < s.first), s.first) AS first,
                coalesce((SELECT min(n.event_time) FROM insights.raw_events n WHERE n.worker_sid = s.sid AND n.task_sid IS NULL
                  AND n.status = 'processed' AND n.event_type = ANY(@types) AND n.event_time > s.last), s.last) AS last
              FROM unnest(@sids, @firsts, @lasts) AS s (sid, first, last))
            SELECT {Columns} FROM spans JOIN insights.raw_events ON worker_sid = sid AND event_time BETWEEN first AND last
            WHERE task_sid IS NULL AND status = 'processed' AND event_type = ANY(@types)
            """,
            new
            {
                sids = spans.Select(span => span.WorkerSid).ToArray(),
                firsts = spans.Select(span => span.First).ToArray(),
                lasts = spans.Select(span => span.Last).ToArray(),
                types = types.ToArray(),
            })).Select(row => row.ToRawEvent()).ToList();

    /// <summary>Changes of activity of workers, whether they were processed or still wait.</summary>
    /// <param name="connection">In a transaction that holds the workers.</param>
    /// <param name="accountSid">Account of the workers.</param>
    /// <param name="workerSids">The workers.</param>
    /// <param name="from">The earliest, inclusive.</param>
    /// <param name="to">The latest, inclusive.</param>
    public static async Task<List<RawEvent>> ActivitiesAsync(NpgsqlConnection connection, string accountSid, string[] workerSids, DateTimeOffset from, DateTimeOffset to) =>
        (await connection.QueryAsync<RawEventRow>(
            $"""
            SELECT {Columns} FROM insights.raw_events
            WHERE event_type = 'worker.activity.update' AND task_sid IS NULL AND worker_sid = ANY(@workerSids) AND event_time BETWEEN @from AND @to
              AND account_sid = @accountSid AND status IN ('received', 'processed')
            """,
            new { accountSid, workerSids, from, to })).Select(row => row.ToRawEvent()).ToList();

    /// <summary>The session events that the stored result was made of.</summary>
    /// <param name="connection">In a transaction that holds the sessions.</param>
    /// <param name="resources">The sessions and screen shares, as <see cref="RawEvent.ResourceSid"/> names them.</param>
    public static async Task<List<RawEvent>> ProcessedOfSessionsAsync(NpgsqlConnection connection, string[] resources) =>
        await ReadAsync(connection, "source = 'session' AND resource_sid = ANY(@resources) AND status = 'processed'", new { resources });

    /// <summary>Notes what has become of events.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="outcomes">New status by event.</param>
    /// <param name="ruleVersion">Version of the rules that were applied.</param>
    public static Task SetStatusAsync(NpgsqlConnection connection, IReadOnlyDictionary<Guid, RawEventStatus> outcomes, int ruleVersion) =>
        connection.ExecuteAsync(
            """
            UPDATE insights.raw_events r SET status = o.status, rule_version = @ruleVersion, error = NULL
            FROM unnest(@ids, @statuses) AS o (id, status) WHERE r.raw_event_id = o.id
            """,
            new { ids = outcomes.Keys.ToArray(), statuses = outcomes.Values.Select(RawEventWords.Word).ToArray(), ruleVersion });

    /// <summary>Counts a failed try of one event (INS-20).</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="id">The event.</param>
    /// <param name="error">What went wrong.</param>
    /// <param name="final">Whether it is given up.</param>
    public static Task SetFailureAsync(NpgsqlConnection connection, Guid id, string error, bool final) => connection.ExecuteAsync(
        """
        UPDATE insights.raw_events SET attempts = attempts + 1, error = @error, status = CASE WHEN @final THEN 'failed' ELSE status END
        WHERE raw_event_id = @id AND status IN ('received', 'failed')
        """,
        new { id, error, final });

    /// <summary>Which of some events are stored, by key and hash of the body.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<HashSet<(string Key, string Sha256)>> StoredAsync(string[] keys, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<(string, string)>(new CommandDefinition(
            "SELECT event_key, encode(body_sha256, 'hex') FROM insights.raw_events WHERE event_key = ANY(@keys)", new { keys }, cancellationToken: cancellationToken))];
    }

    /// <summary>Finds an event with its body; null if there is none.</summary>
    /// <param name="id">The event.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<RawEvent?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await connection.QuerySingleOrDefaultAsync<RawEventRow>(new CommandDefinition(
            $"SELECT {Columns} FROM insights.raw_events WHERE raw_event_id = @id", new { id }, cancellationToken: cancellationToken)))?.ToRawEvent();
    }

    /// <summary>Lists events, those received last first.</summary>
    /// <param name="query">Which.</param>
    /// <param name="before">Those before this one; null for the first page.</param>
    /// <param name="limit">Most.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<RawEvent>> ListAsync(RawEventQuery query, Guid? before, int limit, CancellationToken cancellationToken)
    {
        var parameters = Parameters(query);
        parameters.AddDynamicParams(new { before, limit });
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. (await connection.QueryAsync<RawEventRow>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM insights.raw_events
            WHERE {Matches} AND (@before::uuid IS NULL OR raw_event_id < @before)
            ORDER BY raw_event_id DESC LIMIT @limit
            """,
            parameters,
            cancellationToken: cancellationToken))).Select(row => row.ToRawEvent())];
    }

    /// <summary>Lets an event be processed again.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The event.</param>
    /// <returns>False if it is part of a result, or has no time: it stays as it is.</returns>
    public static async Task<bool> ReplayAsync(NpgsqlConnection connection, Guid id) => await connection.ExecuteAsync(
        "UPDATE insights.raw_events SET status = 'received', attempts = 0, error = NULL WHERE raw_event_id = @id AND event_time IS NOT NULL AND status <> 'processed'", new { id }) > 0;

    /// <summary>Reads events.</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="condition">Which, and in which order; SQL.</param>
    /// <param name="parameters">What it names.</param>
    internal static async Task<List<RawEvent>> ReadAsync(NpgsqlConnection connection, string condition, object parameters) =>
        [.. (await connection.QueryAsync<RawEventRow>($"SELECT {Columns} FROM insights.raw_events WHERE {condition}", parameters)).Select(row => row.ToRawEvent())];

    /// <summary>Number of events that wait, counted up to a limit.</summary>
    /// <param name="limit">Where to stop counting.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<long> CountWaitingAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM (SELECT FROM insights.raw_events WHERE status = 'received' LIMIT @limit) AS waiting", new { limit });
    }

    /// <summary>The parameters of <see cref="Matches"/>.</summary>
    /// <param name="query">Which events are meant.</param>
    internal static DynamicParameters Parameters(RawEventQuery query) => new(new
    {
        query.StartTime,
        query.EndTime,
        query.AccountSid,
        query.TaskSid,
        query.EventType,
        query.EventKey,
        Status = query.Status is { } status ? RawEventWords.Word(status) : null,
        Source = query.Source is { } source ? RawEventWords.Word(source) : null,
        query.ConversationId,
    });
}

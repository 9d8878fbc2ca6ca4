using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Hipaa;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>All SQL of the raw events: here what was received, beside it what has become of it.</summary>
/// <param name="database">The service's database.</param>
public sealed partial class RawEventStore(DurableDatabase database)
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
        AND (@EventStartTime::timestamptz IS NULL OR event_time >= @EventStartTime) AND (@EventEndTime::timestamptz IS NULL OR event_time < @EventEndTime)
        AND (@AccountSid::text IS NULL OR account_sid = @AccountSid) AND (@TaskSid::text IS NULL OR task_sid = @TaskSid)
        AND (@EventType::text IS NULL OR event_type = @EventType) AND (@EventKey::text IS NULL OR event_key = @EventKey)
        AND (@Status::text IS NULL OR status = @Status) AND (@Source::text IS NULL OR source = @Source)
        AND (@ConversationId::text IS NULL OR coalesce(task_sid, resource_sid) IN (SELECT t.task_sid FROM insights.tasks t WHERE t.conversation_id = @ConversationId))
        """;

    private const string Insert =
        """
        INSERT INTO insights.received_events (
          raw_event_id, source, received_time, event_time, time_missing, event_key, event_type, account_sid, workspace_sid, resource_sid,
          task_sid, worker_sid, content_type, body, body_sha256, headers, rule_version)
        SELECT *, $17::integer FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        """;

    private const string InsertStates = "INSERT INTO insights.raw_event_states (raw_event_id, status, error) SELECT * FROM unnest($1, $2, $3)";

    /// <summary>Stores events in one transaction and one exchange with the database.</summary>
    /// <param name="events">At least one.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="NpgsqlException">Nothing was stored, or, if the connection was lost, perhaps all.</exception>
    public async Task AddAsync(IReadOnlyList<RawEvent> events, CancellationToken cancellationToken)
    {
        await using var batch = database.DataSource.CreateBatch();
        var command = Begin(Insert);
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
        Add(raw => raw.Headers, NpgsqlDbType.Jsonb);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = EnrichmentRules.Version });
        command = Begin(InsertStates);
        Add(raw => raw.RawEventId, NpgsqlDbType.Uuid);
        Add(raw => RawEventWords.Word(raw.Status), NpgsqlDbType.Text);
        Add(raw => raw.Error, NpgsqlDbType.Text);
        foreach (var further in EntryFilterStore.Commands(events))
            batch.BatchCommands.Add(further);
        await batch.ExecuteNonQueryAsync(cancellationToken);

        NpgsqlBatchCommand Begin(string sql)
        {
            var begun = new NpgsqlBatchCommand(sql);
            batch.BatchCommands.Add(begun);
            return begun;
        }

        void Add<T>(Func<RawEvent, T> value, NpgsqlDbType type)
        {
            var values = new T[events.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = value(events[i]);
            command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
        }
    }

    /// <summary>The events of tasks that the stored result was made of. Duplicates have lost against one of these and need not be looked at again.</summary>
    /// <param name="connection">In a transaction that holds the tasks.</param>
    /// <param name="taskSids">The tasks.</param>
    public static async Task<List<RawEvent>> ProcessedAsync(NpgsqlConnection connection, string[] taskSids) =>
        [.. (await connection.QueryAsync<RawEventRow>(
            // Task by task, whatever the statistics say: a new database has none, and would be read as a whole.
            $"""
            SELECT found.* FROM unnest(@taskSids) AS t (sid)
            CROSS JOIN LATERAL (SELECT {Columns} FROM insights.raw_events WHERE task_sid = t.sid AND source <> 'session' AND status = 'processed' OFFSET 0) AS found
            """,
            new { taskSids })).Select(row => row.ToRawEvent())];

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

    /// <summary>Which of some events are stored, by key and hash of the body.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<HashSet<(string Key, string Sha256)>> StoredAsync(string[] keys, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<(string, string)>(new CommandDefinition(
            """
            SELECT k.key, encode(found.body_sha256, 'hex') FROM unnest(@keys) AS k (key)
            CROSS JOIN LATERAL (SELECT body_sha256 FROM insights.received_events WHERE event_key = k.key OFFSET 0) AS found
            """,
            new { keys },
            cancellationToken: cancellationToken))];
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

    /// <summary>Reads events.</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="condition">Which, and in which order; SQL.</param>
    /// <param name="parameters">What it names.</param>
    internal static async Task<List<RawEvent>> ReadAsync(NpgsqlConnection connection, string condition, object parameters) =>
        [.. (await connection.QueryAsync<RawEventRow>($"SELECT {Columns} FROM insights.raw_events WHERE {condition}", parameters)).Select(row => row.ToRawEvent())];

    /// <summary>The parameters of <see cref="Matches"/>.</summary>
    /// <param name="query">Which events are meant.</param>
    internal static DynamicParameters Parameters(RawEventQuery query) => new(new
    {
        query.StartTime,
        query.EndTime,
        query.EventStartTime,
        query.EventEndTime,
        query.AccountSid,
        query.TaskSid,
        query.EventType,
        query.EventKey,
        Status = query.Status is { } status ? RawEventWords.Word(status) : null,
        Source = query.Source is { } source ? RawEventWords.Word(source) : null,
        query.ConversationId,
    });
}

using System.Text.Json;
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
        Add(raw => Word(raw.Source), NpgsqlDbType.Text);
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
        Add(raw => Word(raw.Status), NpgsqlDbType.Text);
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

    /// <summary>Takes waiting events for this transaction, the oldest first; others skip them until it ends.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="now">Events whose next try is later are left.</param>
    /// <param name="limit">Most events.</param>
    /// <param name="only">If set, only these events.</param>
    public static async Task<List<RawEvent>> ClaimAsync(NpgsqlConnection connection, DateTimeOffset now, int limit, Guid[]? only)
    {
        var chosen = only is null ? "" : "AND raw_event_id = ANY(@only)";
        return (await connection.QueryAsync<RawEventRow>(
            $"""
            SELECT {Columns} FROM insights.raw_events
            WHERE status = 'received' AND (next_attempt_time IS NULL OR next_attempt_time <= @now) {chosen}
            ORDER BY raw_event_id LIMIT @limit FOR UPDATE SKIP LOCKED
            """,
            new { now, limit, only })).Select(row => row.ToRawEvent()).ToList();
    }

    /// <summary>The events of tasks that the stored result was made of. Duplicates have lost against one of these and need not be looked at again.</summary>
    /// <param name="connection">In a transaction that holds the tasks.</param>
    /// <param name="taskSids">The tasks.</param>
    public static async Task<List<RawEvent>> ProcessedAsync(NpgsqlConnection connection, string[] taskSids) =>
        (await connection.QueryAsync<RawEventRow>(
            $"SELECT {Columns} FROM insights.raw_events WHERE task_sid = ANY(@taskSids) AND status = 'processed'",
            new { taskSids })).Select(row => row.ToRawEvent()).ToList();

    /// <summary>The processed arrivals of some events of workers.</summary>
    /// <param name="connection">In a transaction that holds the workers.</param>
    /// <param name="workerSids">The workers.</param>
    /// <param name="keys">Identities of the events.</param>
    public static async Task<List<RawEvent>> ProcessedOfWorkersAsync(NpgsqlConnection connection, string[] workerSids, string[] keys) =>
        (await connection.QueryAsync<RawEventRow>(
            $"SELECT {Columns} FROM insights.raw_events WHERE worker_sid = ANY(@workerSids) AND task_sid IS NULL AND status = 'processed' AND event_key = ANY(@keys)",
            new { workerSids, keys })).Select(row => row.ToRawEvent()).ToList();

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
        (await connection.QueryAsync<RawEventRow>(
            $"SELECT {Columns} FROM insights.raw_events WHERE source = 'session' AND resource_sid = ANY(@resources) AND status = 'processed'",
            new { resources })).Select(row => row.ToRawEvent()).ToList();

    /// <summary>Notes what has become of events.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="outcomes">New status by event.</param>
    /// <param name="ruleVersion">Version of the rules that were applied.</param>
    public static Task SetStatusAsync(NpgsqlConnection connection, IReadOnlyDictionary<Guid, RawEventStatus> outcomes, int ruleVersion) =>
        connection.ExecuteAsync(
            """
            UPDATE insights.raw_events r SET status = o.status, rule_version = @ruleVersion, next_attempt_time = NULL, error = NULL
            FROM unnest(@ids, @statuses) AS o (id, status) WHERE r.raw_event_id = o.id
            """,
            new { ids = outcomes.Keys.ToArray(), statuses = outcomes.Values.Select(Word).ToArray(), ruleVersion });

    /// <summary>Counts a failed try of one event: it waits for its next, or, after the last, is failed for good (INS-20).</summary>
    /// <param name="id">The event.</param>
    /// <param name="error">What went wrong.</param>
    /// <param name="nextAttemptTime">When to try again; null to give up.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task SetFailureAsync(Guid id, string error, DateTimeOffset? nextAttemptTime, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            UPDATE insights.raw_events
            SET attempts = attempts + 1, error = @error, next_attempt_time = @nextAttemptTime,
              status = CASE WHEN @nextAttemptTime::timestamptz IS NULL THEN 'failed' ELSE status END
            WHERE raw_event_id = @id AND status = 'received'
            """,
            new { id, error, nextAttemptTime });
    }

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
    /// <param name="query">Which, and from where on.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<RawEvent>> ListAsync(RawEventQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. (await connection.QueryAsync<RawEventRow>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM insights.raw_events
            WHERE (@StartTime::timestamptz IS NULL OR received_time >= @StartTime) AND (@EndTime::timestamptz IS NULL OR received_time < @EndTime)
              AND (@AccountSid::text IS NULL OR account_sid = @AccountSid) AND (@TaskSid::text IS NULL OR task_sid = @TaskSid)
              AND (@EventType::text IS NULL OR event_type = @EventType) AND (@EventKey::text IS NULL OR event_key = @EventKey)
              AND (@Status::text IS NULL OR status = @Status) AND (@Source::text IS NULL OR source = @Source)
              AND (@Before::uuid IS NULL OR raw_event_id < @Before)
            ORDER BY raw_event_id DESC LIMIT @Limit
            """,
            new
            {
                query.StartTime,
                query.EndTime,
                query.AccountSid,
                query.TaskSid,
                query.EventType,
                query.EventKey,
                Status = query.Status is { } status ? Word(status) : null,
                Source = query.Source is { } source ? Word(source) : null,
                query.Before,
                query.Limit,
            },
            cancellationToken: cancellationToken))).Select(row => row.ToRawEvent())];
    }

    /// <summary>Lets an event be processed again.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">An event with a time.</param>
    public static Task ReplayAsync(NpgsqlConnection connection, Guid id) => connection.ExecuteAsync(
        "UPDATE insights.raw_events SET status = 'received', attempts = 0, next_attempt_time = NULL, error = NULL WHERE raw_event_id = @id AND event_time IS NOT NULL", new { id });

    /// <summary>Number of events that wait, counted up to a limit.</summary>
    /// <param name="limit">Where to stop counting.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<long> CountWaitingAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM (SELECT FROM insights.raw_events WHERE status = 'received' LIMIT @limit) AS waiting", new { limit });
    }

    private static string Word<T>(T value)
        where T : struct, Enum => Words<T>.ByValue[value];

    private static class Words<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue = Enum.GetValues<T>()
            .ToDictionary(value => value, value => value is RawEventSource.TaskRouterWebhook ? "taskrouter_webhook" : JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static readonly Dictionary<string, T> ByWord = ByValue.ToDictionary(pair => pair.Value, pair => pair.Key);
    }

    private sealed class RawEventRow
    {
        public Guid RawEventId { get; init; }
        public string Source { get; init; } = "";
        public DateTime ReceivedTime { get; init; }
        public DateTime? EventTime { get; init; }
        public bool TimeMissing { get; init; }
        public string EventKey { get; init; } = "";
        public string EventType { get; init; } = "";
        public string? AccountSid { get; init; }
        public string? WorkspaceSid { get; init; }
        public string? ResourceSid { get; init; }
        public string? TaskSid { get; init; }
        public string? ContentType { get; init; }
        public string? Headers { get; init; }
        public string? Error { get; init; }
        public string? WorkerSid { get; init; }
        public byte[] Body { get; init; } = [];
        public byte[] BodySha256 { get; init; } = [];
        public string Status { get; init; } = "";
        public int Attempts { get; init; }

        public RawEvent ToRawEvent() => new()
        {
            RawEventId = RawEventId,
            Source = Words<RawEventSource>.ByWord[Source],
            ReceivedTime = new(ReceivedTime),
            EventTime = EventTime is { } time ? new(time) : null,
            TimeMissing = TimeMissing,
            EventKey = EventKey,
            EventType = EventType,
            AccountSid = AccountSid,
            WorkspaceSid = WorkspaceSid,
            ResourceSid = ResourceSid,
            TaskSid = TaskSid,
            ContentType = ContentType,
            Headers = Headers,
            Error = Error,
            WorkerSid = WorkerSid,
            Body = Body,
            BodySha256 = BodySha256,
            Status = Words<RawEventStatus>.ByWord[Status],
            Attempts = Attempts,
        };
    }
}

/// <summary>Which raw events to list; null narrows nothing.</summary>
/// <param name="StartTime">Received at or after.</param>
/// <param name="EndTime">Received before.</param>
/// <param name="AccountSid">Account.</param>
/// <param name="TaskSid">Task.</param>
/// <param name="EventType">Type in lower case.</param>
/// <param name="EventKey">Key.</param>
/// <param name="Status">Status.</param>
/// <param name="Source">How it came.</param>
/// <param name="Before">Those before this one.</param>
/// <param name="Limit">Most.</param>
public sealed record RawEventQuery(
    DateTimeOffset? StartTime, DateTimeOffset? EndTime, string? AccountSid, string? TaskSid, string? EventType, string? EventKey,
    RawEventStatus? Status, RawEventSource? Source, Guid? Before, int Limit);

using System.Text.Json;
using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>All SQL of the write-backs; the rows of runs are in <see cref="WorkerUpdateStore"/>.</summary>
/// <param name="database">The service's database.</param>
public sealed class WriteBackStore(DurableDatabase database)
{
    private const string Columns =
        """
        write_back_id AS WriteBackId, account_sid AS AccountSid, workspace_sid AS WorkspaceSid, target AS Target, kind AS Kind, status AS Status,
        attributes AS Attributes, reason AS Reason, anyway AS Anyway, dry_run AS DryRun, waits_for_wrap_up AS WaitsForWrapUp, start_time AS StartTime,
        progress AS Progress, attempts AS Attempts, last_error AS LastError, next_attempt_time AS NextAttemptTime, create_time AS CreateTime, finish_time AS FinishTime
        """;

    private static readonly string[] LifeSoFar = ["reservation.accepted", "reservation.wrapup", "task.wrapup", "task.completed", "task.canceled"];

    /// <summary>Stores a new write-back.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="item">The write-back.</param>
    public static Task AddAsync(NpgsqlConnection connection, WriteBackItem item) => connection.ExecuteAsync(
        """
        INSERT INTO insights.write_backs (
          write_back_id, account_sid, workspace_sid, target, kind, status, attributes, reason, anyway, dry_run, waits_for_wrap_up, start_time, create_time)
        VALUES (@WriteBackId, @AccountSid, @WorkspaceSid, @Target, @kind, 'pending', @Attributes::json, @Reason, @Anyway, @DryRun, @WaitsForWrapUp, @StartTime, @CreateTime)
        """,
        new
        {
            item.WriteBackId,
            item.AccountSid,
            item.WorkspaceSid,
            item.Target,
            kind = Word(item.Kind),
            item.Attributes,
            item.Reason,
            item.Anyway,
            item.DryRun,
            item.WaitsForWrapUp,
            item.StartTime,
            item.CreateTime,
        });

    /// <summary>Holds tasks, so that values are set for them before or after their events are looked at, never meanwhile.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="taskSids">The tasks.</param>
    public static Task LockAsync(NpgsqlConnection connection, string[] taskSids) => connection.ExecuteAsync(
        "SELECT pg_advisory_xact_lock(hashtextextended('write-back/' || sid, 0)) FROM (SELECT DISTINCT unnest(@taskSids) AS sid ORDER BY 1) AS ordered", new { taskSids });

    /// <summary>Whether a task is in wrap-up or has ended, by its stored events.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="taskSid">The task.</param>
    public static async Task<bool> IsWrappingUpAsync(NpgsqlConnection connection, string taskSid) =>
        await connection.ExecuteScalarAsync<string?>(
            "SELECT event_type FROM insights.raw_events WHERE task_sid = @taskSid AND event_type = ANY(@LifeSoFar) ORDER BY event_time DESC NULLS LAST, event_type DESC LIMIT 1",
            new { taskSid, LifeSoFar }) is not (null or "reservation.accepted");

    /// <summary>When a task ended by its stored events; null if it has not.</summary>
    /// <param name="taskSid">The task.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<DateTimeOffset?> EndOfTaskAsync(string taskSid, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<DateTime?>(new CommandDefinition(
            "SELECT min(event_time) FROM insights.raw_events WHERE task_sid = @taskSid AND event_type IN ('task.completed', 'task.canceled')",
            new { taskSid },
            cancellationToken: cancellationToken)) is { } time ? new DateTimeOffset(time) : null;
    }

    /// <summary>Account and workspace that a task's events name; null if none is stored.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="taskSid">The task.</param>
    public static Task<(string AccountSid, string WorkspaceSid)?> OwnerOfTaskAsync(NpgsqlConnection connection, string taskSid) =>
        connection.QueryFirstOrDefaultAsync<(string, string)?>(
            "SELECT account_sid, workspace_sid FROM insights.raw_events WHERE task_sid = @taskSid AND account_sid IS NOT NULL AND workspace_sid IS NOT NULL LIMIT 1", new { taskSid });

    /// <summary>Stores write-backs of links of recordings, but for tasks that one is or was being written to or that nobody is known to own.</summary>
    /// <param name="connection">In a transaction in which nobody else works on the tasks.</param>
    /// <param name="links">What is merged into the attributes of each task.</param>
    /// <param name="now">When they begin.</param>
    /// <returns>The write-backs.</returns>
    public static async Task<List<WriteBackItem>> AddRecordingLinksAsync(
        NpgsqlConnection connection, IReadOnlyCollection<(string TaskSid, string Attributes)> links, DateTimeOffset now) => [.. (await connection.QueryAsync<Row>(
        $"""
        INSERT INTO insights.write_backs (write_back_id, account_sid, workspace_sid, target, kind, status, attributes, start_time, create_time)
        SELECT n.id, owner.account_sid, owner.workspace_sid, n.task_sid, 'recording_link', 'pending', n.attributes::json, @now, @now
        FROM unnest(@ids, @tasks, @attributes) AS n (id, task_sid, attributes)
        CROSS JOIN LATERAL (
          SELECT account_sid, workspace_sid FROM insights.received_events WHERE task_sid = n.task_sid AND account_sid IS NOT NULL AND workspace_sid IS NOT NULL LIMIT 1) AS owner
        WHERE NOT EXISTS (SELECT FROM insights.write_backs w WHERE w.target = n.task_sid AND w.kind = 'recording_link')
        RETURNING {Columns}
        """,
        new
        {
            ids = links.Select(_ => Guid.CreateVersion7(now)).ToArray(),
            tasks = links.Select(link => link.TaskSid).ToArray(),
            attributes = links.Select(link => link.Attributes).ToArray(),
            now,
        })).Select(row => row.ToItem())];

    /// <summary>The enrichment of a task that has not begun, held by this transaction.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="taskSid">The task.</param>
    public static async Task<WriteBackItem?> WaitingAsync(NpgsqlConnection connection, string taskSid) => (await connection.QuerySingleOrDefaultAsync<Row>(
        $"SELECT {Columns} FROM insights.write_backs WHERE target = @taskSid AND waits_for_wrap_up FOR UPDATE", new { taskSid }))?.ToItem();

    /// <summary>Adds values to an enrichment that has not begun.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The enrichment.</param>
    /// <param name="attributes">All its values.</param>
    public static Task SetAttributesAsync(NpgsqlConnection connection, Guid id, string attributes) =>
        connection.ExecuteAsync("UPDATE insights.write_backs SET attributes = @attributes::json WHERE write_back_id = @id", new { id, attributes });

    /// <summary>Begins the enrichments of tasks that have waited.</summary>
    /// <param name="connection">In a transaction that holds the tasks.</param>
    /// <param name="taskSids">The tasks.</param>
    /// <param name="now">When they begin.</param>
    public static async Task<List<WriteBackItem>> BeginWaitingAsync(NpgsqlConnection connection, string[] taskSids, DateTimeOffset now) => [.. (await connection.QueryAsync<Row>(
        $"""
        UPDATE insights.write_backs SET waits_for_wrap_up = false, start_time = @now WHERE target = ANY(@taskSids) AND waits_for_wrap_up RETURNING {Columns}
        """,
        new { taskSids, now })).Select(row => row.ToItem())];

    /// <summary>Begins a write-back that has ended again.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The write-back.</param>
    /// <param name="now">When it begins.</param>
    public static Task BeginAgainAsync(NpgsqlConnection connection, Guid id, DateTimeOffset now) => connection.ExecuteAsync(
        "UPDATE insights.write_backs SET status = 'pending', finish_time = NULL, progress = NULL, next_attempt_time = NULL, start_time = @now WHERE write_back_id = @id", new { id, now });

    /// <summary>Finds a write-back; null if there is none.</summary>
    /// <param name="id">The write-back.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<WriteBackItem?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await FindAsync(connection, id, hold: false);
    }

    /// <summary>Finds a write-back; null if there is none.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="id">The write-back.</param>
    /// <param name="hold">Whether the transaction holds it.</param>
    public static async Task<WriteBackItem?> FindAsync(NpgsqlConnection connection, Guid id, bool hold) => (await connection.QuerySingleOrDefaultAsync<Row>(
        $"SELECT {Columns} FROM insights.write_backs WHERE write_back_id = @id {(hold ? "FOR UPDATE" : "")}", new { id }))?.ToItem();

    /// <summary>Lists write-backs, the newest first.</summary>
    /// <param name="accountSid">Of an account; null for all.</param>
    /// <param name="target">Of a task or worker; null for all.</param>
    /// <param name="kind">Of a kind; null for all.</param>
    /// <param name="status">Of a status; null for all.</param>
    /// <param name="before">Those older than this one; null from the newest on.</param>
    /// <param name="limit">Most.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<WriteBackItem>> ListAsync(
        string? accountSid, string? target, WriteBackKind? kind, WriteBackStatus? status, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. (await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM insights.write_backs
            WHERE (@accountSid::text IS NULL OR account_sid = @accountSid) AND (@target::text IS NULL OR target = @target)
              AND (@kind::text IS NULL OR kind = @kind) AND (@status::text IS NULL OR status = @status)
              AND (@before::uuid IS NULL OR write_back_id < @before)
            ORDER BY write_back_id DESC LIMIT @limit
            """,
            new { accountSid, target, kind = kind is { } k ? Word(k) : null, status = status is { } s ? Word(s) : null, before, limit },
            cancellationToken: cancellationToken))).Select(row => row.ToItem())];
    }

    /// <summary>Notes a failed attempt and where the next one goes on.</summary>
    /// <param name="id">The write-back.</param>
    /// <param name="error">What went wrong.</param>
    /// <param name="next">When it is tried again.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task SetFailureAsync(Guid id, string error, DateTimeOffset next, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE insights.write_backs SET attempts = attempts + 1, last_error = @error, next_attempt_time = @next
            WHERE write_back_id = @id AND status = 'pending'
            """,
            new { id, error, next },
            cancellationToken: cancellationToken));
    }

    /// <summary>Notes where the next attempt goes on.</summary>
    /// <param name="id">The write-back.</param>
    /// <param name="progress">Where.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task SetProgressAsync(Guid id, UpdateProgress progress, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE insights.write_backs SET progress = @progress::json WHERE write_back_id = @id AND status = 'pending'",
            new { id, progress = progress.ToString() },
            cancellationToken: cancellationToken));
    }

    /// <summary>Ends a write-back.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The write-back.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="error">What went wrong; null leaves what went wrong before.</param>
    /// <param name="attempts">Attempts to add.</param>
    /// <param name="now">When.</param>
    /// <returns>It as it is now.</returns>
    public static async Task<WriteBackItem> FinishAsync(NpgsqlConnection connection, Guid id, WriteBackStatus status, string? error, int attempts, DateTimeOffset now) =>
        (await connection.QuerySingleAsync<Row>(
            $"""
            UPDATE insights.write_backs SET status = @status, finish_time = @now, attempts = attempts + @attempts, last_error = coalesce(@error, last_error),
              next_attempt_time = NULL, progress = NULL
            WHERE write_back_id = @id RETURNING {Columns}
            """,
            new { id, status = Word(status), error, attempts, now })).ToItem();

    internal static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    internal static T Value<T>(string word)
        where T : struct, Enum => Enum.Parse<T>(word.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private sealed class Row
    {
        public Guid WriteBackId { get; init; }
        public string AccountSid { get; init; } = "";
        public string WorkspaceSid { get; init; } = "";
        public string Target { get; init; } = "";
        public string Kind { get; init; } = "";
        public string Status { get; init; } = "";
        public string? Attributes { get; init; }
        public string? Reason { get; init; }
        public bool Anyway { get; init; }
        public bool DryRun { get; init; }
        public bool WaitsForWrapUp { get; init; }
        public DateTime StartTime { get; init; }
        public string? Progress { get; init; }
        public int Attempts { get; init; }
        public string? LastError { get; init; }
        public DateTime? NextAttemptTime { get; init; }
        public DateTime CreateTime { get; init; }
        public DateTime? FinishTime { get; init; }

        public WriteBackItem ToItem() => new()
        {
            WriteBackId = WriteBackId,
            AccountSid = AccountSid,
            WorkspaceSid = WorkspaceSid,
            Target = Target,
            Kind = Value<WriteBackKind>(Kind),
            Status = Value<WriteBackStatus>(Status),
            Attributes = Attributes,
            Reason = Reason,
            Anyway = Anyway,
            DryRun = DryRun,
            WaitsForWrapUp = WaitsForWrapUp,
            StartTime = new(StartTime),
            Progress = UpdateProgress.Read(Progress),
            Attempts = Attempts,
            LastError = LastError,
            NextAttemptTime = NextAttemptTime is { } next ? new(next) : null,
            CreateTime = new(CreateTime),
            FinishTime = FinishTime is { } finish ? new(finish) : null,
        };
    }
}

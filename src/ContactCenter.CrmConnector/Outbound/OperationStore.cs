using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>All SQL of operations.</summary>
/// <param name="database">The service's database.</param>
public sealed class OperationStore(DurableDatabase database)
{
    private const string Columns =
        """
        operation_id AS OperationId, session AS Session, connector_id AS ConnectorId, kind AS Kind, source AS Source, position_time AS PositionTime,
          position_rank AS PositionRank, lane AS Lane, state AS State, reason AS Reason, step AS Step, part AS Part, uncertain AS Uncertain, job_id AS JobId,
          request AS Request, request_sha256 AS RequestSha256, response AS Response, generation AS Generation, re_rendered AS ReRendered, attempt_count AS AttemptCount,
          attempts::text AS Attempts, first_attempt_time AS FirstAttemptTime, next_attempt_time AS NextAttemptTime, create_time AS CreateTime, end_time AS EndTime
        """;

    /// <summary>Adds an operation to a session that is locked.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="operation">The operation.</param>
    public static Task AddAsync(NpgsqlConnection connection, StoredOperation operation) => connection.ExecuteAsync(
        """
        INSERT INTO crm.operations (operation_id, session, connector_id, kind, source, position_time, position_rank, lane, state, reason, job_id, create_time, end_time)
        VALUES (@OperationId, @Session, @ConnectorId, @kind, @Source, @PositionTime, @PositionRank, @Lane, @state, @Reason, @JobId, @CreateTime, @EndTime)
        """,
        new
        {
            operation.OperationId,
            operation.Session,
            operation.ConnectorId,
            kind = Upper(operation.Kind),
            operation.Source,
            operation.PositionTime,
            operation.PositionRank,
            operation.Lane,
            state = Upper(operation.State),
            operation.Reason,
            operation.JobId,
            operation.CreateTime,
            operation.EndTime,
        });

    /// <summary>Writes an operation whose session is locked.</summary>
    /// <param name="connection">In the transaction that locked it.</param>
    /// <param name="operation">The operation.</param>
    public static Task WriteAsync(NpgsqlConnection connection, StoredOperation operation) => connection.ExecuteAsync(
        """
        UPDATE crm.operations SET position_time = @PositionTime, lane = @Lane, state = @state, reason = @Reason, step = @step, part = @Part, uncertain = @Uncertain, job_id = @JobId, request = @Request,
          request_sha256 = @RequestSha256, response = @Response, generation = @Generation, re_rendered = @ReRendered, attempt_count = @AttemptCount,
          attempts = @Attempts::jsonb, first_attempt_time = @FirstAttemptTime, next_attempt_time = @NextAttemptTime, end_time = @EndTime
        WHERE operation_id = @OperationId
        """,
        new
        {
            operation.OperationId,
            operation.PositionTime,
            operation.Lane,
            state = Upper(operation.State),
            operation.Reason,
            step = (int)operation.Step,
            operation.Part,
            operation.Uncertain,
            operation.JobId,
            operation.Request,
            operation.RequestSha256,
            operation.Response,
            operation.Generation,
            operation.ReRendered,
            operation.AttemptCount,
            operation.Attempts,
            operation.FirstAttemptTime,
            operation.NextAttemptTime,
            operation.EndTime,
        });

    /// <summary>The operations of a session in the order of their places.</summary>
    /// <param name="connection">In the transaction that locked the session.</param>
    /// <param name="session">The session.</param>
    public static async Task<List<StoredOperation>> OfSessionAsync(NpgsqlConnection connection, string session) => (await connection.QueryAsync<StoredOperation>(
        $"SELECT {Columns} FROM crm.operations WHERE session = @session ORDER BY position_time, position_rank, operation_id", new { session })).AsList();

    /// <summary>The operation of a job. If an earlier one of its session waits in the same lane and neither was ever sent, they change places (CRM-162).</summary>
    /// <param name="connection">In the transaction that locked the session.</param>
    /// <param name="job">The job.</param>
    /// <returns>Null if none has it any more.</returns>
    public static async Task<StoredOperation?> TakeAsync(NpgsqlConnection connection, Guid job) => await connection.QuerySingleOrDefaultAsync<StoredOperation>(
        $"""
        WITH own AS (SELECT * FROM crm.operations WHERE job_id = @job),
        earlier AS (
          SELECT e.operation_id, e.job_id FROM crm.operations e JOIN own USING (session, lane)
          WHERE own.state = 'QUEUED' AND own.attempt_count = 0 AND e.state = 'QUEUED' AND e.attempt_count = 0 AND e.job_id IS NOT NULL
            AND (e.position_time, e.position_rank, e.operation_id) < (own.position_time, own.position_rank, own.operation_id)
          ORDER BY e.position_time, e.position_rank, e.operation_id LIMIT 1)
        SELECT {Columns} FROM crm.operations
        WHERE operation_id = coalesce((SELECT operation_id FROM earlier), (SELECT operation_id FROM own))
        """,
        new { job });

    /// <summary>Gives an operation the job of another, and that one its own.</summary>
    /// <param name="connection">In the transaction that locked the session of both.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="job">The job that it gets.</param>
    public static async Task SwapAsync(NpgsqlConnection connection, StoredOperation operation, Guid job)
    {
        var own = operation.JobId;
        await connection.ExecuteAsync(
            """
            UPDATE crm.operations SET job_id = NULL WHERE operation_id = @OperationId;
            UPDATE crm.operations SET job_id = @own WHERE job_id = @job;
            UPDATE crm.operations SET job_id = @job WHERE operation_id = @OperationId
            """,
            new { operation.OperationId, own, job });
        operation.JobId = job;
    }

    /// <summary>Whether an earlier operation of a lane waits for a person.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="operation">The operation that would be next.</param>
    public static Task<bool> IsLaneStuckAsync(NpgsqlConnection connection, StoredOperation operation) => connection.ExecuteScalarAsync<bool>(
        """
        SELECT EXISTS (SELECT FROM crm.operations WHERE lane = @Lane AND end_time IS NULL AND state IN ('HELD', 'DEAD') AND operation_id <> @OperationId
          AND (position_time, position_rank, operation_id) < (@PositionTime, @PositionRank, @OperationId))
        """,
        new { operation.Lane, operation.OperationId, operation.PositionTime, operation.PositionRank });

    /// <summary>Names the sessions with operations of a lane that wait for an earlier one.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="lane">The lane.</param>
    public static async Task<IEnumerable<string>> BlockedInLaneAsync(NpgsqlConnection connection, string lane) => await connection.QueryAsync<string>(
        "SELECT DISTINCT session FROM crm.operations WHERE lane = @lane AND end_time IS NULL AND state = 'BLOCKED' ORDER BY session", new { lane });

    /// <summary>Names sessions with operations that have been blocked for too long (CRM-106).</summary>
    /// <param name="connection">Open.</param>
    /// <param name="before">Made before this time.</param>
    /// <param name="limit">Most sessions.</param>
    public static async Task<IReadOnlyList<string>> OverdueAsync(NpgsqlConnection connection, DateTimeOffset before, int limit) => (await connection.QueryAsync<string>(
        "SELECT session FROM crm.operations WHERE state = 'BLOCKED' AND create_time < @before GROUP BY session ORDER BY min(create_time) LIMIT @limit", new { before, limit })).AsList();

    /// <summary>Removes sessions of which nothing happened for long and nothing is left to do (CRM-106).</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="before">Last changed before this time.</param>
    /// <param name="limit">Most sessions.</param>
    /// <returns>How many.</returns>
    public static Task<int> ForgetAsync(NpgsqlConnection connection, DateTimeOffset before, int limit) => connection.ExecuteAsync(
        """
        DELETE FROM crm.sessions WHERE session IN (
          SELECT s.session FROM crm.sessions s WHERE s.update_time < @before
            AND NOT EXISTS (SELECT FROM crm.operations o WHERE o.session = s.session AND (o.end_time IS NULL OR o.end_time >= @before))
          LIMIT @limit)
        """,
        new { before, limit });

    /// <summary>Whether operations of a connector are not over (CRM-8).</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="connectorId">The connector.</param>
    public static Task<bool> AnyUnfinishedAsync(NpgsqlConnection connection, string connectorId) => connection.ExecuteScalarAsync<bool>(
        "SELECT EXISTS (SELECT FROM crm.operations WHERE connector_id = @connectorId AND end_time IS NULL)", new { connectorId });

    /// <summary>Finds an operation.</summary>
    /// <param name="id">The operation.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<StoredOperation?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await FindAsync(connection, id);
    }

    /// <summary>Finds an operation.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="id">The operation.</param>
    /// <returns>Null if there is none.</returns>
    public static Task<StoredOperation?> FindAsync(NpgsqlConnection connection, Guid id) =>
        connection.QuerySingleOrDefaultAsync<StoredOperation?>($"SELECT {Columns} FROM crm.operations WHERE operation_id = @id", new { id });

    /// <summary>Lists operations: of one session in the order of their places, else the newest first.</summary>
    /// <param name="session">Null for all.</param>
    /// <param name="state">Null for all.</param>
    /// <param name="kind">Null for all.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">Most operations.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<StoredOperation>> ListAsync(
        string? session, WorkState? state, WorkKind? kind, (DateTimeOffset Time, long Rank, Guid Id)? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var (order, follows) = session is null
            ? ("operation_id DESC", "operation_id < @id")
            : ("position_time, position_rank, operation_id", "(position_time, position_rank, operation_id) > (@time, @rank, @id)");
        return (await connection.QueryAsync<StoredOperation>(new(
            $"""
            SELECT {Columns} FROM crm.operations
            WHERE (@session::text IS NULL OR session = @session) AND (@state::text IS NULL OR state = @state) AND (@kind::text IS NULL OR kind = @kind)
              AND (@id::uuid IS NULL OR {follows})
            ORDER BY {order} LIMIT @limit
            """,
            new { session, state = state is { } s ? Upper(s) : null, kind = kind is { } k ? Upper(k) : null, time = after?.Time, rank = after?.Rank, id = after?.Id, limit },
            cancellationToken: cancellationToken))).AsList();
    }

    private static string Upper<T>(T value)
        where T : struct, Enum => value.ToString().ToUpperInvariant();
}

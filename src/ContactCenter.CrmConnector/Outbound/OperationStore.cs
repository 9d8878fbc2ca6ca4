using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Sessions;
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

    private const string Chosen =
        """
        (@Session = '' OR session = @Session) AND (@state::text IS NULL OR state = @state) AND (@kind::text IS NULL OR kind = @kind)
          AND (@endpoint = 0 OR step = @endpoint) AND (@Reason = '' OR reason = @Reason) AND (@Status = 0 OR (attempts -> -1 ->> 'status')::integer = @Status)
          AND (@RecordId = '' OR session IN (SELECT s.session FROM crm.sessions s WHERE s.record_id = @RecordId))
          AND (@ConnectorId = '' OR connector_id = @ConnectorId) AND (@Before::timestamptz IS NULL OR create_time < @Before)
        """;

    private const string Stuck = "end_time IS NULL AND state IN ('HELD', 'DEAD')";

    /// <summary>Selects the operations of a session in the order of their places.</summary>
    /// <param name="session">An expression for the session's name.</param>
    internal static string SelectOf(string session) => $"SELECT {Columns} FROM crm.operations WHERE session = {session} ORDER BY position_time, position_rank, operation_id";

    /// <summary>Writes an operation, new or known, whose session is locked.</summary>
    /// <param name="operation">The operation.</param>
    internal static NpgsqlBatchCommand WriteCommand(StoredOperation operation) => BatchCommand.Of(
        """
        INSERT INTO crm.operations (operation_id, session, connector_id, kind, source, position_time, position_rank, lane, state, reason, step, part, uncertain, job_id, request,
          request_sha256, response, generation, re_rendered, attempt_count, attempts, first_attempt_time, next_attempt_time, create_time, end_time)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21::jsonb, $22, $23, $24, $25)
        ON CONFLICT (operation_id) DO UPDATE SET position_time = excluded.position_time, lane = excluded.lane, state = excluded.state, reason = excluded.reason, step = excluded.step,
          part = excluded.part, uncertain = excluded.uncertain, job_id = excluded.job_id, request = excluded.request, request_sha256 = excluded.request_sha256,
          response = excluded.response, generation = excluded.generation, re_rendered = excluded.re_rendered, attempt_count = excluded.attempt_count, attempts = excluded.attempts,
          first_attempt_time = excluded.first_attempt_time, next_attempt_time = excluded.next_attempt_time, end_time = excluded.end_time
        """,
        operation.OperationId,
        operation.Session,
        operation.ConnectorId,
        Upper(operation.Kind),
        operation.Source,
        operation.PositionTime,
        operation.PositionRank,
        operation.Lane,
        Upper(operation.State),
        operation.Reason,
        (int)operation.Step,
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
        operation.CreateTime,
        operation.EndTime);

    /// <summary>Gives two operations each other's job.</summary>
    /// <param name="connection">In the transaction that locked the session of both.</param>
    /// <param name="one">One of them.</param>
    /// <param name="other">The other.</param>
    internal static async Task SwapAsync(NpgsqlConnection connection, StoredOperation one, StoredOperation other)
    {
        (one.JobId, other.JobId) = (other.JobId, one.JobId);
        await connection.ExecuteAsync(
            """
            UPDATE crm.operations SET job_id = NULL WHERE operation_id = @one;
            UPDATE crm.operations SET job_id = @otherJob WHERE operation_id = @other;
            UPDATE crm.operations SET job_id = @oneJob WHERE operation_id = @one
            """,
            new { one = one.OperationId, oneJob = one.JobId, other = other.OperationId, otherJob = other.JobId });
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

    /// <summary>Names the sessions with operations of lanes that wait for an earlier one.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="lanes">The lanes.</param>
    public static async Task<IEnumerable<(string Session, string Lane)>> BlockedInLanesAsync(NpgsqlConnection connection, IEnumerable<string> lanes) =>
        await connection.QueryAsync<(string, string)>(
            "SELECT DISTINCT session, lane FROM crm.operations WHERE lane = ANY(@lanes) AND end_time IS NULL AND state = 'BLOCKED' ORDER BY lane, session", new { lanes = lanes.ToArray() });

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
    /// <param name="choice">Which ones.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">Most operations.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<StoredOperation>> ListAsync(OperationChoice choice, (DateTimeOffset Time, long Rank, Guid Id)? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var (order, follows) = choice.Session.Length == 0
            ? ("operation_id DESC", "operation_id < @id")
            : ("position_time, position_rank, operation_id", "(position_time, position_rank, operation_id) > (@time, @rank, @id)");
        return (await connection.QueryAsync<StoredOperation>(new(
            $"""
            SELECT {Columns} FROM crm.operations
            WHERE {Chosen} AND (@id::uuid IS NULL OR {follows})
            ORDER BY {order} LIMIT @limit
            """,
            Parameters(choice, new { time = after?.Time, rank = after?.Rank, id = after?.Id, limit }),
            cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Counts the operations that wait for a person (CRM-105).</summary>
    /// <param name="connection">Open.</param>
    /// <param name="choice">Which of them.</param>
    internal static Task<long> CountStuckAsync(NpgsqlConnection connection, OperationChoice choice) =>
        connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM crm.operations WHERE {Chosen} AND {Stuck}", Parameters(choice, new { }));

    /// <summary>The next operations that wait for a person since before a time, in the order of their places, whose sessions are locked then.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="choice">Which of them.</param>
    /// <param name="start">The time.</param>
    /// <param name="after">Place of the last one before; null for the first.</param>
    /// <param name="limit">Most operations.</param>
    /// <returns>Place and id of each.</returns>
    internal static async Task<IReadOnlyList<OperationPlace>> LockStuckAsync(NpgsqlConnection connection, OperationChoice choice, DateTimeOffset start, OperationPlace? after, int limit)
    {
        var parameters = Parameters(choice, new { start, time = after?.Time, rank = after?.Rank ?? 0, id = after?.Id, limit });
        var found = (await connection.QueryAsync<OperationPlace>(
            $"""
            SELECT position_time AS Time, position_rank AS Rank, operation_id AS Id, session AS Session FROM crm.operations
            WHERE {Chosen} AND {Stuck} AND coalesce((attempts -> -1 ->> 'time')::timestamptz, create_time) <= @start
              AND (@id::uuid IS NULL OR (position_time, position_rank, operation_id) > (@time, @rank, @id))
            ORDER BY position_time, position_rank, operation_id LIMIT @limit
            """,
            parameters)).AsList();
        // All in one order, so that two replays do not wait for each other.
        await connection.ExecuteAsync(
            "SELECT FROM crm.sessions WHERE session = ANY(@sessions) ORDER BY session FOR UPDATE", new { sessions = found.Select(place => place.Session).Distinct().ToArray() });
        return found;
    }

    private static DynamicParameters Parameters(OperationChoice choice, object further)
    {
        var parameters = new DynamicParameters(further);
        parameters.AddDynamicParams(new
        {
            choice.Session,
            state = choice.State is { } state ? Upper(state) : null,
            kind = choice.Kind is { } kind ? Upper(kind) : null,
            endpoint = (int)choice.Endpoint,
            choice.Reason,
            choice.Status,
            choice.RecordId,
            choice.ConnectorId,
            choice.Before,
        });
        return parameters;
    }

    private static string Upper<T>(T value)
        where T : struct, Enum => value.ToString().ToUpperInvariant();
}

/// <summary>Which operations are asked for; what is empty, 0 or null does not narrow them (CRM-105).</summary>
/// <param name="Session">Of this session.</param>
/// <param name="State">In this state.</param>
/// <param name="Kind">Of this kind.</param>
/// <param name="Endpoint">Which stand at this endpoint.</param>
/// <param name="Reason">Which stand there for this reason.</param>
/// <param name="Status">Whose last call was answered with this status.</param>
/// <param name="RecordId">Of sessions with this record.</param>
/// <param name="ConnectorId">Which go through this connector.</param>
/// <param name="Before">Which were made before this time.</param>
public sealed record OperationChoice(
    string Session, WorkState? State, WorkKind? Kind, EndpointKind Endpoint, string Reason, int Status, string RecordId, string ConnectorId, DateTimeOffset? Before);

/// <summary>Place of an operation among all.</summary>
/// <param name="Time">When what it is the effect of happened.</param>
/// <param name="Rank">Its place among those of the same time.</param>
/// <param name="Id">The operation.</param>
/// <param name="Session">Its session.</param>
internal sealed record OperationPlace(DateTime Time, short Rank, Guid Id, string Session);

using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>All SQL of the rows of runs.</summary>
/// <param name="database">The service's database.</param>
public sealed class WorkerUpdateStore(DurableDatabase database)
{
    private const string Columns =
        "row_number AS RowNumber, worker_sid AS WorkerSid, attributes AS Attributes, outcome AS Outcome, before AS Before, after AS After, error AS Error, progress AS Progress";

    // A worker that is updated every night has as many rows as nights; what matters is what was written last.
    private const int MostWrittenLast = 10;

    /// <summary>Stores the rows of a new run.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The run.</param>
    /// <param name="rows">Its rows in their order.</param>
    public static Task AddAsync(NpgsqlConnection connection, Guid id, IReadOnlyCollection<(string WorkerSid, string Attributes)> rows) => connection.ExecuteAsync(
        """
        INSERT INTO insights.worker_updates (write_back_id, row_number, worker_sid, attributes)
        SELECT @id, ordinality - 1, sid, attributes::json FROM unnest(@sids, @attributes) WITH ORDINALITY AS r (sid, attributes, ordinality)
        """,
        new { id, sids = rows.Select(row => row.WorkerSid).ToArray(), attributes = rows.Select(row => row.Attributes).ToArray() });

    /// <summary>Finds a row; null if there is none.</summary>
    /// <param name="id">The run.</param>
    /// <param name="rowNumber">The row.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<WorkerUpdateRow?> FindAsync(Guid id, int rowNumber, CancellationToken cancellationToken) =>
        (await ListAsync(id, rowNumber - 1, 1, cancellationToken)) is [var row] && row.RowNumber == rowNumber ? row : null;

    /// <summary>Lists the rows of a run in their order.</summary>
    /// <param name="id">The run.</param>
    /// <param name="after">Those after this row; -1 from the first on.</param>
    /// <param name="limit">Most.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<WorkerUpdateRow>> ListAsync(Guid id, long after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. (await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM insights.worker_updates WHERE write_back_id = @id AND row_number > @after ORDER BY row_number LIMIT @limit",
            new { id, after, limit },
            cancellationToken: cancellationToken))).Select(row => row.ToRow())];
    }

    /// <summary>Rows of runs by run and outcome; null counts those that wait.</summary>
    /// <param name="ids">The runs.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<ILookup<Guid, (WorkerUpdateOutcome? Outcome, int Count)>> CountAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<(Guid Id, string? Outcome, int Count)>(new CommandDefinition(
            "SELECT write_back_id, outcome, count(*)::int FROM insights.worker_updates WHERE write_back_id = ANY(@ids) GROUP BY 1, 2",
            new { ids },
            cancellationToken: cancellationToken));
        return rows.ToLookup(row => row.Id, row => (row.Outcome is { } word ? WriteBackStore.Value<WorkerUpdateOutcome>(word) : (WorkerUpdateOutcome?)null, row.Count));
    }

    /// <summary>Notes where the next attempt of a row goes on.</summary>
    /// <param name="id">The run.</param>
    /// <param name="rowNumber">The row.</param>
    /// <param name="progress">Where.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task SetProgressAsync(Guid id, int rowNumber, UpdateProgress progress, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE insights.worker_updates SET progress = @progress::json WHERE write_back_id = @id AND row_number = @rowNumber",
            new { id, rowNumber, progress = progress.ToString() },
            cancellationToken: cancellationToken));
    }

    /// <summary>Ends a row.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The run, which the transaction holds from here on.</param>
    /// <param name="rowNumber">The row.</param>
    /// <param name="outcome">Its result.</param>
    /// <param name="progress">What was read and written.</param>
    /// <param name="error">What went wrong.</param>
    /// <param name="writtenTime">When the worker had the attributes; null if it has not got them.</param>
    /// <returns>Whether it was the last one.</returns>
    public static async Task<bool> FinishAsync(
        NpgsqlConnection connection, Guid id, int rowNumber, WorkerUpdateOutcome outcome, UpdateProgress progress, string? error, DateTimeOffset? writtenTime)
    {
        // One row at a time, or two last ones would each see the other waiting.
        await connection.ExecuteAsync("UPDATE insights.write_backs SET attempts = attempts + 1, last_error = coalesce(@error, last_error) WHERE write_back_id = @id", new { id, error });
        await connection.ExecuteAsync(
            """
            UPDATE insights.worker_updates SET outcome = @outcome, before = @Before, after = @after, error = @error, progress = NULL, written_time = @writtenTime
            WHERE write_back_id = @id AND row_number = @rowNumber
            """,
            new { id, rowNumber, outcome = WriteBackStore.Word(outcome), progress.Before, after = outcome == WorkerUpdateOutcome.Unchanged ? progress.Before : progress.Written, error, writtenTime });
        return !await connection.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT FROM insights.worker_updates WHERE write_back_id = @id AND outcome IS NULL)", new { id });
    }

    /// <summary>Whether a run has a row of an outcome.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The run.</param>
    /// <param name="outcome">The outcome.</param>
    public static Task<bool> AnyAsync(NpgsqlConnection connection, Guid id, WorkerUpdateOutcome outcome) => connection.ExecuteScalarAsync<bool>(
        "SELECT EXISTS (SELECT FROM insights.worker_updates WHERE write_back_id = @id AND outcome = @outcome)", new { id, outcome = WriteBackStore.Word(outcome) });

    /// <summary>Lets the rows of a run that failed wait again.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The run.</param>
    /// <returns>Their numbers.</returns>
    public static async Task<List<int>> BeginAgainAsync(NpgsqlConnection connection, Guid id) => [.. await connection.QueryAsync<int>(
        """
        UPDATE insights.worker_updates SET outcome = NULL, before = NULL, after = NULL, error = NULL
        WHERE write_back_id = @id AND outcome IN ('conflict', 'failed') RETURNING row_number
        """,
        new { id })];

    /// <summary>What was written to workers last and was not found overwritten, in the order of writing.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="workerSids">The workers.</param>
    internal static async Task<List<WrittenAttributes>> WrittenAsync(NpgsqlConnection connection, string[] workerSids) =>
        [.. (await connection.QueryAsync<(Guid Id, int RowNumber, string WorkerSid, string Attributes, DateTime WrittenTime)>(
            """
            SELECT u.write_back_id, u.row_number, u.worker_sid, u.attributes::text, u.written_time
            FROM unnest(@workerSids) AS w (sid) CROSS JOIN LATERAL (
              SELECT * FROM insights.worker_updates
              WHERE worker_sid = w.sid AND written_time IS NOT NULL AND NOT overwritten ORDER BY written_time DESC LIMIT @most) AS u
            ORDER BY u.written_time
            """,
            new { workerSids, most = MostWrittenLast })).Select(row => new WrittenAttributes(row.Id, row.RowNumber, row.WorkerSid, row.Attributes, new(row.WrittenTime)))];

    /// <summary>Notes that later events lack what was written.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="updates">Which.</param>
    internal static Task SetOverwrittenAsync(NpgsqlConnection connection, IReadOnlyCollection<WrittenAttributes> updates) => updates.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(
        """
        UPDATE insights.worker_updates u SET overwritten = true FROM unnest(@ids, @rows) AS o (id, row_number)
        WHERE u.write_back_id = o.id AND u.row_number = o.row_number
        """,
        new { ids = updates.Select(update => update.WriteBackId).ToArray(), rows = updates.Select(update => update.RowNumber).ToArray() });

    private sealed class Row
    {
        public int RowNumber { get; init; }
        public string WorkerSid { get; init; } = "";
        public string Attributes { get; init; } = "";
        public string? Outcome { get; init; }
        public string? Before { get; init; }
        public string? After { get; init; }
        public string? Error { get; init; }
        public string? Progress { get; init; }

        public WorkerUpdateRow ToRow() => new()
        {
            RowNumber = RowNumber,
            WorkerSid = WorkerSid,
            Attributes = Attributes,
            Outcome = Outcome is { } word ? WriteBackStore.Value<WorkerUpdateOutcome>(word) : null,
            Before = Before,
            After = After,
            Error = Error,
            Progress = UpdateProgress.Read(Progress),
        };
    }
}

/// <summary>Attributes that a worker had for certain.</summary>
/// <param name="WriteBackId">The run.</param>
/// <param name="RowNumber">The row.</param>
/// <param name="WorkerSid">The worker.</param>
/// <param name="Attributes">What was written: a JSON object.</param>
/// <param name="WrittenTime">When.</param>
internal sealed record WrittenAttributes(Guid WriteBackId, int RowNumber, string WorkerSid, string Attributes, DateTimeOffset WrittenTime);

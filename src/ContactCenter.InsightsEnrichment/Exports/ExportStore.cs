using ContactCenter.Durable;
using Dapper;
using Google.Protobuf;
using Npgsql;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Exports;

/// <summary>All SQL of the exports and their files.</summary>
/// <param name="database">The service's database.</param>
public sealed class ExportStore(DurableDatabase database)
{
    /// <summary>Size of the pieces that a file is stored in; the last one is smaller.</summary>
    public const int PieceBytes = 256 * 1024;

    private const string Columns =
        """
        export_id AS ExportId, definition AS Definition, state AS State, created_by AS CreatedBy, create_time AS CreateTime, attempt AS Attempt, rows AS Rows,
        bytes AS Bytes, sha256 AS Sha256, load_number AS LoadNumber, finish_time AS FinishTime, expire_time AS ExpireTime, error AS Error
        """;

    /// <summary>Stores a new export.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="export">The export.</param>
    public static Task AddAsync(NpgsqlConnection connection, Export export) => connection.ExecuteAsync(
        "INSERT INTO insights.exports (export_id, definition, state, created_by, create_time) VALUES (@ExportId, @definition, @state, @CreatedBy, @CreateTime)",
        new { export.ExportId, definition = export.Definition.ToByteArray(), state = (short)export.State, export.CreatedBy, export.CreateTime });

    /// <summary>Finds an export; null if there is none.</summary>
    /// <param name="exportId">The export.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<Export?> FindAsync(Guid exportId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await connection.QuerySingleOrDefaultAsync<Row>(new(
            $"SELECT {Columns} FROM insights.exports WHERE export_id = @exportId", new { exportId }, cancellationToken: cancellationToken)))?.ToExport();
    }

    /// <summary>Lists exports, the newest first.</summary>
    /// <param name="before">Begin before this one; null for the first page.</param>
    /// <param name="limit">Most exports.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<Export>> ListAsync(Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. (await connection.QueryAsync<Row>(new(
            $"SELECT {Columns} FROM insights.exports WHERE @before::uuid IS NULL OR export_id < @before ORDER BY export_id DESC LIMIT @limit",
            new { before, limit },
            cancellationToken: cancellationToken))).Select(row => row.ToExport())];
    }

    /// <summary>Begins an attempt to write the file; what an earlier one has written is thrown away.</summary>
    /// <param name="exportId">The export.</param>
    /// <param name="attempt">Number of the attempt.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>False if the export has ended.</returns>
    public async Task<bool> BeginAsync(Guid exportId, long attempt, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new(
            """
            WITH begun AS (
              UPDATE insights.exports SET state = 2, attempt = @attempt WHERE export_id = @exportId AND state IN (1, 2) AND attempt < @attempt RETURNING export_id),
            removed AS (DELETE FROM insights.export_pieces WHERE export_id IN (SELECT export_id FROM begun))
            SELECT EXISTS (SELECT FROM begun)
            """,
            new { exportId, attempt },
            cancellationToken: cancellationToken));
    }

    /// <summary>Stores a piece of the file.</summary>
    /// <param name="export">The export, of this attempt.</param>
    /// <param name="number">Place of the piece, from 0.</param>
    /// <param name="content">The piece.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>False if the export was canceled, or another attempt has begun.</returns>
    public async Task<bool> AddPieceAsync(Export export, int number, byte[] content, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteAsync(new(
            """
            INSERT INTO insights.export_pieces (export_id, attempt, number, content)
            SELECT export_id, attempt, @number, @content FROM insights.exports WHERE export_id = @ExportId AND attempt = @Attempt AND state = 2
            """,
            new { export.ExportId, export.Attempt, number, content },
            cancellationToken: cancellationToken)) == 1;
    }

    /// <summary>Reads a piece of the file of an export that is done.</summary>
    /// <param name="export">The export.</param>
    /// <param name="number">Place of the piece.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if it was removed.</returns>
    public async Task<byte[]?> PieceAsync(Export export, long number, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<byte[]>(new(
            "SELECT content FROM insights.export_pieces WHERE export_id = @ExportId AND attempt = @Attempt AND number = @number",
            new { export.ExportId, export.Attempt, number },
            cancellationToken: cancellationToken));
    }

    /// <summary>Ends an export that runs.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="export">With its final state.</param>
    public static Task FinishAsync(NpgsqlConnection connection, Export export) => connection.ExecuteAsync(
        """
        UPDATE insights.exports SET state = @state, rows = @Rows, bytes = @Bytes, sha256 = @Sha256, load_number = @LoadNumber, finish_time = @FinishTime,
          expire_time = @ExpireTime, error = @Error
        WHERE export_id = @ExportId AND attempt = @Attempt AND state = 2
        """,
        new
        {
            export.ExportId,
            export.Attempt,
            state = (short)export.State,
            export.Rows,
            export.Bytes,
            export.Sha256,
            export.LoadNumber,
            export.FinishTime,
            export.ExpireTime,
            export.Error,
        });

    /// <summary>Cancels an export that has not ended. What was written of its file is removed with the files that are too old.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="exportId">The export.</param>
    /// <param name="now">When.</param>
    /// <returns>False if it has ended.</returns>
    public static async Task<bool> CancelAsync(NpgsqlConnection connection, Guid exportId, DateTimeOffset now) =>
        await connection.ExecuteAsync("UPDATE insights.exports SET state = 5, finish_time = @now WHERE export_id = @exportId AND state IN (1, 2)", new { exportId, now }) == 1;

    /// <summary>Removes the files whose time has come, and those that were not finished; and what is known of exports a while later.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="now">The time.</param>
    /// <param name="forgetBefore">Exports that were made before are forgotten.</param>
    public static Task ExpireAsync(NpgsqlConnection connection, DateTimeOffset now, DateTimeOffset forgetBefore) => connection.ExecuteAsync(
        """
        UPDATE insights.exports SET state = 6 WHERE state = 3 AND expire_time <= @now;
        DELETE FROM insights.export_pieces p USING insights.exports e WHERE e.export_id = p.export_id AND e.state IN (4, 5, 6);
        DELETE FROM insights.exports WHERE create_time < @forgetBefore AND state IN (4, 5, 6)
        """,
        new { now, forgetBefore });

    private sealed class Row
    {
        public Guid ExportId { get; init; }
        public byte[] Definition { get; init; } = [];
        public short State { get; init; }
        public string CreatedBy { get; init; } = "";
        public DateTime CreateTime { get; init; }
        public long Attempt { get; init; }
        public long Rows { get; init; }
        public long Bytes { get; init; }
        public string? Sha256 { get; init; }
        public long LoadNumber { get; init; }
        public DateTime? FinishTime { get; init; }
        public DateTime? ExpireTime { get; init; }
        public string? Error { get; init; }

        public Export ToExport() => new()
        {
            ExportId = ExportId,
            Definition = V1.CreateExportRequest.Parser.ParseFrom(Definition),
            State = (ExportState)State,
            CreatedBy = CreatedBy,
            CreateTime = new(CreateTime),
            Attempt = Attempt,
            Rows = Rows,
            Bytes = Bytes,
            Sha256 = Sha256,
            LoadNumber = LoadNumber,
            FinishTime = Utc(FinishTime),
            ExpireTime = Utc(ExpireTime),
            Error = Error,
        };

        private static DateTimeOffset? Utc(DateTime? time) => time is { } known ? new(known) : null;
    }
}

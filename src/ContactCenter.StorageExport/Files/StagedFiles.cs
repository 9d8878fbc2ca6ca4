using ContactCenter.Durable;
using ContactCenter.StorageExport.Stores;
using Dapper;
using Npgsql;

namespace ContactCenter.StorageExport.Files;

/// <summary>Takes content in: its bytes wait in the database, in pieces, until the store has them (STO-49).</summary>
internal static class StagedFiles
{
    /// <summary>Bytes of a piece; the last one of a file has fewer.</summary>
    public const int PieceLength = 1024 * 1024;

    /// <summary>Forgets pieces of a revision that did not become complete.</summary>
    public static Task ForgetAsync(NpgsqlConnection connection, Guid fileId, int revision) =>
        connection.ExecuteAsync("DELETE FROM storage.staged_pieces WHERE file_id = @fileId AND revision = @revision", new { fileId, revision });

    /// <summary>Keeps a piece.</summary>
    public static Task AddAsync(NpgsqlConnection connection, Guid fileId, int revision, int piece, byte[] bytes) => connection.ExecuteAsync(
        "INSERT INTO storage.staged_pieces (file_id, revision, piece, bytes) VALUES (@fileId, @revision, @piece, @bytes)", new { fileId, revision, piece, bytes });

    /// <summary>Reads pieces, in their order.</summary>
    public static async Task<List<byte[]>> ReadAsync(NpgsqlConnection connection, Guid fileId, int revision, int first, int count, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<byte[]>(new(
            "SELECT bytes FROM storage.staged_pieces WHERE file_id = @fileId AND revision = @revision AND piece >= @first AND piece < @first + @count ORDER BY piece",
            new { fileId, revision, first, count },
            cancellationToken: cancellationToken))).AsList();

    /// <summary>
    /// Makes content whose pieces are staged as the next revision the present one, and has it uploaded (STO-50). Bytes that
    /// are the present ones already change nothing but what was asked for when. Of a file that is to be deleted nothing is taken.
    /// </summary>
    /// <param name="transaction">Its only user of this file, by the key of its job.</param>
    /// <param name="file">The file as it was read when content was asked for.</param>
    /// <param name="content">What came.</param>
    /// <param name="now">The time.</param>
    public static async Task TakeAsync(DurableTransaction transaction, CatalogueFile file, TakenContent content, DateTimeOffset now)
    {
        var isNew = file.Revision == 0 || !content.Digest.Sha256.AsSpan().SequenceEqual(file.Sha256);
        var sendToCrm = isNew && (await WantedKinds.ReadAsync(transaction.Connection)).AreSentToCrm;
        var taken = await transaction.Connection.QuerySingleOrDefaultAsync<CatalogueFile>(
            $"""
            UPDATE storage.files AS f SET taken = greatest(f.taken, @Wanted), taken_time = @askTime, record_version = coalesce(@RecordVersion, f.record_version),
              revision = f.revision + @more, number = coalesce(f.number, @number), extension = @Extension, content_type = @ContentType, warning = @Warning,
              size = @Size, sha256 = @Sha256, md5 = @Md5, crc32c = @crc,
              send_to_crm = CASE WHEN @isNew THEN @sendToCrm ELSE f.send_to_crm END,
              upload_offset = CASE WHEN @isNew THEN 0 ELSE f.upload_offset END,
              queued_revision = CASE WHEN @isNew AND (f.state <> 'PENDING' OR f.queued_revision = 0) THEN f.revision + 1 ELSE f.queued_revision END,
              state = CASE WHEN @isNew THEN 'PENDING' WHEN f.stored_revision = f.revision THEN 'STORED' ELSE f.state END,
              reason = CASE WHEN @isNew OR f.stored_revision = f.revision THEN '' ELSE f.reason END,
              state_time = CASE WHEN (@isNew AND f.state <> 'PENDING') OR (NOT @isNew AND f.stored_revision = f.revision AND f.state <> 'STORED') THEN @now ELSE f.state_time END
            WHERE f.file_id = @FileId AND f.deletion IS NULL
            RETURNING {FileStore.Columns}
            """,
            new
            {
                file.FileId,
                file.Wanted,
                askTime = content.AskTime,
                content.RecordVersion,
                more = isNew ? 1 : 0,
                number = 1L,
                content.Extension,
                content.ContentType,
                content.Warning,
                content.Digest.Size,
                content.Digest.Sha256,
                content.Digest.Md5,
                crc = (long)content.Digest.Crc32C,
                isNew,
                sendToCrm,
                now,
            });
        if (taken is null || !isNew)
        {
            await ForgetAsync(transaction.Connection, file.FileId, file.Revision + 1);
            return;
        }

        FileJobs.EnqueueUpload(transaction, taken, now, movesExisting: false);
        transaction.Publish(FileMessages.Ready(taken, now), taken.SessionName, mandatory: false);
    }
}

/// <summary>Content that came.</summary>
/// <param name="Digest">What it is recognised by.</param>
/// <param name="ContentType">Its type.</param>
/// <param name="Extension">End of its file's name.</param>
/// <param name="AskTime">When it was asked for.</param>
internal sealed record TakenContent(FileDigest Digest, string ContentType, string Extension, DateTimeOffset AskTime)
{
    /// <summary>Version of the session's record that a document shows.</summary>
    public long? RecordVersion { get; init; }

    /// <summary>A code of what is unusual about it; empty for nothing.</summary>
    public string Warning { get; init; } = "";
}

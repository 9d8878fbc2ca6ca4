using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.StorageExport.Files;

/// <summary>All SQL of the catalogue but that of uploads.</summary>
/// <param name="database">The service's database.</param>
internal sealed class FileStore(DurableDatabase database)
{
    /// <summary>The columns of a <see cref="CatalogueFile"/>, of the table <c>f</c>.</summary>
    public const string Columns =
        """
        f.file_id AS FileId, f.session_kind AS SessionKind, f.session_id AS SessionId, f.kind AS Kind, f.account_sid AS AccountSid, f.number AS Number,
          f.content_type AS ContentType, f.extension AS Extension, f.state AS State, f.reason AS Reason, f.state_time AS StateTime, f.source_url AS SourceUrl,
          f.declared_size AS DeclaredSize, f.wanted AS Wanted, f.taken AS Taken, f.taken_time AS TakenTime, f.record_version AS RecordVersion,
          f.revision AS Revision, f.size AS Size, f.sha256 AS Sha256, f.md5 AS Md5, f.crc32c AS Crc32C, f.warning AS Warning,
          f.stored_revision AS StoredRevision, f.store_id AS StoreId, f.location AS Location, f.stored_time AS StoredTime, f.send_to_crm AS SendToCrm,
          f.deletion AS Deletion, f.queued_revision AS QueuedRevision
        """;

    /// <summary>Keeps others from working on the files of a session until the transaction ends.</summary>
    public static Task LockAsync(NpgsqlConnection connection, SessionReference session) =>
        connection.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('storage.files/' || @Kind || '-' || @Id, 0))", session);

    /// <summary>Enters what a message says of a file, or completes what is known of it; in a transaction with <see cref="LockAsync"/>.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="expected">The file.</param>
    /// <param name="now">The time.</param>
    public static Task<Notice> NoteAsync(NpgsqlConnection connection, Expected expected, DateTimeOffset now) => connection.QuerySingleAsync<Notice>(
        """
        INSERT INTO storage.files AS f (file_id, session_kind, session_id, kind, source_id, account_sid, number, content_type, extension, end_time,
          source_url, declared_size, state, reason, state_time, create_time, wanted)
        VALUES (@fileId, @sessionKind, @sessionId, @kind, @SourceId, @accountSid,
          CASE WHEN @kind IN ('recording', 'voicemail') THEN (
            SELECT coalesce(max(o.number), 0) + 1 FROM storage.files o
            WHERE o.session_kind = @sessionKind AND o.session_id = @sessionId AND o.kind = @kind) ELSE @Number::bigint END,
          @ContentType, @Extension, @EndTime, @SourceUrl, @Size, @state, @Reason, @now, @now, 1)
        ON CONFLICT (session_kind, session_id, kind, source_id) DO UPDATE SET
          wanted = f.wanted + 1,
          content_type = coalesce(excluded.content_type, f.content_type), end_time = coalesce(excluded.end_time, f.end_time),
          source_url = coalesce(excluded.source_url, f.source_url), declared_size = coalesce(excluded.declared_size, f.declared_size),
          state = CASE f.state WHEN 'EXPECTED' THEN excluded.state WHEN 'DELETED' THEN 'SKIPPED' ELSE f.state END,
          reason = CASE f.state WHEN 'EXPECTED' THEN excluded.reason WHEN 'DELETED' THEN 'DELETED_BEFORE' ELSE f.reason END,
          state_time = CASE WHEN f.state = 'DELETED' OR (f.state = 'EXPECTED' AND excluded.state <> 'EXPECTED') THEN excluded.state_time ELSE f.state_time END
        RETURNING file_id AS FileId, state AS State, wanted AS Wanted, taken_time AS TakenTime, deletion IS NOT NULL AS IsToGo
        """,
        new
        {
            fileId = Guid.CreateVersion7(now),
            sessionKind = expected.Session.Kind,
            sessionId = expected.Session.Id,
            accountSid = expected.Session.AccountSid,
            kind = Words.Of(expected.Kind),
            expected.SourceId,
            expected.Number,
            expected.ContentType,
            expected.Extension,
            EndTime = expected.EndTime?.ToUniversalTime(),
            expected.SourceUrl,
            expected.Size,
            state = expected.State.ToString().ToUpperInvariant(),
            expected.Reason,
            now,
        });

    /// <summary>Says that the files of some kinds of a session have other content, as far as they are known.</summary>
    /// <param name="connection">In a transaction with <see cref="LockAsync"/>.</param>
    /// <param name="session">The session.</param>
    /// <param name="kinds">The words of the kinds.</param>
    /// <param name="endedSince">Only if it ended since then.</param>
    /// <param name="now">The time.</param>
    public static async Task<List<Notice>> WantAsync(NpgsqlConnection connection, SessionReference session, string[] kinds, DateTimeOffset endedSince, DateTimeOffset now) =>
        (await connection.QueryAsync<Notice>(
            """
            UPDATE storage.files AS f SET wanted = f.wanted + 1,
              state = CASE f.state WHEN 'DELETED' THEN 'SKIPPED' ELSE f.state END, reason = CASE f.state WHEN 'DELETED' THEN 'DELETED_BEFORE' ELSE f.reason END,
              state_time = CASE f.state WHEN 'DELETED' THEN @now ELSE f.state_time END
            FROM storage.files AS metadata
            WHERE (metadata.session_kind, metadata.session_id, metadata.kind) = (@Kind, @Id, 'metadata') AND metadata.end_time >= @endedSince
              AND (f.session_kind, f.session_id) = (@Kind, @Id) AND f.kind = ANY(@kinds)
            RETURNING f.file_id AS FileId, f.state AS State, f.wanted AS Wanted, f.taken_time AS TakenTime, f.deletion IS NOT NULL AS IsToGo
            """,
            new { session.Kind, session.Id, kinds, endedSince, now })).AsList();

    /// <summary>Whether a session has ended, as far as is known.</summary>
    public static Task<bool> HasEndedAsync(NpgsqlConnection connection, SessionReference session) => connection.ExecuteScalarAsync<bool>(
        "SELECT EXISTS (SELECT FROM storage.files WHERE (session_kind, session_id, kind) = (@Kind, @Id, 'metadata') AND end_time IS NOT NULL)", session);

    /// <summary>Finds the files that wait for the store, documents first and then those that have waited for longest (STO-45).</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="limit">Most files.</param>
    public static Task<IEnumerable<CatalogueFile>> WaitingAsync(NpgsqlConnection connection, int limit) => connection.QueryAsync<CatalogueFile>(
        $"SELECT {Columns} FROM storage.files f WHERE f.state = 'PENDING' AND f.deletion IS NULL ORDER BY f.kind IN ('metadata', 'transcript') DESC, f.state_time LIMIT @limit", new { limit });

    /// <summary>Finds a file; null if there is none.</summary>
    /// <param name="fileId">The file.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<CatalogueFile?> FindAsync(Guid fileId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<CatalogueFile>(new(
            $"SELECT {Columns} FROM storage.files f WHERE f.file_id = @fileId", new { fileId }, cancellationToken: cancellationToken));
    }

    /// <summary>Finds a file and keeps others from changing it; null if there is none.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="fileId">The file.</param>
    public static Task<CatalogueFile?> LockFileAsync(NpgsqlConnection connection, Guid fileId) =>
        connection.QuerySingleOrDefaultAsync<CatalogueFile>($"SELECT {Columns} FROM storage.files f WHERE f.file_id = @fileId FOR UPDATE", new { fileId });

    /// <summary>Notes that a file is to be deleted: from now on nothing is taken in or uploaded of it.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="fileId">The file.</param>
    /// <param name="cause">Why; what was noted before stays.</param>
    public static Task<CatalogueFile> DoomAsync(NpgsqlConnection connection, Guid fileId, string cause) => connection.QuerySingleAsync<CatalogueFile>(
        $"UPDATE storage.files AS f SET deletion = coalesce(f.deletion, @cause) WHERE f.file_id = @fileId RETURNING {Columns}", new { fileId, cause });

    /// <summary>Notes that a file is gone from the store, and forgets its bytes.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="fileId">The file.</param>
    /// <param name="now">The time.</param>
    public static Task ForgetAsync(NpgsqlConnection connection, Guid fileId, DateTimeOffset now) => connection.ExecuteAsync(
        """
        DELETE FROM storage.staged_pieces WHERE file_id = @fileId;
        UPDATE storage.files SET state = 'DELETED', reason = deletion, state_time = @now, stored_revision = 0, upload_offset = 0 WHERE file_id = @fileId
        """,
        new { fileId, now });

    /// <summary>Lists the files of a session, by kind and id.</summary>
    /// <param name="session">Kind of the session.</param>
    /// <param name="sessionId">Its number.</param>
    /// <param name="after">Kind and id of the last file of the page before; null for the first page.</param>
    /// <param name="limit">Most files.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<CatalogueFile>> ListAsync(string session, long sessionId, (string Kind, Guid FileId)? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<CatalogueFile>(new(
            $"""
            SELECT {Columns} FROM storage.files f
            WHERE f.session_kind = @session AND f.session_id = @sessionId
              AND (@afterKind::text IS NULL OR (f.kind, f.file_id) > (@afterKind, @afterId))
            ORDER BY f.kind, f.file_id LIMIT @limit
            """,
            new { session, sessionId, afterKind = after?.Kind, afterId = after?.FileId, limit },
            cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Lists files in a state, those first that have been in it for longest.</summary>
    /// <param name="state">The state, one that is not final.</param>
    /// <param name="before">Only those that have been in it since before this time.</param>
    /// <param name="after">Time and id of the last file of the page before; null for the first page.</param>
    /// <param name="limit">Most files.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<CatalogueFile>> ListAsync(FileState state, DateTimeOffset before, (DateTimeOffset Time, Guid FileId)? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<CatalogueFile>(new(
            $"""
            SELECT {Columns} FROM storage.files f
            WHERE f.state = '{state.ToString().ToUpperInvariant()}' AND f.state_time < @before
              AND (@afterTime::timestamptz IS NULL OR (f.state_time, f.file_id) > (@afterTime, @afterId))
            ORDER BY f.state_time, f.file_id LIMIT @limit
            """,
            new { before, afterTime = after?.Time, afterId = after?.FileId, limit },
            cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Notes that content was asked for and that there is none to be stored.</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="file">The file as it was read before.</param>
    /// <param name="reason">Why.</param>
    /// <param name="now">The time.</param>
    public static Task SkipAsync(NpgsqlConnection connection, CatalogueFile file, string reason, DateTimeOffset now) => connection.ExecuteAsync(
        """
        UPDATE storage.files SET state = CASE WHEN revision = 0 THEN 'SKIPPED' ELSE state END, reason = CASE WHEN revision = 0 THEN @reason ELSE reason END,
          state_time = @now, taken = greatest(taken, @Wanted), taken_time = @now
        WHERE file_id = @FileId AND deletion IS NULL
        """,
        new { file.FileId, file.Wanted, reason, now });

    /// <summary>Changes the state of a file that is kept, unless it is in it for that reason already.</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="fileId">The file.</param>
    /// <param name="state">The state.</param>
    /// <param name="reason">Why.</param>
    /// <param name="now">The time.</param>
    public static Task MarkAsync(NpgsqlConnection connection, Guid fileId, FileState state, string reason, DateTimeOffset now) => connection.ExecuteAsync(
        """
        UPDATE storage.files SET state = @state, reason = @reason, state_time = CASE WHEN state = @state THEN state_time ELSE @now END
        WHERE file_id = @fileId AND (state, reason) <> (@state, @reason) AND deletion IS NULL
        """,
        new { fileId, state = state.ToString().ToUpperInvariant(), reason, now });

    /// <summary>Notes that the store does not let a file be deleted.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="fileId">The file.</param>
    /// <param name="reason">Why.</param>
    /// <param name="now">The time.</param>
    public static Task HoldAsync(NpgsqlConnection connection, Guid fileId, string reason, DateTimeOffset now) => connection.ExecuteAsync(
        "UPDATE storage.files SET state = 'HELD', reason = @reason, state_time = @now WHERE file_id = @fileId", new { fileId, reason, now });
}

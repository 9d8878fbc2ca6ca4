using ContactCenter.Durable;
using ContactCenter.StorageExport.Files;
using ContactCenter.StorageExport.Stores;
using Dapper;
using Microsoft.Extensions.Options;

namespace ContactCenter.StorageExport.Uploads;

/// <summary>What the catalogue knows of uploads. Many begin and end at once, so that what they write is joined.</summary>
internal sealed class UploadLedger
{
    /// <summary>Content of at most as many bytes is read together with the catalogue.</summary>
    private const int SmallLength = 64 * 1024;

    private const int MostInBatch = 100;

    private readonly DurableDatabase _database;
    private readonly TimeSpan _probeInterval;
    private readonly TimeProvider _time;
    private readonly Batches<UploadOrder, BegunUpload> _beginning;
    private readonly Batches<EndedUpload, bool> _ending;

    /// <summary>Creates the ledger.</summary>
    /// <param name="database">The service's database.</param>
    /// <param name="options">How often a store that is down is tried.</param>
    /// <param name="timeProvider">Now.</param>
    public UploadLedger(DurableDatabase database, IOptions<UploadOptions> options, TimeProvider timeProvider)
    {
        (_database, _probeInterval, _time) = (database, options.Value.ProbeInterval, timeProvider);
        _beginning = new(MostInBatch, BeginAsync);
        _ending = new(MostInBatch, EndAsync);
    }

    /// <summary>Takes up an upload of the newest revision, if there still is something to upload and the store may be written to.</summary>
    public Task<BegunUpload> BeginAsync(UploadOrder order) => _beginning.AddAsync(order);

    /// <summary>Notes that the store has a file (STO-60), and publishes it.</summary>
    public Task EndAsync(EndedUpload ended) => _ending.AddAsync(ended);

    /// <summary>Notes up to where the bytes of a revision are on the store's disk (STO-26).</summary>
    public async Task CheckpointAsync(UploadOrder order, long offset, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(
            "UPDATE storage.files SET upload_offset = @offset WHERE file_id = @FileId AND revision = @Revision", new { order.FileId, order.Revision, offset });
    }

    /// <summary>Notes that a file was not stored.</summary>
    /// <param name="order">Which.</param>
    /// <param name="state">Its state then.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task FailAsync(UploadOrder order, FileState state, string reason, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        await using var transaction = await _database.BeginAsync(cancellationToken);
        var file = await transaction.Connection.QuerySingleOrDefaultAsync<CatalogueFile>(
            $"""
            UPDATE storage.files AS f SET state = @state, reason = @reason, state_time = CASE WHEN @state = 'PENDING' THEN f.state_time ELSE @now END
            WHERE f.file_id = @FileId AND f.revision = @Revision AND f.state = 'UPLOADING' RETURNING {FileStore.Columns}
            """,
            new { order.FileId, order.Revision, state = state.ToString().ToUpperInvariant(), reason, now });
        if (file is not null && state == FileState.Failed)
            transaction.Publish(FileMessages.Failed(file, reason, now), file.SessionName, mandatory: false);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Lets all files wait, as the store cannot be written to.</summary>
    /// <returns>For how long.</returns>
    public async Task<TimeSpan> StoreFailedAsync(StoreTurn store, StoreException failure, CancellationToken cancellationToken)
    {
        await using var transaction = await _database.BeginAsync(cancellationToken);
        var pause = await StoreHealth.FailedAsync(transaction, store, failure, _time.GetUtcNow(), _probeInterval);
        await transaction.CommitAsync(cancellationToken);
        return pause;
    }

    private async Task<IReadOnlyList<BegunUpload>> BeginAsync(IReadOnlyList<UploadOrder> orders)
    {
        var now = _time.GetUtcNow();
        DurableDatabase.Serve(ConnectionUse.Background);
        await using var connection = await _database.OpenAsync(CancellationToken.None);
        var store = await StoreHealth.TakeTurnAsync(connection, now, _probeInterval);
        var pause = store is null ? _probeInterval : store.NextProbeTime is { } next ? new DateTimeOffset(next) - now : TimeSpan.Zero;
        var admitted = store switch
        {
            null => 0,
            { IsDown: true, IsTurn: true } => 1,
            { IsDown: true } => 0,
            _ => orders.Count,
        };
        // That an upload is under way is only told: nothing is lost with it.
        await using var transaction = await connection.BeginTransactionAsync();
        var files = admitted == 0 ? [] : (await connection.QueryAsync<StagedRow, CatalogueFile, (StagedRow Row, CatalogueFile File)>(
            $"""
            SET LOCAL synchronous_commit = off;
            UPDATE storage.files AS f SET state = 'UPLOADING', reason = ''
            FROM unnest(@ids, @revisions) AS o(id, revision)
            WHERE f.file_id = o.id AND f.revision >= o.revision AND f.stored_revision < f.revision AND f.deletion IS NULL
              AND f.state IN ('PENDING', 'UPLOADING', 'FAILED')
            RETURNING f.upload_offset AS Offset,
              CASE WHEN f.size <= {SmallLength} THEN (SELECT p.bytes FROM storage.staged_pieces p WHERE p.file_id = f.file_id AND p.revision = f.revision) END AS Bytes,
              {FileStore.Columns}
            """,
            (row, file) => (row, file),
            new { ids = orders.Take(admitted).Select(order => order.FileId).ToArray(), revisions = orders.Take(admitted).Select(order => order.Revision).ToArray() },
            splitOn: "FileId")).ToDictionary(found => found.File.FileId);
        await transaction.CommitAsync();
        return [.. orders.Select((order, index) =>
            index >= admitted ? new BegunUpload(store, null, 0, null, pause)
            : files.TryGetValue(order.FileId, out var found) ? new(store, found.File, found.Row.Offset, found.Row.Bytes, null)
            : new(store, null, 0, null, null))];
    }

    private async Task<IReadOnlyList<bool>> EndAsync(IReadOnlyList<EndedUpload> ended)
    {
        var now = _time.GetUtcNow();
        DurableDatabase.Serve(ConnectionUse.Background);
        await using var transaction = await _database.BeginAsync(CancellationToken.None);
        var stored = await transaction.Connection.QueryAsync<CatalogueFile>(
            $"""
            UPDATE storage.files AS f SET stored_revision = u.revision, store_id = u.store_id, location = u.location, stored_time = @now, upload_offset = 0,
              durability = u.durability,
              state = CASE WHEN f.revision = u.revision THEN 'STORED' ELSE f.state END, reason = CASE WHEN f.revision = u.revision THEN '' ELSE f.reason END,
              state_time = CASE WHEN f.revision = u.revision THEN @now ELSE f.state_time END
            FROM unnest(@ids, @revisions, @stores, @locations, @durabilities) AS u(id, revision, store_id, location, durability)
            WHERE f.file_id = u.id AND f.stored_revision < u.revision AND f.revision >= u.revision
            RETURNING {FileStore.Columns}
            """,
            new
            {
                ids = ended.Select(upload => upload.Order.FileId).ToArray(),
                revisions = ended.Select(upload => upload.Order.Revision).ToArray(),
                stores = ended.Select(upload => upload.StoreId).ToArray(),
                locations = ended.Select(upload => upload.Location).ToArray(),
                durabilities = ended.Select(upload => upload.IsDurable ? "CONFIRMED" : "UNCONFIRMED").ToArray(),
                now,
            });
        foreach (var file in stored)
        {
            transaction.Publish(FileMessages.Stored(file, now), file.SessionName, mandatory: false);
            // Of one that was taken in meanwhile it is told when the store has it.
            if (file.Kind == "metadata" && file.StoredRevision == file.Revision)
                transaction.Publish(FileMessages.Written(file, now), file.SessionName, mandatory: false);
        }

        foreach (var storeId in ended.Where(upload => upload.WasProbe).Select(upload => upload.StoreId).Distinct())
            await StoreHealth.WorksAsync(transaction, storeId, now);
        await transaction.CommitAsync(CancellationToken.None);
        if (ended.Any(upload => upload.WasProbe))
            await WakeAsync(now);
        return new bool[ended.Count];
    }

    /// <summary>Ends the pauses of files, once the store can be written to; without this they would end by themselves, in any order.</summary>
    private async Task WakeAsync(DateTimeOffset now)
    {
        await using var transaction = await _database.BeginAsync(CancellationToken.None);
        await FileJobs.WakeAsync(transaction, now);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private sealed record StagedRow(long Offset, byte[]? Bytes);
}

/// <summary>An upload that may begin, or why it may not.</summary>
/// <param name="Store">The store; null if none is configured.</param>
/// <param name="File">The file; null if there is nothing to upload (any more), or it has to wait.</param>
/// <param name="Offset">Where an earlier attempt came to.</param>
/// <param name="Bytes">Its content, if it is small.</param>
/// <param name="Wait">How long it has to wait; null if it has not.</param>
internal sealed record BegunUpload(StoreTurn? Store, CatalogueFile? File, long Offset, byte[]? Bytes, TimeSpan? Wait);

/// <summary>A file that the store has confirmed.</summary>
/// <param name="Order">Which.</param>
/// <param name="StoreId">The store.</param>
/// <param name="Location">Its path there.</param>
/// <param name="IsDurable">Whether the store could say that it is on its disk (STO-27).</param>
/// <param name="WasProbe">Whether it tried a store that was down.</param>
internal sealed record EndedUpload(UploadOrder Order, Guid StoreId, string Location, bool IsDurable, bool WasProbe);

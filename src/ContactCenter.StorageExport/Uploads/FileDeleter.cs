using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.StorageExport.Files;
using ContactCenter.StorageExport.Sftp;
using ContactCenter.StorageExport.Stores;
using Microsoft.Extensions.Options;

namespace ContactCenter.StorageExport.Uploads;

/// <summary>
/// Deletes files for good (STO-42): from the store first and then here, so that nothing is in the store that the catalogue
/// does not know. It runs behind the file's uploads, and deletes what these have done by then too.
/// </summary>
/// <param name="files">The catalogue.</param>
/// <param name="pool">Connections to stores.</param>
/// <param name="database">The service's database.</param>
/// <param name="options">How often a store that is down is tried.</param>
/// <param name="timeProvider">Now.</param>
internal sealed class FileDeleter(FileStore files, UploadPool pool, DurableDatabase database, IOptions<UploadOptions> options, TimeProvider timeProvider) : IJobHandler
{
    private const string Actor = "service:storage-export";

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        if (await files.FindAsync(job.Payload<DeletionOrder>().FileId, cancellationToken) is not { Deletion: not null, IsDeleted: false } file)
            return;
        try
        {
            await RemoveAsync(file, cancellationToken);
        }
        catch (StoreException failed) when (failed.ConcernsStore)
        {
            throw new JobWaitException("store_down", options.Value.ProbeInterval) { UsesAge = false };
        }
        catch (StoreException refused)
        {
            await using var holding = await database.BeginAsync(cancellationToken);
            await FileStore.HoldAsync(holding.Connection, file.FileId, refused.Reason, timeProvider.GetUtcNow());
            holding.Audit(new AuditEntry(Actor, "files.remove", $"files/{file.FileId}", Result: refused.Reason));
            await job.CommitAsync(holding, cancellationToken);
            return;
        }

        await using var transaction = await database.BeginAsync(cancellationToken);
        var now = timeProvider.GetUtcNow();
        await FileStore.ForgetAsync(transaction.Connection, file.FileId, now);
        transaction.Audit(new AuditEntry(Actor, "files.remove", $"files/{file.FileId}"));
        transaction.Publish(FileMessages.Deleted(file, now), file.SessionName, mandatory: false);
        await job.CommitAsync(transaction, cancellationToken);
    }

    private async Task RemoveAsync(CatalogueFile file, CancellationToken cancellationToken)
    {
        if (file.StoredRevision > 0)
            await RemoveAsync(await pool.OpenAsync(file.StoreId!.Value, cancellationToken), _ => [file.Location!], cancellationToken);

        // What an upload that came no further has left.
        await using var connection = await database.OpenAsync(cancellationToken);
        if (file.Revision > file.StoredRevision && file.Name is { } name && await StoreHealth.FindAsync(connection) is { } active)
        {
            var left = $".{name.Name}.{UploadName.IdOf(new(file.FileId, file.Revision))}";
            await RemoveAsync(
                await pool.OpenAsync(active.StoreId, cancellationToken), store => [store.Folder.Of(name.Folder, $"{left}.part"), store.Folder.Of(name.Folder, $"{left}.old")], cancellationToken);
        }
    }

    /// <summary>Removes what is there of some paths.</summary>
    private static async Task RemoveAsync((SftpSession Session, SftpSettings Settings)? opened, Func<SftpSettings, string[]> paths, CancellationToken cancellationToken)
    {
        if (opened is not { } store)
            throw new StoreException(StorageErrors.StorageDisabled, "External storage is off, so that nothing is touched there.", concernsStore: true);
        await using var session = store.Session;
        try
        {
            foreach (var path in paths(store.Settings))
                await RemoveAsync(session.Connection, path, cancellationToken);
        }
        catch (SftpConnectionLostException)
        {
            throw await session.ExplainAsync();
        }
    }

    private static async Task RemoveAsync(SftpConnection connection, string path, CancellationToken cancellationToken)
    {
        try
        {
            await connection.RemoveAsync(path, cancellationToken);
        }
        catch (SftpStatusException missing) when (missing.Status == SftpStatus.NoSuchFile)
        {
            // It is gone, as it should be.
        }
        catch (SftpStatusException refused)
        {
            var reason = refused.Status == SftpStatus.PermissionDenied ? StorageErrors.StorePermissionDenied : StorageErrors.StoreRefused;
            throw new StoreException(reason, $"The server does not let {path} be removed.", concernsStore: false, refused);
        }
    }
}

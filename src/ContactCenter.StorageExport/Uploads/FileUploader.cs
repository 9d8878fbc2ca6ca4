using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.StorageExport.Files;
using ContactCenter.StorageExport.Sftp;
using ContactCenter.StorageExport.Stores;
using Microsoft.Extensions.Options;

namespace ContactCenter.StorageExport.Uploads;

/// <summary>Writes a revision of a file to the store (STO-24 to STO-30, STO-60 to STO-64).</summary>
/// <param name="ledger">What the catalogue knows of uploads.</param>
/// <param name="pool">Connections to the store.</param>
/// <param name="refusals">Counts refusals in a row.</param>
/// <param name="database">Where the bytes are.</param>
/// <param name="options">How often a file is tried.</param>
/// <param name="timeProvider">Measures the upload.</param>
internal sealed class FileUploader(
    UploadLedger ledger, UploadPool pool, RefusalCounter refusals, DurableDatabase database, IOptions<UploadOptions> options, TimeProvider timeProvider) : IJobHandler
{
    /// <summary>An upload that took as long may have lost its lease without notice.</summary>
    private static readonly TimeSpan LeaseCheckAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan OffPause = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var order = job.Payload<UploadOrder>();
        var begun = await ledger.BeginAsync(order);
        if (begun.Wait is { } wait)
            throw Wait("store_down", wait);
        if (begun.File is not { } file)
            return;
        // Of several revisions that wait only the newest is written (STO-45).
        order = order with { Revision = file.Revision };
        try
        {
            var ended = await WriteAsync(job, order, file, begun, cancellationToken);
            if (ended is null)
            {
                await ledger.FailAsync(order, FileState.Pending, StorageErrors.StorageDisabled, cancellationToken);
                throw Wait("store_off", OffPause);
            }

            refusals.Reset();
            await ledger.EndAsync(ended);
        }
        catch (StoreException failed) when (failed.ConcernsStore || refusals.IsStore(failed))
        {
            var pause = await ledger.StoreFailedAsync(begun.Store!, failed, cancellationToken);
            await ledger.FailAsync(order, FileState.Pending, failed.Reason, cancellationToken);
            throw Wait("store_down", pause);
        }
        catch (StoreException refused)
        {
            var isLast = job.Attempt >= options.Value.Attempts;
            await ledger.FailAsync(order, isLast ? FileState.Failed : FileState.Pending, refused.Reason, cancellationToken);
            throw new JobFailedException(refused.Reason.ToLowerInvariant(), refused.Message, refused);
        }
    }

    private async Task<EndedUpload?> WriteAsync(JobRun job, UploadOrder order, CatalogueFile file, BegunUpload begun, CancellationToken cancellationToken)
    {
        var began = timeProvider.GetTimestamp();
        var content = new StagedContent(database, order, file.Size!.Value, begun.Bytes);
        var plan = new SftpUploadPlan(UploadName.IdOf(order))
        {
            BeforeReplacing = token => timeProvider.GetElapsedTime(began) > LeaseCheckAfter ? job.CheckAsync(token) : Task.CompletedTask,
        };
        for (var (offset, cuts) = (begun.Offset, 0); ; cuts++)
        {
            using var rental = await pool.RentAsync(begun.Store!, cancellationToken);
            if (rental is null)
                return null;
            var folder = rental.Settings.Folder.Of(file.Name!.Folder);
            var upload = new SftpUpload(content, folder, file.Name.Name, plan, (done, token) => ledger.CheckpointAsync(order, done, token));
            try
            {
                await upload.RunAsync(rental.Connection, offset, cancellationToken);
                return new(order, rental.StoreId, $"{folder}/{file.Name.Name}", upload.IsDurable, begun.Store!.IsDown);
            }
            catch (SftpConnectionLostException)
            {
                var why = await rental.BreakAsync();
                // A connection may break once for nothing; after that only as long as it gets further.
                if (cuts > 0 && upload.Acknowledged <= offset)
                    throw why;
                offset = upload.Acknowledged;
            }
        }
    }

    private static JobWaitException Wait(string reason, TimeSpan pause) => new(reason, pause) { UsesAge = false };
}

/// <summary>Counts refusals for lack of permission: three in a row are no matter of single files (STO-62).</summary>
internal sealed class RefusalCounter
{
    private const int Most = 3;

    private int _count;

    /// <summary>Notes that a file was stored.</summary>
    public void Reset() => Volatile.Write(ref _count, 0);

    /// <summary>Notes a refusal.</summary>
    /// <param name="refused">The refusal.</param>
    /// <returns>Whether the store as a whole is to be taken as refusing.</returns>
    public bool IsStore(StoreException refused) => refused.Reason == StorageErrors.StorePermissionDenied && Interlocked.Increment(ref _count) >= Most;
}

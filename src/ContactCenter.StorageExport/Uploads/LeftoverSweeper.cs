using ContactCenter.Durable;
using ContactCenter.StorageExport.Files;
using ContactCenter.StorageExport.Sftp;
using ContactCenter.StorageExport.Stores;
using Dapper;

namespace ContactCenter.StorageExport.Uploads;

/// <summary>
/// Clears away what is not needed any more: in the store what uploads and probes that were given up have left (STO-29, STO-73), in
/// the database bytes that the store has, and the CRM where it is to get them (STO-49).
/// </summary>
/// <param name="pool">Connections to the store.</param>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Now.</param>
internal sealed class LeftoverSweeper(UploadPool pool, DurableDatabase database, TimeProvider timeProvider) : IJobHandler
{
    /// <summary>What is younger may belong to something that is under way.</summary>
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(24);

    private static readonly TimeSpan ProbeAge = TimeSpan.FromHours(1);

    /// <summary>How long bytes stay staged at least.</summary>
    private static readonly TimeSpan StagedAge = TimeSpan.FromHours(1);

    /// <summary>How long they wait at most for the CRM to get its copy.</summary>
    private static readonly TimeSpan LongestForCrm = TimeSpan.FromDays(7);

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        await ForgetStagedAsync(now, cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        // One that is down is left alone; what lies there does so an hour later too.
        if (await StoreHealth.FindAsync(connection) is { IsDown: false } store && await pool.RentAsync(store, cancellationToken) is { } rental)
        {
            using (rental)
                await SweepAsync(rental, now, cancellationToken);
        }
    }

    private async Task ForgetStagedAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM storage.staged_pieces p USING storage.files f
            WHERE f.file_id = p.file_id AND (
              p.revision < f.revision
              OR (p.revision = f.revision AND f.stored_revision = f.revision AND f.stored_time < @storedBefore
                AND (NOT f.send_to_crm OR f.crm_revision >= f.revision OR f.stored_time < @waitedBefore))
              OR (p.revision > f.revision AND f.state IN ('HELD', 'FAILED', 'SKIPPED', 'DELETED')))
            """,
            new { storedBefore = now - StagedAge, waitedBefore = now - LongestForCrm },
            cancellationToken: cancellationToken));
    }

    private async Task SweepAsync(UploadPool.Rental rental, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var folder in Enum.GetValues<SessionFileKind>().Select(SessionFile.FolderOf).Distinct().Select(name => rental.Settings.Folder.Of(name)))
        {
            var found = (await rental.Connection.ListAsync(folder, cancellationToken))
                .Where(entry => entry.State is { IsFolder: false, ModifyTime: { } time } && now - time > (UploadName.IsProbe(entry.Name) ? ProbeAge : LeftoverAge))
                .Select(entry => (entry.Name, File: UploadName.FileOf(entry.Name)))
                .Where(entry => entry.File is not null || UploadName.IsProbe(entry.Name)).ToList();
            var active = await ActiveAsync([.. found.Select(entry => entry.File).OfType<Guid>()], cancellationToken);
            foreach (var (name, _) in found.Where(entry => entry.File is not { } file || !active.Contains(file)))
                await RemoveAsync(rental.Connection, $"{folder}/{name}", cancellationToken);
        }
    }

    private static async Task RemoveAsync(SftpConnection connection, string path, CancellationToken cancellationToken)
    {
        try
        {
            await connection.RemoveAsync(path, cancellationToken);
        }
        catch (SftpStatusException)
        {
            // It has gone, or the server keeps it: it does no harm there.
        }
    }

    /// <summary>The files that are still to be uploaded.</summary>
    private async Task<HashSet<Guid>> ActiveAsync(Guid[] files, CancellationToken cancellationToken)
    {
        if (files.Length == 0)
            return [];
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            "SELECT file_id FROM storage.files WHERE file_id = ANY(@files) AND state IN ('PENDING', 'UPLOADING', 'FAILED')", new { files }, cancellationToken: cancellationToken))];
    }
}

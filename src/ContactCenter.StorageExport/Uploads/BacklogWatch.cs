using ContactCenter.Durable;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Uploads;

/// <summary>Looks every minute how long files have waited (STO-63).</summary>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Now.</param>
internal sealed class BacklogWatch(DurableDatabase database, TimeProvider timeProvider) : IJobHandler
{
    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await StoreHealth.WatchAsync(transaction, timeProvider.GetUtcNow());
        await transaction.CommitAsync(cancellationToken);
    }
}

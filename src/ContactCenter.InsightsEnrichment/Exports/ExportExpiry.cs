using ContactCenter.Durable;

namespace ContactCenter.InsightsEnrichment.Exports;

/// <summary>Removes the files whose time has come (INS-133).</summary>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Their age.</param>
internal sealed class ExportExpiry(DurableDatabase database, TimeProvider timeProvider) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "exports.expire";

    private static readonly TimeSpan Remembered = TimeSpan.FromDays(400);

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        await ExportStore.ExpireAsync(transaction.Connection, now, now - Remembered);
        await transaction.CommitAsync(cancellationToken);
    }
}

using ContactCenter.Durable;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Retention;

/// <summary>Removes segments, conversations and sessions that are old enough, from the data sets too (INS-22). Histories of decisions stay.</summary>
/// <param name="database">The service's database.</param>
/// <param name="options">How long they are kept.</param>
/// <param name="timeProvider">Their age.</param>
internal sealed class ResultRetention(DurableDatabase database, IOptions<RetentionOptions> options, TimeProvider timeProvider) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "retention.results";

    private const int PageSize = 200;
    private const int MostPages = 400;

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var before = timeProvider.GetUtcNow().AddDays(-options.Value.DataDays);
        await RemoveSealedAsync(before, cancellationToken);
        await RemoveStatusesAsync(before, cancellationToken);
    }

    private async Task RemoveSealedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var last = (Time: DateTime.MinValue, Name: "");
        for (var page = 0; page < MostPages; page++)
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            var store = new ResultRetentionStore(transaction.Connection);
            var names = await store.SealedAsync(before, last.Time, last.Name, PageSize);
            if (names.Count == 0)
                return;
            last = names[^1];
            // What others work on waits for the next run; whoever joined something old keeps it.
            if (await Together.HoldAsync(transaction.Connection, [.. names.Select(one => one.Name)]) is not { } found)
                continue;
            await store.RemoveAsync(found.FindAll(together => together.IsSealed && together.LastReceived < before));
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private async Task RemoveStatusesAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        for (var page = 0; page < MostPages; page++)
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            if (await new ResultRetentionStore(transaction.Connection).RemoveStatusesAsync(before, PageSize) == 0)
                return;
            await transaction.CommitAsync(cancellationToken);
        }
    }
}

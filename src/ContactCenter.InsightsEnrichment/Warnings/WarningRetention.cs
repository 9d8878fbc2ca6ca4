using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Enrichment;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Warnings;

/// <summary>Removes warnings whose retention has passed (INS-112).</summary>
/// <param name="database">The service's database.</param>
/// <param name="options">How long they are kept.</param>
/// <param name="timeProvider">Their age.</param>
internal sealed class WarningRetention(DurableDatabase database, IOptions<EnrichmentOptions> options, TimeProvider timeProvider) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "insights.warning-retention";

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await WarningStore.RemoveAsync(connection, timeProvider.GetUtcNow().AddDays(-options.Value.Retention.WarningDays).UtcDateTime.Date);
    }
}

using ContactCenter.Durable;
using Dapper;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>Works out again the tasks of which events are overdue, so that their segments say so (INS-68).</summary>
/// <param name="database">The service's database.</param>
/// <param name="run">Works them out.</param>
/// <param name="timeProvider">What is overdue.</param>
internal sealed class OverdueTasks(DurableDatabase database, EnrichmentRun run, TimeProvider timeProvider) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "insights.overdue-tasks";

    private const int BatchSize = 100;

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            var due = (await transaction.Connection.QueryAsync<string>(
                """
                UPDATE insights.tasks SET check_time = NULL WHERE task_sid IN (
                  SELECT task_sid FROM insights.tasks WHERE check_time <= @now ORDER BY check_time LIMIT @BatchSize FOR UPDATE SKIP LOCKED)
                RETURNING task_sid
                """,
                new { now = timeProvider.GetUtcNow(), BatchSize })).ToList();
            if (due.Count == 0)
                return;
            await run.RebuildAsync(transaction, due, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }
}

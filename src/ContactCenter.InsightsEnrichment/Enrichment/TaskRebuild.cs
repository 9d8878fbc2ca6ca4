using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Sessions;
using Dapper;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>Works tasks out again without a new event, because something else that counts has changed.</summary>
/// <param name="rules">What counts besides the events.</param>
/// <param name="sessions">Reads the sessions among them.</param>
/// <param name="timeProvider">Time of the changes.</param>
public sealed class TaskRebuild(EnrichmentRules rules, SessionChanges sessions, TimeProvider timeProvider)
{
    private const int MostTries = 100;

    /// <summary>Works tasks out again, with all tasks that may belong together with them.</summary>
    /// <param name="transaction">Takes the results and what is published of them; its caller commits it.</param>
    /// <param name="taskSids">The tasks; unknown ones are left out.</param>
    /// <param name="cancellationToken">Ends the wait for others that work on the same tasks.</param>
    /// <param name="change">Changes something else that counts, while nobody else works on them; it may be done again, after it was undone. Null for nothing.</param>
    /// <exception cref="TimeoutException">Others have been working on the same tasks for seconds.</exception>
    public async Task RunAsync(DurableTransaction transaction, IReadOnlyCollection<string> taskSids, CancellationToken cancellationToken, Func<Task>? change = null)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            // Going back to it frees the locks that were taken since.
            await transaction.Connection.ExecuteAsync("SAVEPOINT before_rebuild");
            var now = timeProvider.GetUtcNow();
            if (await new EnrichmentBatch(transaction, rules, new SessionBatch(transaction, sessions, now), now).RebuildAsync(taskSids, change))
                return;
            await transaction.Connection.ExecuteAsync("ROLLBACK TO SAVEPOINT before_rebuild");
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 50)), timeProvider, cancellationToken);
        }

        throw new TimeoutException("Others are working on the same tasks.");
    }
}

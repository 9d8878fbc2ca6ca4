using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Sessions;
using Dapper;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>Processes events of tasks, workers and sessions in one transaction, or works results out again, whoever asks for it.</summary>
/// <param name="rules">What counts besides the events.</param>
/// <param name="sessions">Writes and publishes what is different of sessions.</param>
/// <param name="timeProvider">Time of the changes.</param>
public sealed class EnrichmentRun(CurrentRules rules, SessionChanges sessions, TimeProvider timeProvider)
{
    private const int MostTries = 100;

    /// <summary>Processes events.</summary>
    /// <param name="transaction">Holds the events; its caller commits it.</param>
    /// <param name="claimed">The events.</param>
    /// <param name="again">Results to work out again besides.</param>
    /// <returns>
    /// What is different now, worked out when it is looked at; null if others work on one of the conversations: roll back and
    /// try again in a moment.
    /// </returns>
    internal async Task<IEnumerable<Difference>?> TryAsync(DurableTransaction transaction, List<RawEvent> claimed, EarlierResults again)
    {
        // Sessions before tasks, always: so no two transactions wait for each other.
        var (batch, ofSessions) = Begin(transaction);
        var sessionTasks = await ofSessions.RunAsync(claimed.FindAll(raw => raw.Source == RawEventSource.Session), again.Sessions);
        return await batch.RunAsync(claimed.FindAll(raw => raw.Source != RawEventSource.Session), sessionTasks, again)
            ? batch.Differences.Concat(ofSessions.Changed.Select(change => new Difference($"sessions/{change.After.Name}", change.Before?.DocumentJson, change.After.DocumentJson)))
            : null;
    }

    /// <summary>Works tasks out again without a new event, with all tasks that may belong together with them.</summary>
    /// <param name="transaction">Takes the results and what is published of them; its caller commits it.</param>
    /// <param name="taskSids">The tasks; unknown ones are left out.</param>
    /// <param name="cancellationToken">Ends the wait for others that work on the same tasks.</param>
    /// <param name="change">Changes something else that counts, while nobody else works on them: once, when all are held. Null for nothing.</param>
    /// <exception cref="TimeoutException">Others have been working on the same tasks for seconds.</exception>
    public Task RebuildAsync(DurableTransaction transaction, IReadOnlyCollection<string> taskSids, CancellationToken cancellationToken, Func<Task>? change = null) =>
        InTurnAsync(transaction, async () => await Begin(transaction).Batch.RebuildAsync(taskSids, change) ? taskSids : null, cancellationToken);

    /// <summary>Does work that may find others at the same conversations: then it is undone, and done again in a moment.</summary>
    /// <param name="transaction">In which the work is done.</param>
    /// <param name="work">The work; null if others are there.</param>
    /// <param name="cancellationToken">Ends the wait for them.</param>
    /// <exception cref="TimeoutException">Others have been there for seconds.</exception>
    internal async Task<T> InTurnAsync<T>(DurableTransaction transaction, Func<Task<T?>> work, CancellationToken cancellationToken)
        where T : class
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            // Going back to it frees the locks that were taken since.
            await transaction.Connection.ExecuteAsync("SAVEPOINT before_turn");
            if (await work() is { } done)
                return done;
            await transaction.Connection.ExecuteAsync("ROLLBACK TO SAVEPOINT before_turn");
            await GiveWayAsync(cancellationToken);
        }

        throw new TimeoutException("Others are working on the same conversations.");
    }

    /// <summary>Waits until those who work on the same conversation may be done.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal Task GiveWayAsync(CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 50)), timeProvider, cancellationToken);

    private (EnrichmentBatch Batch, SessionBatch Sessions) Begin(DurableTransaction transaction)
    {
        var now = timeProvider.GetUtcNow();
        var ofSessions = new SessionBatch(transaction, sessions, now);
        return (new(transaction, rules.Value, ofSessions, now), ofSessions);
    }
}

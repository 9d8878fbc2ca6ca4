using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Reprocessing;
using ContactCenter.InsightsEnrichment.Sessions;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>Processes events of tasks, workers and sessions in one transaction, whoever asks for it.</summary>
/// <param name="rules">What counts besides the events.</param>
/// <param name="sessions">Writes and publishes what is different of sessions.</param>
/// <param name="timeProvider">Time of the changes.</param>
public sealed class EnrichmentRun(EnrichmentRules rules, SessionChanges sessions, TimeProvider timeProvider)
{
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
        var now = timeProvider.GetUtcNow();
        var ofSessions = new SessionBatch(transaction, sessions, now);
        var sessionTasks = await ofSessions.RunAsync(claimed.FindAll(raw => raw.Source == RawEventSource.Session), again.Sessions);
        var batch = new EnrichmentBatch(transaction, rules, ofSessions, now);
        return await batch.RunAsync(claimed.FindAll(raw => raw.Source != RawEventSource.Session), sessionTasks, again)
            ? batch.Differences.Concat(ofSessions.Changed.Select(change => new Difference($"sessions/{change.After.Name}", change.Before?.DocumentJson, change.After.DocumentJson)))
            : null;
    }

    /// <summary>Waits until those who work on the same conversation may be done.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal Task GiveWayAsync(CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 50)), timeProvider, cancellationToken);
}

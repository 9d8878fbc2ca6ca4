using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Durable;
using ContactCenter.Durable.DeadLetters;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>Ends operations whose dead letters are discarded, so that what waits in their lanes goes on (CRM-104).</summary>
/// <param name="connectors">The connectors.</param>
/// <param name="timeProvider">Now.</param>
public sealed class DiscardedLetters(ConnectorLoader connectors, TimeProvider timeProvider) : IDeadLetterObserver
{
    /// <summary>Reason of an operation that a person has given up.</summary>
    internal const string Discarded = "DISCARDED";

    /// <inheritdoc />
    public async Task DiscardedAsync(DurableTransaction transaction, StoredDeadLetter letter)
    {
        if (letter.Kind != SessionWork.Call || await SessionStore.LockOfJobAsync(transaction.Connection, letter.ItemId) is not { } session)
            return;
        var operation = session.Operations.Single(operation => operation.JobId == letter.ItemId);
        var work = SessionWork.Of(transaction, session, operation, connectors, timeProvider.GetUtcNow());
        work.End(operation, WorkState.Cancelled, Discarded);
        await work.SaveAsync();
    }
}

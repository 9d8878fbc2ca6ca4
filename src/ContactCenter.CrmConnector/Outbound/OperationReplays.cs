using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Durable;
using ContactCenter.Durable.DeadLetters;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>
/// Has operations tried again that wait for a person: one, or those that a filter chooses, so many a second (CRM-105). What a second may
/// take is one transaction with the job of the next, so that each is replayed once, whenever the process dies.
/// </summary>
/// <param name="database">The service's database.</param>
/// <param name="letters">The dead letters of operations that are DEAD.</param>
/// <param name="connectors">The connectors.</param>
/// <param name="timeProvider">Now.</param>
public sealed class OperationReplays(DurableDatabase database, DeadLetterDesk letters, ConnectorLoader connectors, TimeProvider timeProvider) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "crm.replay";

    /// <summary>Most operations a second.</summary>
    public const int HighestRate = 1_000;

    /// <summary>Operations a second if nothing else is wanted.</summary>
    public const int UsualRate = 50;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var order = job.Payload<ReplayOrder>();
        var now = timeProvider.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        var places = await OperationStore.LockStuckAsync(transaction.Connection, order.Choice, order.Start, order.After, order.Rate);
        foreach (var place in places)
        {
            // It may have been replayed or ended by hand before its session was locked.
            if (await SessionStore.LockAsync(transaction.Connection, place.Session) is not { } session
                || session.Operations.Find(operation => operation.OperationId == place.Id) is not { IsStuck: true } operation)
                continue;
            var work = SessionWork.Of(transaction, session, operation, connectors, now);
            await ReplayAsync(transaction, work, operation, order.ReRender, cancellationToken);
            await work.SaveAsync();
        }

        if (places.Count == order.Rate)
            transaction.Enqueue(Kind, order with { After = places[^1] }, new() { DueTime = now + Pace });
        await job.CommitAsync(transaction, cancellationToken);
    }

    /// <summary>Has an operation tried again that is HELD or DEAD.</summary>
    /// <param name="transaction">Holds the lock of its session.</param>
    /// <param name="work">The session's work; the caller saves it.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="reRender">Whether its request is rendered anew.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>False if it is DEAD and its dead letter was replayed already.</returns>
    internal async Task<bool> ReplayAsync(DurableTransaction transaction, SessionWork work, StoredOperation operation, bool reRender, CancellationToken cancellationToken)
    {
        if (operation.State != WorkState.Dead)
        {
            operation.Restart(reRender);
            work.Queue(operation);
            return true;
        }

        // The operation itself begins anew when its job does.
        if (await LetterOfAsync(operation, cancellationToken) is not { } letter)
            return false;
        await letters.ReplayAsync(transaction, letter, reRender);
        return true;
    }

    /// <summary>The dead letter of an operation that is DEAD.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if it was replayed already.</returns>
    internal async Task<Guid?> LetterOfAsync(StoredOperation operation, CancellationToken cancellationToken) =>
        await letters.ListAsync(new() { ItemId = operation.JobId, State = DeadLetterState.Pending }, null, 1, cancellationToken) is [var letter] ? letter.Id : null;
}

/// <summary>Payload of the job that replays operations.</summary>
/// <param name="Choice">Which of those that are HELD or DEAD.</param>
/// <param name="Rate">How many a second.</param>
/// <param name="ReRender">Whether their requests are rendered anew.</param>
/// <param name="Start">Only those that stood so then.</param>
/// <param name="After">Place of the last one that was replayed; null for none yet.</param>
internal sealed record ReplayOrder(OperationChoice Choice, int Rate, bool ReRender, DateTimeOffset Start, OperationPlace? After);

using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Loads;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.ServiceDefaults;
using Dapper;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>
/// Erases customers (INS-94): takes what is personal out of the raw events of their conversations and works these out again,
/// so that nothing can bring it back. Measures stay, and so does the history of what happened.
/// </summary>
/// <param name="run">Works conversations out again.</param>
/// <param name="sessionStore">The sessions.</param>
/// <param name="timeProvider">Time of the erasure.</param>
public sealed class CustomerErasure(EnrichmentRun run, SessionStore sessionStore, TimeProvider timeProvider)
{
    /// <summary>Erases a customer, with all that were merged into it.</summary>
    /// <param name="transaction">Committed by the caller.</param>
    /// <param name="customerId">The customer that it is shown as.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="cancellationToken">Ends the wait for others that work on the same conversations.</param>
    /// <exception cref="RpcException">NOT_FOUND <c>CUSTOMER_NOT_FOUND</c>.</exception>
    /// <exception cref="TimeoutException">Others have been working on the same conversations for seconds.</exception>
    public async Task<ErasureReceipt> EraseAsync(DurableTransaction transaction, string customerId, Instruction by, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection;
        await CustomerStore.LockMergesAsync(connection);
        if (!await CustomerStore.ExistsAsync(connection, customerId))
            throw RpcErrors.NotFound(InsightsErrors.Domain, InsightsErrors.CustomerNotFound, "customer", customerId);
        var members = (await connection.QueryAsync<string>("SELECT insights.customers_shown_as(@customerId)", new { customerId })).ToList();
        var receipt = await run.InTurnAsync(transaction, () => TryAsync(transaction, customerId, by), cancellationToken);
        var now = timeProvider.GetUtcNow();
        var entry = new CustomerDecision(Guid.CreateVersion7(now), CustomerDecision.Erase, by.Actor, by.Reason, customerId, customerId, receipt.Conversations, now.UtcDateTime);
        await CustomerStore.AddAsync(connection, entry, members);
        // The data sets have the customer until a load has seen the change.
        await LoadRunner.BeginAsync(transaction, by.Actor, now);
        return receipt with { Entry = entry };
    }

    private async Task<ErasureReceipt?> TryAsync(DurableTransaction transaction, string customerId, Instruction by)
    {
        var store = new ErasureStore(transaction.Connection);
        var conversations = await store.ConversationsAsync(customerId);
        var tasks = await store.TasksAsync(conversations);
        var sids = tasks.Select(task => task.TaskSid).ToArray();
        var sessions = (await SessionStore.OfTasksAsync(transaction.Connection, sids)).Select(session => session.Name).Distinct(StringComparer.Ordinal).ToArray();
        var results = new EarlierResults(tasks, sessions, []);
        // To work them out holds them: whoever processes an event of theirs waits, and then reads what is left of it.
        if (await run.TryAsync(transaction, [], results) is null)
            return null;
        await store.KeepAsync(conversations, timeProvider.GetUtcNow());
        var events = await store.EraseEventsAsync(sids, sessions, by.Reason);
        await store.EraseTracesAsync(conversations, sids, sessions);
        await SealedErasure.EraseAsync(transaction.Connection, sessionStore, conversations, sids, sessions, timeProvider.GetUtcNow());
        if (await run.TryAsync(transaction, [], results) is null)
            return null;
        return new(null!, conversations.Count, events, sessions.Length, conversations.Count(conversation => conversation.IsOpen));
    }
}

/// <summary>What was erased.</summary>
/// <param name="Entry">The entry of the history.</param>
/// <param name="Conversations">Number of conversations.</param>
/// <param name="Events">Number of raw events.</param>
/// <param name="Sessions">Number of session records.</param>
/// <param name="Open">Number of conversations that have not ended: what comes of them still is not erased.</param>
public sealed record ErasureReceipt(CustomerDecision Entry, int Conversations, int Events, int Sessions, int Open);

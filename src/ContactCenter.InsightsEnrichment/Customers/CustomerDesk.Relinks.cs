using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Customers;

public sealed partial class CustomerDesk
{
    /// <summary>Assigns a conversation to a customer, whatever its key says (INS-92), and works it out again.</summary>
    /// <param name="transaction">Committed by the caller.</param>
    /// <param name="conversationId">The conversation.</param>
    /// <param name="accountSid">Its account; null if only one has a conversation of this id.</param>
    /// <param name="target">The customer.</param>
    /// <param name="mustBeKnown">Whether to refuse a customer of whom nothing is known.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="cancellationToken">Ends the wait for others that work on the same conversation.</param>
    /// <returns>What moves, and the entry of the history; no entry for a dry run.</returns>
    /// <exception cref="RpcException">The assignment is refused.</exception>
    public async Task<(MovedConversations Moved, CustomerDecision? Entry)> RelinkAsync(
        DurableTransaction transaction, string conversationId, string? accountSid, string target, bool mustBeKnown, Instruction by, CancellationToken cancellationToken)
    {
        RefuseInHipaaMode();
        var conversation = await FindAsync(transaction, conversationId, accountSid);
        if (mustBeKnown && !await CustomerStore.ExistsAsync(transaction.Connection, target))
            throw NotFound(target);
        return await MoveAsync(transaction, CustomerDecision.Relink, conversation, conversation.CustomerId, target, by, () =>
            ConversationCustomerStore.RelinkAsync(transaction.Connection, conversation, target, timeProvider.GetUtcNow()), cancellationToken);
    }

    /// <summary>Takes such an assignment back: the conversation returns to the customer of its key.</summary>
    /// <param name="transaction">Committed by the caller.</param>
    /// <param name="conversationId">The conversation.</param>
    /// <param name="accountSid">Its account; null if only one has a conversation of this id.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="cancellationToken">Ends the wait for others that work on the same conversation.</param>
    /// <returns>What moves, and the entry of the history; no entry for a dry run.</returns>
    /// <exception cref="RpcException">There is no assignment.</exception>
    public async Task<(MovedConversations Moved, CustomerDecision? Entry)> WithdrawRelinkAsync(
        DurableTransaction transaction, string conversationId, string? accountSid, Instruction by, CancellationToken cancellationToken)
    {
        var conversation = await FindAsync(transaction, conversationId, accountSid);
        var relinks = await ConversationCustomerStore.RelinksAsync(transaction.Connection, [conversationId]);
        if (!relinks.TryGetValue((conversation.AccountSid, conversationId), out var relinked))
            throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.ConversationNotRelinked, $"{conversationId} is at the customer of its own key.");
        return await MoveAsync(transaction, CustomerDecision.WithdrawRelink, conversation, relinked, conversation.KeyCustomerId, by, () =>
            ConversationCustomerStore.WithdrawRelinkAsync(transaction.Connection, conversation), cancellationToken);
    }

    private async Task<(MovedConversations Moved, CustomerDecision? Entry)> MoveAsync(
        DurableTransaction transaction, string action, ConversationCustomerRow conversation, string from, string to, Instruction by, Func<Task> change,
        CancellationToken cancellationToken)
    {
        var shown = await ConversationCustomerStore.ShownAsync(transaction.Connection, [.. new[] { from, to }.Distinct(StringComparer.Ordinal)]);
        var moved = shown[from] == shown[to] ? new MovedConversations(0, []) : new MovedConversations(1, [conversation.ConversationId]);
        if (by.DryRun)
            return (moved, null);
        await run.RebuildAsync(transaction, await ConversationCustomerStore.TasksAsync(transaction.Connection, conversation), cancellationToken, change);
        var entry = Entry(action, by, shown[from], shown[to], moved.Count);
        await CustomerStore.AddAsync(transaction.Connection, entry, from, to, shown[from], shown[to]);
        await CorrectionStore.AddAsync(transaction.Connection, new ConversationDecision(
            entry.EntryId, action, conversation.AccountSid, [conversation.ConversationId], by.Actor, by.Reason, [new("customer_id", shown[from], shown[to])], new(entry.CreateTime)));
        return (moved, entry);
    }

    private static async Task<ConversationCustomerRow> FindAsync(DurableTransaction transaction, string conversationId, string? accountSid)
    {
        var found = await ConversationCustomerStore.ReadAsync(transaction.Connection, [conversationId]);
        return found.FindAll(row => accountSid is null || row.AccountSid == accountSid) switch
        {
            [var only] => only,
            [] => throw RpcErrors.NotFound(Domain, InsightsErrors.ConversationNotFound, "conversation", conversationId),
            _ => throw RpcErrors.InvalidArgument(Domain, InsightsErrors.AccountRequired, "account_sid", "is required: several accounts have a conversation of this id"),
        };
    }
}

using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Hipaa;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>Carries out what people decide about customers, where no rule can (INS-90 to INS-93).</summary>
/// <param name="hipaa">In HIPAA mode nothing is joined.</param>
/// <param name="run">Works conversations out again.</param>
/// <param name="timeProvider">Time of decisions.</param>
public sealed partial class CustomerDesk(IOptions<HipaaOptions> hipaa, EnrichmentRun run, TimeProvider timeProvider)
{
    private const string Domain = InsightsErrors.Domain;

    /// <summary>Makes one customer point to another (INS-90).</summary>
    /// <param name="transaction">Committed by the caller.</param>
    /// <param name="source">The customer that is to point.</param>
    /// <param name="target">The customer to point to.</param>
    /// <param name="by">Who decides.</param>
    /// <returns>What moves, and the entry of the history; no entry for a dry run.</returns>
    /// <exception cref="RpcException">The merge is refused.</exception>
    public async Task<(MovedConversations Moved, CustomerDecision? Entry)> MergeAsync(DurableTransaction transaction, string source, string target, Instruction by)
    {
        RefuseInHipaaMode();
        var connection = transaction.Connection;
        await CustomerStore.LockMergesAsync(connection);
        foreach (var id in (string[])[source, target])
        {
            if (!await CustomerStore.ExistsAsync(connection, id))
                throw NotFound(id);
        }

        if (await CustomerStore.IsShownAsync(connection, target, source))
            throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.MergeCycle, $"{target} is {source} or points to it.");
        if (await CustomerStore.TargetAsync(connection, source) is { } already)
            throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.CustomerMerged, $"{source} points to {already} already; unmerge it first.");

        return await DecideAsync(connection, CustomerDecision.Merge, by, source, source, target, async entry =>
        {
            await CustomerStore.PointAsync(connection, source, target, new(entry.CreateTime));
            transaction.Publish(
                new CustomersMerged
                {
                    EventId = entry.EntryId,
                    OccurredTime = new(entry.CreateTime),
                    RecordedTime = new(entry.CreateTime),
                    AccountSid = "",
                    SourceCustomerId = source,
                    TargetCustomerId = target,
                    Actor = by.Actor,
                },
                source,
                mandatory: false);
        });
    }

    /// <summary>Takes the merge of a customer back (INS-91).</summary>
    /// <param name="transaction">Committed by the caller.</param>
    /// <param name="source">The customer that points to another.</param>
    /// <param name="by">Who decides.</param>
    /// <returns>What moves, and the entry of the history; no entry for a dry run.</returns>
    /// <exception cref="RpcException">The customer is not merged.</exception>
    public async Task<(MovedConversations Moved, CustomerDecision? Entry)> UnmergeAsync(DurableTransaction transaction, string source, Instruction by)
    {
        var connection = transaction.Connection;
        await CustomerStore.LockMergesAsync(connection);
        var target = await CustomerStore.TargetAsync(connection, source)
            ?? throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.CustomerNotMerged, $"{source} points to no other customer.");
        return await DecideAsync(connection, CustomerDecision.Unmerge, by, source, target, source, async entry =>
        {
            await CustomerStore.PointNowhereAsync(connection, source);
            transaction.Publish(
                new CustomerUnmerged
                {
                    EventId = entry.EntryId,
                    OccurredTime = new(entry.CreateTime),
                    RecordedTime = new(entry.CreateTime),
                    AccountSid = "",
                    SourceCustomerId = source,
                    TargetCustomerId = target,
                    Actor = by.Actor,
                },
                source,
                mandatory: false);
        });
    }

    /// <summary>Tells which conversations move with a customer and, unless that is all, carries it out and enters it in the history.</summary>
    private async Task<(MovedConversations Moved, CustomerDecision? Entry)> DecideAsync(
        NpgsqlConnection connection, string action, Instruction by, string source, string before, string after, Func<CustomerDecision, Task> carryOut)
    {
        var moved = await CustomerStore.ConversationsAsync(connection, source);
        if (by.DryRun)
            return (moved, null);
        var entry = Entry(action, by, before, after, moved.Count);
        await carryOut(entry);
        await CustomerStore.AddAsync(connection, entry, before, after);
        return (moved, entry);
    }

    private void RefuseInHipaaMode()
    {
        if (hipaa.Value.Enabled)
            throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.HipaaLinkingDisabled, "In HIPAA mode every conversation is its own customer.");
    }

    private CustomerDecision Entry(string action, Instruction by, string before, string after, long conversations)
    {
        var now = timeProvider.GetUtcNow();
        return new(Guid.CreateVersion7(now), action, by.Actor, by.Reason, before, after, conversations, now.UtcDateTime);
    }

    private static RpcException NotFound(string customerId) => RpcErrors.NotFound(Domain, InsightsErrors.CustomerNotFound, "customer", customerId);
}

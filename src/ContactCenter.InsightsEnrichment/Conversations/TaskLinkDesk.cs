using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Retention;
using ContactCenter.ServiceDefaults;
using Dapper;
using Grpc.Core;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>Joins tasks to conversations and parts them, where no attribute says so (INS-61, INS-93): stores it and works the conversations out again.</summary>
/// <param name="database">The service's database.</param>
/// <param name="run">Works them out.</param>
/// <param name="timeProvider">Time of decisions.</param>
public sealed class TaskLinkDesk(DurableDatabase database, EnrichmentRun run, TimeProvider timeProvider)
{
    private const string Domain = InsightsErrors.Domain;
    private const int MostShown = 100;

    /// <summary>Joins tasks to a conversation.</summary>
    /// <param name="transaction">Committed by the caller.</param>
    /// <param name="taskSids">The tasks, each once.</param>
    /// <param name="conversationId">The conversation.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="cancellationToken">Ends the wait for others that work on the same tasks.</param>
    /// <returns>The conversations that tasks leave, and the entries of the history; none for a dry run.</returns>
    /// <exception cref="RpcException">There is no such task or conversation, or a task is sealed.</exception>
    public Task<(MovedConversations Moved, IReadOnlyList<ConversationDecision> Entries)> LinkAsync(
        DurableTransaction transaction, IReadOnlyCollection<string> taskSids, string conversationId, Instruction by, CancellationToken cancellationToken) =>
        DecideAsync(transaction, by, async trial =>
        {
            var connection = trial.Connection;
            var tasks = await FindAsync(connection, taskSids);
            var target = await TasksOfAsync(connection, [conversationId]);
            if (tasks.Find(task => !target.Exists(other => other.AccountSid == task.AccountSid)) is not null)
                throw RpcErrors.NotFound(Domain, InsightsErrors.ConversationNotFound, "conversation", conversationId);
            return await MoveAsync(trial, ConversationDecision.LinkTask, tasks, target, conversationId, by, cancellationToken);
        });

    /// <summary>Parts a task from all others of its conversation.</summary>
    /// <param name="transaction">Committed by the caller.</param>
    /// <param name="taskSid">The task.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="cancellationToken">Ends the wait for others that work on the same tasks.</param>
    /// <returns>The conversation that the task leaves, and the entry of the history; none for a dry run.</returns>
    /// <exception cref="RpcException">There is no such task, or it cannot be parted, or is sealed.</exception>
    public Task<(MovedConversations Moved, IReadOnlyList<ConversationDecision> Entries)> UnlinkAsync(
        DurableTransaction transaction, string taskSid, Instruction by, CancellationToken cancellationToken) =>
        DecideAsync(transaction, by, async trial =>
        {
            var tasks = await FindAsync(trial.Connection, [taskSid]);
            if ((await TasksOfAsync(trial.Connection, [tasks[0].ConversationId])).Count(other => other.AccountSid == tasks[0].AccountSid) == 1)
                throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.TaskNotLinked, $"{taskSid} is the only task of its conversation.");
            var result = await MoveAsync(trial, ConversationDecision.UnlinkTask, tasks, [], taskSid, by, cancellationToken);
            if ((await TasksOfAsync(trial.Connection, [taskSid])).Count(other => other.AccountSid == tasks[0].AccountSid) > 1)
                throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.TaskNamesConversation, $"Other tasks name {taskSid} as their conversation; part those.");
            return result;
        });

    /// <summary>A dry run does all of it, in a transaction that is given up.</summary>
    private async Task<(MovedConversations Moved, IReadOnlyList<ConversationDecision> Entries)> DecideAsync(
        DurableTransaction transaction, Instruction by, Func<DurableTransaction, Task<(MovedConversations Moved, IReadOnlyList<ConversationDecision> Entries)>> decide)
    {
        if (!by.DryRun)
            return await decide(transaction);
        await using var trial = await database.BeginAsync(CancellationToken.None);
        return ((await decide(trial)).Moved, []);
    }

    private async Task<(MovedConversations Moved, IReadOnlyList<ConversationDecision> Entries)> MoveAsync(
        DurableTransaction transaction, string action, List<Place> tasks, List<Place> target, string joinedTo, Instruction by, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection;
        await SealedStore.RefuseAsync(connection, [.. tasks.Select(task => task.TaskSid)]);
        var before = await TasksOfAsync(connection, [.. tasks.Select(task => task.ConversationId)]);
        var sids = tasks.ConvertAll(task => task.TaskSid);
        // To join the conversation of its own name is to be what the events say.
        await run.RebuildAsync(transaction, [.. sids.Concat(target.Select(task => task.TaskSid))], cancellationToken, () => connection.ExecuteAsync(
            "UPDATE insights.tasks SET joined_to = CASE WHEN @joins AND task_sid = @joinedTo THEN NULL ELSE @joinedTo END WHERE task_sid = ANY(@sids)",
            new { joins = action == ConversationDecision.LinkTask, joinedTo, sids = sids.ToArray() }));
        var after = (await FindAsync(connection, before.ConvertAll(task => task.TaskSid))).ToDictionary(task => task.TaskSid, task => task.ConversationId, StringComparer.Ordinal);
        var left = before.Where(task => after[task.TaskSid] != task.ConversationId).Select(task => task.ConversationId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();

        var now = timeProvider.GetUtcNow();
        var entries = tasks.ConvertAll(task =>
        {
            var (from, to) = (task.ConversationId, after[task.TaskSid]);
            return new ConversationDecision(
                Guid.CreateVersion7(now), action, task.AccountSid, [.. new[] { from, to }.Distinct(StringComparer.Ordinal)], by.Actor, by.Reason, [new("conversation_id", from, to)], now)
            { TaskSid = task.TaskSid };
        });
        await CorrectionStore.AddAsync(connection, entries);
        return (new(left.Count, [.. left.Take(MostShown)]), entries);
    }

    private static async Task<List<Place>> FindAsync(NpgsqlConnection connection, IReadOnlyCollection<string> taskSids)
    {
        var found = (await connection.QueryAsync<Place>(
            "SELECT task_sid AS TaskSid, account_sid AS AccountSid, conversation_id AS ConversationId FROM insights.tasks WHERE task_sid = ANY(@taskSids) ORDER BY task_sid",
            new { taskSids = taskSids.ToArray() })).ToList();
        return taskSids.Except(found.Select(task => task.TaskSid), StringComparer.Ordinal).FirstOrDefault() is { } missing
            ? throw RpcErrors.NotFound(Domain, InsightsErrors.TaskNotFound, "task", missing)
            : found;
    }

    private static async Task<List<Place>> TasksOfAsync(NpgsqlConnection connection, string[] conversationIds) => [.. await connection.QueryAsync<Place>(
        "SELECT task_sid AS TaskSid, account_sid AS AccountSid, conversation_id AS ConversationId FROM insights.tasks WHERE conversation_id = ANY(@conversationIds)",
        new { conversationIds })];

    private sealed record Place(string TaskSid, string AccountSid, string ConversationId);
}

using System.Text;
using System.Text.Json;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.InsightsEnrichment.TaskRouter;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>Reads what gives values to segments besides events, for any number of tasks at once.</summary>
internal sealed class TaskAdditionStore
{
    private readonly ILookup<string, Correction> _ofTasks;
    private readonly ILookup<string, Correction> _ofConversations;
    private readonly ILookup<string, StoredEnrichment> _enrichment;
    private readonly ILookup<string, SessionForTask> _sessions;

    private TaskAdditionStore(
        List<Correction> corrections, ILookup<string, StoredEnrichment> enrichment, ILookup<string, SessionForTask> sessions)
    {
        _ofTasks = corrections.Where(correction => correction.TaskSid is not null).ToLookup(correction => correction.TaskSid!, StringComparer.Ordinal);
        _ofConversations = corrections.Where(correction => correction.ConversationId is not null).ToLookup(correction => correction.ConversationId!, StringComparer.Ordinal);
        (_enrichment, _sessions) = (enrichment, sessions);
    }

    /// <summary>Reads it.</summary>
    /// <param name="connection">In the transaction that holds the tasks.</param>
    /// <param name="tasks">The tasks, each with its conversation.</param>
    /// <param name="mapsDispositions">Whether what sessions say of handlings counts (INS-33).</param>
    public static async Task<TaskAdditionStore> ReadAsync(NpgsqlConnection connection, IReadOnlyCollection<(TaskLinks Links, string ConversationId)> tasks, bool mapsDispositions)
    {
        var taskSids = tasks.Select(task => task.Links.TaskSid).ToArray();
        await using var read = await connection.QueryMultipleAsync(
            $"""
            {CorrectionStore.Select};
            SELECT target, create_time, attributes::text FROM insights.write_backs
            WHERE target = ANY(@taskSids) AND kind = 'task_enrichment' AND attributes IS NOT NULL ORDER BY create_time, write_back_id;
            SELECT coalesce(task_sid, call_sid), for_task::text FROM insights.sessions
            WHERE (task_sid = ANY(@taskSids) OR (task_sid IS NULL AND call_sid = ANY(@calls))) AND for_task IS NOT NULL ORDER BY start_time, session_name;
            """,
            new
            {
                taskSids,
                conversations = tasks.Select(task => task.ConversationId).Concat(taskSids).Distinct(StringComparer.Ordinal).ToArray(),
                calls = tasks.Select(task => task.Links.CallSid).OfType<string>().Distinct(StringComparer.Ordinal).ToArray(),
            });
        var corrections = (await read.ReadAsync<CorrectionRow>()).Select(row => row.ToCorrection()).ToList();
        var enrichment = (await read.ReadAsync<(string TaskSid, DateTime Time, string Attributes)>())
            .ToLookup(row => row.TaskSid, row => new StoredEnrichment(new(row.Time), ValuesOf(row.Attributes)), StringComparer.Ordinal);
        var sessions = (await read.ReadAsync<(string Named, string Said)>())
            .ToLookup(row => row.Named, row => SessionOf(row.Said, mapsDispositions), StringComparer.Ordinal);
        return new(corrections, enrichment, sessions);
    }

    /// <summary>What counts for one task.</summary>
    /// <param name="accountSid">Its account.</param>
    /// <param name="links">The task.</param>
    /// <param name="conversationId">Its conversation.</param>
    /// <param name="together">All tasks of that conversation: what was said of a conversation holds after it got another id.</param>
    public TaskAdditions Of(string accountSid, TaskLinks links, string conversationId, IEnumerable<string> together) => new()
    {
        Corrections = [.. _ofTasks[links.TaskSid]
            .Concat(together.Append(conversationId).Distinct(StringComparer.Ordinal).SelectMany(id => _ofConversations[id]))
            .Where(correction => correction.AccountSid == accountSid).Order(Correction.InOrder)],
        Enrichment = [.. _enrichment[links.TaskSid]],
        Sessions = [.. _sessions[links.TaskSid], .. links.CallSid is { } call ? _sessions[call] : []],
    };

    private static SessionForTask SessionOf(string said, bool mapsDispositions)
    {
        var session = JsonSerializer.Deserialize<SessionForTask>(said)!;
        return mapsDispositions ? session : session with { Handlings = [] };
    }

    private static FieldValues ValuesOf(string attributes)
    {
        TaskAttributes.TryRead(Encoding.UTF8.GetBytes(attributes), out var read);
        return read.Conversations.Detached();
    }
}

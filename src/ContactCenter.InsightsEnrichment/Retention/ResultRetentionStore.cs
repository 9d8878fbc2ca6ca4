using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Retention;

/// <summary>All SQL by which results are removed for their age.</summary>
/// <param name="connection">In the transaction that removes them.</param>
internal sealed class ResultRetentionStore(NpgsqlConnection connection)
{
    private static readonly string OfConversations = string.Join(
        '\n',
        new[] { "conversations", "loaded_conversations", "conversation_customers", "loaded_conversation_customers", "conversation_relinks", "sealed_customers", "corrections" }
            .Select(table => $"DELETE FROM insights.{table} WHERE (conversation_id, account_sid) IN (SELECT * FROM unnest(@conversations, @accounts));"));

    /// <summary>The next sealed tasks and sessions whose last event was received before a time, the oldest first.</summary>
    public async Task<List<(DateTime Time, string Name)>> SealedAsync(DateTimeOffset before, DateTime afterTime, string afterName, int limit) =>
        [.. await connection.QueryAsync<(DateTime, string)>(
            """
            SELECT last_received, name FROM insights.sealed
            WHERE last_received < @before AND (last_received, name) > (@afterTime, @afterName) ORDER BY last_received, name LIMIT @limit
            """,
            new { before, afterTime = DateTime.SpecifyKind(afterTime, DateTimeKind.Utc), afterName, limit })];

    /// <summary>Removes tasks and sessions with everything that was made of them.</summary>
    public Task RemoveAsync(IReadOnlyCollection<Together> due)
    {
        if (due.Count == 0)
            return Task.CompletedTask;
        var tasks = due.SelectMany(together => together.Tasks).ToList();
        return connection.ExecuteAsync(
            $"""
            WITH gone AS (DELETE FROM insights.segments WHERE task_sid = ANY(@tasks) RETURNING segment_id),
              work AS (DELETE FROM insights.workload w USING gone WHERE w.segment_id = gone.segment_id)
            DELETE FROM insights.loaded_segments l USING gone WHERE l.segment_id = gone.segment_id;
            {OfConversations}
            DELETE FROM insights.corrections WHERE task_sid = ANY(@tasks);
            DELETE FROM insights.write_backs WHERE target = ANY(@tasks) AND status <> 'pending';
            DELETE FROM insights.task_links WHERE task_sid = ANY(@tasks);
            DELETE FROM insights.tasks WHERE task_sid = ANY(@tasks);
            DELETE FROM insights.sessions WHERE session_name = ANY(@sessions);
            DELETE FROM insights.loaded_sessions WHERE session_name = ANY(@sessions);
            DELETE FROM insights.session_links WHERE session_name = ANY(@sessions);
            DELETE FROM insights.screen_shares WHERE session_name = ANY(@sessions);
            DELETE FROM insights.sealed WHERE name = ANY(@tasks) OR name = ANY(@sessions)
            """,
            new
            {
                tasks = tasks.Select(task => task.TaskSid).ToArray(),
                conversations = tasks.Select(task => task.ConversationId).ToArray(),
                accounts = tasks.Select(task => task.AccountSid).ToArray(),
                sessions = due.SelectMany(together => together.Sessions).Select(session => session.Name).Distinct(StringComparer.Ordinal).ToArray(),
            });
    }

    /// <summary>Removes statuses of agents that ended before a time.</summary>
    /// <returns>How many; 0 once none is left.</returns>
    public Task<int> RemoveStatusesAsync(DateTimeOffset before, int limit) => connection.ExecuteScalarAsync<int>(
        """
        WITH gone AS (
            DELETE FROM insights.status_segments WHERE segment_id IN (
              SELECT segment_id FROM insights.status_segments WHERE end_time < @before ORDER BY end_time LIMIT @limit FOR UPDATE SKIP LOCKED)
            RETURNING segment_id),
          work AS (DELETE FROM insights.workload w USING gone WHERE w.segment_id = gone.segment_id),
          loaded AS (DELETE FROM insights.loaded_status_segments l USING gone WHERE l.segment_id = gone.segment_id)
        SELECT count(*)::int FROM gone
        """,
        new { before, limit });
}

using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.ServiceDefaults;
using Dapper;
using Grpc.Core;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Retention;

/// <summary>Tells what is sealed: tasks and sessions whose raw events were removed for their age, so that they cannot be worked out again (INS-22).</summary>
internal static class SealedStore
{
    /// <summary>Warning about an event that came for something sealed.</summary>
    public const string Warning = "conversation_sealed";

    /// <summary>Which of some tasks or sessions are sealed.</summary>
    public static async Task<HashSet<string>> FindAsync(NpgsqlConnection connection, string[] names) =>
        (await connection.QueryAsync<string>("SELECT name FROM insights.sealed WHERE name = ANY(@names)", new { names })).ToHashSet(StringComparer.Ordinal);

    /// <summary>Up to when the statuses of workers are sealed.</summary>
    public static async Task<Dictionary<string, DateTimeOffset>> WorkersAsync(NpgsqlConnection connection, string[] workers) =>
        (await connection.QueryAsync<(string Sid, DateTime Until)>("SELECT worker_sid, until FROM insights.sealed_workers WHERE worker_sid = ANY(@workers)", new { workers }))
            .ToDictionary(row => row.Sid, row => new DateTimeOffset(row.Until), StringComparer.Ordinal);

    /// <summary>What the sealed tasks of conversations said about their customers.</summary>
    public static async Task<Dictionary<(string AccountSid, string ConversationId), ConversationCustomer>> CustomersAsync(NpgsqlConnection connection, string[] conversationIds) =>
        (await connection.QueryAsync<(string AccountSid, string ConversationId, string Document)>(
            "SELECT account_sid, conversation_id, document::text FROM insights.sealed_customers WHERE conversation_id = ANY(@conversationIds)", new { conversationIds }))
            .ToDictionary(row => (row.AccountSid, row.ConversationId), row => JsonSerializer.Deserialize(row.Document, StateJson.Default.ConversationCustomer)!);

    /// <summary>Refuses to change tasks of which one is sealed.</summary>
    /// <exception cref="RpcException">FAILED_PRECONDITION <c>CONVERSATION_SEALED</c>.</exception>
    public static async Task RefuseAsync(NpgsqlConnection connection, string[] taskSids)
    {
        if ((await FindAsync(connection, taskSids)).Min(StringComparer.Ordinal) is { } first)
            throw Refusal(first);
    }

    /// <summary>Refuses to work a task, or all tasks of a conversation, out again if they are sealed; null for neither.</summary>
    /// <exception cref="RpcException">FAILED_PRECONDITION <c>CONVERSATION_SEALED</c>.</exception>
    public static async Task RefuseAsync(NpgsqlConnection connection, string? taskSid, string? conversationId)
    {
        if (await connection.ExecuteScalarAsync<bool>(
            """
            SELECT coalesce(bool_and(z.name IS NOT NULL), false) FROM insights.tasks t LEFT JOIN insights.sealed z ON z.name = t.task_sid
            WHERE t.task_sid = @taskSid OR t.conversation_id = @conversationId
            """,
            new { taskSid, conversationId }))
            throw Refusal(taskSid ?? conversationId!);
    }

    /// <summary>The refusal to change something sealed.</summary>
    public static RpcException Refusal(string name) => RpcErrors.FailedPrecondition(
        InsightsErrors.Domain, InsightsErrors.ConversationSealed, $"The raw events of {name} were removed for their age: what was made of them stays as it is.");
}

/// <summary>A sealed task with its segments, which stay as they are.</summary>
/// <param name="TaskSid">The task.</param>
/// <param name="Segments">Its segments.</param>
public sealed record SealedTask(string TaskSid, IReadOnlyList<Segment> Segments);

using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>All SQL by which enrichment reads and writes the customers of conversations: one statement each, for any number of rows.</summary>
internal static class ConversationCustomerStore
{
    /// <summary>What is stored of conversations, of any account.</summary>
    public static async Task<List<ConversationCustomerRow>> ReadAsync(NpgsqlConnection connection, string[] conversationIds) =>
    [
        .. await connection.QueryAsync<ConversationCustomerRow>(
            """
            SELECT account_sid AS AccountSid, conversation_id AS ConversationId, customer_id AS CustomerId, key_customer_id AS KeyCustomerId,
              linked_customer_id AS LinkedCustomerId, first_seen AS FirstSeen, last_seen AS LastSeen, test AS Test, document AS Document
            FROM insights.conversation_customers WHERE conversation_id = ANY(@conversationIds)
            """,
            new { conversationIds }),
    ];

    /// <summary>The customers that conversations were assigned to by hand.</summary>
    public static async Task<Dictionary<(string AccountSid, string ConversationId), string>> RelinksAsync(NpgsqlConnection connection, string[] conversationIds) =>
        (await connection.QueryAsync<(string AccountSid, string ConversationId, string CustomerId)>(
            "SELECT account_sid, conversation_id, customer_id FROM insights.conversation_relinks WHERE conversation_id = ANY(@conversationIds)",
            new { conversationIds })).ToDictionary(row => (row.AccountSid, row.ConversationId), row => row.CustomerId);

    /// <summary>Assigns a conversation to a customer.</summary>
    public static Task RelinkAsync(NpgsqlConnection connection, ConversationCustomerRow conversation, string customerId, DateTimeOffset now) =>
        connection.ExecuteAsync(
            """
            INSERT INTO insights.conversation_relinks (conversation_id, account_sid, customer_id, create_time) VALUES (@ConversationId, @AccountSid, @customerId, @now)
            ON CONFLICT (conversation_id, account_sid) DO UPDATE SET customer_id = excluded.customer_id, create_time = excluded.create_time
            """,
            new { conversation.ConversationId, conversation.AccountSid, customerId, now });

    /// <summary>Takes such an assignment back.</summary>
    public static Task WithdrawRelinkAsync(NpgsqlConnection connection, ConversationCustomerRow conversation) =>
        connection.ExecuteAsync(
            "DELETE FROM insights.conversation_relinks WHERE conversation_id = @ConversationId AND account_sid = @AccountSid",
            new { conversation.ConversationId, conversation.AccountSid });

    /// <summary>The tasks of a conversation.</summary>
    public static async Task<List<string>> TasksAsync(NpgsqlConnection connection, ConversationCustomerRow conversation) =>
    [
        .. await connection.QueryAsync<string>(
            "SELECT task_sid FROM insights.tasks WHERE conversation_id = @ConversationId AND account_sid = @AccountSid",
            new { conversation.ConversationId, conversation.AccountSid }),
    ];

    /// <summary>The customers that customers are shown as, after merges.</summary>
    public static async Task<Dictionary<string, string>> ShownAsync(NpgsqlConnection connection, string[] customerIds) =>
        (await connection.QueryAsync<(string CustomerId, string Shown)>(
            "SELECT id, insights.customer_shown(id) FROM unnest(@customerIds) AS id", new { customerIds })).ToDictionary(row => row.CustomerId, row => row.Shown, StringComparer.Ordinal);

    /// <summary>Writes changed rows and removes others.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection, IReadOnlyCollection<ConversationCustomerRow> changed, IReadOnlyCollection<(string AccountSid, string ConversationId)> removed)
    {
        if (changed.Count > 0)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO insights.conversation_customers (
                  account_sid, conversation_id, customer_id, key_customer_id, linked_customer_id, first_seen, last_seen, test, document)
                SELECT * FROM unnest(@accounts, @conversations, @customers, @keys, @linked, @first, @last, @tests, @documents::jsonb[])
                ON CONFLICT (conversation_id, account_sid) DO UPDATE SET
                  customer_id = excluded.customer_id, key_customer_id = excluded.key_customer_id, linked_customer_id = excluded.linked_customer_id,
                  first_seen = excluded.first_seen, last_seen = excluded.last_seen, test = excluded.test, document = excluded.document
                """,
                new
                {
                    accounts = changed.Select(row => row.AccountSid).ToArray(),
                    conversations = changed.Select(row => row.ConversationId).ToArray(),
                    customers = changed.Select(row => row.CustomerId).ToArray(),
                    keys = changed.Select(row => row.KeyCustomerId).ToArray(),
                    linked = changed.Select(row => row.LinkedCustomerId).ToArray(),
                    first = changed.Select(row => row.FirstSeen).ToArray(),
                    last = changed.Select(row => row.LastSeen).ToArray(),
                    tests = changed.Select(row => row.Test).ToArray(),
                    documents = changed.Select(row => row.Document).ToArray(),
                });
        }

        if (removed.Count > 0)
        {
            await connection.ExecuteAsync(
                "DELETE FROM insights.conversation_customers WHERE (account_sid, conversation_id) IN (SELECT * FROM unnest(@accounts, @conversations))",
                new { accounts = removed.Select(row => row.AccountSid).ToArray(), conversations = removed.Select(row => row.ConversationId).ToArray() });
        }
    }
}

/// <summary>What a conversation says about its customer, as it is stored.</summary>
internal sealed record ConversationCustomerRow(
    string AccountSid, string ConversationId, string CustomerId, string KeyCustomerId, string? LinkedCustomerId, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, bool Test,
    string Document)
{
    // As Dapper reads it: the driver gives times as DateTime.
    private ConversationCustomerRow(
        string accountSid, string conversationId, string customerId, string keyCustomerId, string? linkedCustomerId, DateTime firstSeen, DateTime lastSeen, bool test,
        string document)
        : this(accountSid, conversationId, customerId, keyCustomerId, linkedCustomerId, new DateTimeOffset(firstSeen), new DateTimeOffset(lastSeen), test, document)
    {
    }
}

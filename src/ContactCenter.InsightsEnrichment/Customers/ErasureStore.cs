using ContactCenter.InsightsEnrichment.Hipaa;
using ContactCenter.InsightsEnrichment.RawEvents;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>All SQL by which a customer is erased: everywhere that something personal of the customer is kept.</summary>
/// <param name="connection">In the transaction that erases the customer.</param>
internal sealed class ErasureStore(NpgsqlConnection connection)
{
    private const int EventsAtOnce = 200;

    /// <summary>The conversations shown at a customer, whether each is open, and which customer each is at before merges.</summary>
    public async Task<List<ErasedConversation>> ConversationsAsync(string customerId) =>
        [.. await connection.QueryAsync<ErasedConversation>(
            """
            SELECT c.account_sid AS AccountSid, c.conversation_id AS ConversationId, c.customer_id AS CustomerId, NOT coalesce(v.closed, false) AS IsOpen
            FROM insights.conversation_customers c LEFT JOIN insights.conversations v USING (conversation_id, account_sid)
            WHERE c.customer_id IN (SELECT insights.customers_shown_as(@customerId)) ORDER BY c.conversation_id, c.account_sid
            """,
            new { customerId })];

    /// <summary>The tasks of conversations.</summary>
    public async Task<List<(string AccountSid, string TaskSid)>> TasksAsync(IReadOnlyCollection<ErasedConversation> conversations) =>
        [.. await connection.QueryAsync<(string, string)>(
            """
            SELECT account_sid, task_sid FROM insights.tasks
            JOIN unnest(@accounts, @conversations) AS c (account_sid, conversation_id) USING (account_sid, conversation_id) ORDER BY task_sid
            """,
            Named(conversations))];

    /// <summary>Puts tombstones in place of what events say of the customer.</summary>
    /// <returns>Number of events.</returns>
    public async Task<int> EraseEventsAsync(string[] tasks, string[] sessions, string reason)
    {
        var erased = 0;
        Guid? after = null;
        while (true)
        {
            var page = await RawEventStore.ReadAsync(
                connection,
                """
                ((source <> 'session' AND task_sid = ANY(@tasks)) OR (source = 'session' AND resource_sid IN (
                  SELECT unnest(@sessions) UNION ALL SELECT 'cobrowse:' || cobrowse_session_id FROM insights.screen_shares WHERE session_name = ANY(@sessions))))
                AND (@after::uuid IS NULL OR raw_event_id > @after) ORDER BY raw_event_id LIMIT @EventsAtOnce
                """,
                new { tasks, sessions, after, EventsAtOnce });
            if (page.Count == 0)
                return erased;
            erased += page.Count;
            after = page[^1].RawEventId;
            await connection.ExecuteAsync(
                """
                UPDATE insights.received_events r SET body = e.body FROM unnest(@ids, @bodies) AS e (id, body) WHERE r.raw_event_id = e.id;
                DELETE FROM insights.quarantine WHERE raw_event_id = ANY(@ids)
                """,
                new { ids = page.Select(raw => raw.RawEventId).ToArray(), bodies = page.Select(raw => PersonalData.Erase(raw, reason)).ToArray() });
        }
    }

    /// <summary>Takes the customer out of what was set by hand, is to be written back, or is kept of reprocessings. That it happened stays.</summary>
    public async Task EraseTracesAsync(IReadOnlyCollection<ErasedConversation> conversations, string[] tasks, string[] sessions)
    {
        var personal = PersonalData.DroppedOfConversations;
        var ids = conversations.Select(conversation => conversation.ConversationId).ToArray();
        await connection.ExecuteAsync(
            """
            UPDATE insights.corrections SET field_values = field_values - @personal WHERE task_sid = ANY(@tasks) OR conversation_id = ANY(@ids);
            UPDATE insights.conversation_history SET changes = '[]' WHERE conversation_ids && @ids;
            UPDATE insights.reprocessing_differences SET before = NULL, after = NULL
            WHERE resource IN (SELECT 'segments/' || segment_id FROM insights.segments WHERE task_sid = ANY(@tasks))
              OR resource = ANY(SELECT 'conversations/' || unnest(@ids)) OR resource = ANY(SELECT 'sessions/' || unnest(@sessions));
            DELETE FROM insights.session_links WHERE session_name = ANY(@sessions);
            UPDATE insights.write_backs SET progress = NULL WHERE target = ANY(@tasks) AND status <> 'pending'
            """,
            new { personal, tasks, ids, sessions });
        var values = (await connection.QueryAsync<(Guid Id, string Attributes)>(
            "SELECT write_back_id, attributes::text FROM insights.write_backs WHERE target = ANY(@tasks) AND attributes IS NOT NULL", new { tasks })).ToList();
        await connection.ExecuteAsync(
            "UPDATE insights.write_backs w SET attributes = e.attributes::json FROM unnest(@ids, @texts) AS e (id, attributes) WHERE w.write_back_id = e.id",
            new { ids = values.Select(row => row.Id).ToArray(), texts = values.Select(row => PersonalData.Erase(row.Attributes)).ToArray() });
    }

    /// <summary>Keeps conversations at their customer, although nothing that they say leads to it any more.</summary>
    public Task KeepAsync(IReadOnlyCollection<ErasedConversation> conversations, DateTimeOffset now) =>
        connection.ExecuteAsync(
            """
            INSERT INTO insights.conversation_relinks (account_sid, conversation_id, customer_id, create_time)
            SELECT *, @now FROM unnest(@accounts, @conversations, @customers) ON CONFLICT DO NOTHING
            """,
            new
            {
                now,
                accounts = conversations.Select(conversation => conversation.AccountSid).ToArray(),
                conversations = conversations.Select(conversation => conversation.ConversationId).ToArray(),
                customers = conversations.Select(conversation => conversation.CustomerId).ToArray(),
            });

    private static object Named(IReadOnlyCollection<ErasedConversation> conversations) => new
    {
        accounts = conversations.Select(conversation => conversation.AccountSid).ToArray(),
        conversations = conversations.Select(conversation => conversation.ConversationId).ToArray(),
    };
}

/// <summary>A conversation that is erased.</summary>
internal sealed record ErasedConversation(string AccountSid, string ConversationId, string CustomerId, bool IsOpen);

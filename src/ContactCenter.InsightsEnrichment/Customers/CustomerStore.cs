using System.Text.Json;
using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>All SQL by which customers are read, and what was decided about them by hand is kept.</summary>
/// <param name="database">The service's database.</param>
public sealed class CustomerStore(DurableDatabase database)
{
    private const int MostValues = 1_000;
    private const int MovedShown = 100;

    /// <summary>The customer that a customer is shown as; null if there is no such customer.</summary>
    /// <param name="customerId">Its id.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<string?> ShownAsync(string customerId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await ExistsAsync(connection, customerId)
            ? await connection.ExecuteScalarAsync<string>(new("SELECT insights.customer_shown(@customerId)", new { customerId }, cancellationToken: cancellationToken))
            : null;
    }

    /// <summary>Whether anything is known of a customer: a conversation, a merge or a decision.</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="customerId">The customer.</param>
    public static Task<bool> ExistsAsync(NpgsqlConnection connection, string customerId) =>
        connection.ExecuteScalarAsync<bool>(
            """
            SELECT EXISTS (SELECT FROM insights.conversation_customers WHERE customer_id = @customerId)
              OR EXISTS (SELECT FROM insights.customer_merges WHERE source_customer_id = @customerId OR target_customer_id = @customerId)
              OR EXISTS (SELECT FROM insights.customer_history WHERE customer_ids @> ARRAY[@customerId])
            """,
            new { customerId });

    /// <summary>Ids of customers in ordinal order.</summary>
    /// <param name="merged">Whether those that were merged are meant, or all others.</param>
    /// <param name="after">Begin after this id.</param>
    /// <param name="limit">Most ids.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<string>> ListAsync(bool merged, string after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var sql = merged
            ? "SELECT source_customer_id FROM insights.customer_merges WHERE source_customer_id > @after ORDER BY 1 LIMIT @limit"
            : """
              (SELECT DISTINCT customer_id FROM insights.conversation_customers
               WHERE customer_id > @after AND customer_id NOT IN (SELECT source_customer_id FROM insights.customer_merges) ORDER BY 1 LIMIT @limit)
              UNION
              (SELECT DISTINCT target_customer_id FROM insights.customer_merges
               WHERE target_customer_id > @after AND target_customer_id NOT IN (SELECT source_customer_id FROM insights.customer_merges) ORDER BY 1 LIMIT @limit)
              ORDER BY 1 LIMIT @limit
              """;
        return [.. await connection.QueryAsync<string>(new(sql, new { after, limit }, cancellationToken: cancellationToken))];
    }

    /// <summary>Reads customers, in the order of the ids.</summary>
    /// <param name="ids">Customers that exist.</param>
    /// <param name="alone">Whether to leave out what was merged into them.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<Customer>> ReadAsync(IReadOnlyCollection<string> ids, bool alone, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new(
            """
            SELECT s.id AS CustomerId, t.members AS Members, e.test AS Test, a.first_seen AS FirstSeen, a.last_seen AS LastSeen, a.conversations AS Conversations,
              o.source AS Source, o.kind AS Kind, f.fields::text AS Fields, m.target_customer_id AS MergedInto,
              (SELECT max(create_time) FROM insights.customer_history WHERE action = 'erase' AND customer_ids @> ARRAY[s.id]) AS EraseTime
            FROM unnest(@ids) WITH ORDINALITY AS s (id, place)
            LEFT JOIN insights.customer_merges m ON m.source_customer_id = s.id
            CROSS JOIN LATERAL (SELECT array_agg(id ORDER BY id) AS members FROM insights.customers_shown_as(s.id) AS id WHERE NOT @alone OR id = s.id) AS t
            CROSS JOIN LATERAL (
              SELECT coalesce(bool_and(test), false) AS test FROM insights.conversation_customers WHERE customer_id = ANY(t.members)) AS e
            CROSS JOIN LATERAL (
              SELECT min(first_seen) AS first_seen, max(last_seen) AS last_seen, count(*) AS conversations
              FROM insights.conversation_customers WHERE customer_id = ANY(t.members) AND test = e.test) AS a
            LEFT JOIN LATERAL (
              SELECT document ->> 'source' AS source, document -> 'key' ->> 'kind' AS kind
              FROM insights.conversation_customers WHERE customer_id = ANY(t.members) AND test = e.test
              ORDER BY (key_customer_id = s.id) DESC, first_seen, conversation_id, account_sid LIMIT 1) AS o ON true
            LEFT JOIN LATERAL (
              SELECT jsonb_object_agg(name, value) AS fields FROM (
                SELECT DISTINCT ON (field.key) field.key AS name, field.value ->> 'value' AS value
                FROM insights.conversation_customers c CROSS JOIN jsonb_each(c.document -> 'fields') AS field
                WHERE c.customer_id = ANY(t.members) AND c.test = e.test
                ORDER BY field.key, (c.customer_id = s.id) DESC, (field.value ->> 'time')::timestamptz DESC, c.conversation_id, c.account_sid) AS latest) AS f ON true
            ORDER BY s.place
            """,
            new { ids = ids.ToArray(), alone },
            cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToCustomer(alone))];
    }

    /// <summary>The values that the conversations of a customer gave, the latest first.</summary>
    /// <param name="customerId">The customer, with what was merged into it.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<CustomerValue>> ValuesAsync(string customerId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return
        [
            .. await connection.QueryAsync<CustomerValue>(new(
                $"""
                SELECT field.key AS Field, field.value ->> 'value' AS Value, (field.value ->> 'time')::timestamptz AS Time,
                  c.conversation_id AS ConversationId, c.account_sid AS AccountSid
                FROM insights.conversation_customers c CROSS JOIN jsonb_each(c.document -> 'fields') AS field
                WHERE c.customer_id IN (SELECT insights.customers_shown_as(@customerId))
                ORDER BY 3 DESC, field.key, c.conversation_id, c.account_sid LIMIT {MostValues}
                """,
                new { customerId },
                cancellationToken: cancellationToken)),
        ];
    }

    /// <summary>What was decided about a customer, the latest first.</summary>
    /// <param name="customerId">The customer.</param>
    /// <param name="before">Begin before this entry; null for the first page.</param>
    /// <param name="limit">Most entries.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<CustomerDecision>> HistoryAsync(string customerId, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return
        [
            .. await connection.QueryAsync<CustomerDecision>(new(
                """
                SELECT entry_id AS EntryId, action AS Action, actor AS Actor, reason AS Reason, before AS Before, after AS After,
                  conversation_count AS ConversationCount, create_time AS CreateTime
                FROM insights.customer_history
                WHERE customer_ids @> ARRAY[@customerId] AND (@before::uuid IS NULL OR entry_id < @before) ORDER BY entry_id DESC LIMIT @limit
                """,
                new { customerId, before, limit },
                cancellationToken: cancellationToken)),
        ];
    }

    /// <summary>Keeps a decision.</summary>
    /// <param name="connection">In the transaction that carries it out.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="customerIds">All customers that it is about.</param>
    public static Task AddAsync(NpgsqlConnection connection, CustomerDecision decision, params IEnumerable<string> customerIds) =>
        connection.ExecuteAsync(
            """
            INSERT INTO insights.customer_history (entry_id, customer_ids, action, actor, reason, before, after, conversation_count, create_time)
            VALUES (@EntryId, @ids, @Action, @Actor, @Reason, @Before, @After, @ConversationCount, @CreateTime)
            """,
            new
            {
                decision.EntryId,
                ids = customerIds.Distinct(StringComparer.Ordinal).ToArray(),
                decision.Action,
                decision.Actor,
                decision.Reason,
                decision.Before,
                decision.After,
                decision.ConversationCount,
                decision.CreateTime,
            });

    /// <summary>The conversations of a customer and of all that are shown as it.</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="customerId">The customer.</param>
    public static async Task<MovedConversations> ConversationsAsync(NpgsqlConnection connection, string customerId)
    {
        const string Those = "FROM insights.conversation_customers WHERE customer_id IN (SELECT insights.customers_shown_as(@customerId))";
        var count = await connection.ExecuteScalarAsync<long>($"SELECT count(*) {Those}", new { customerId });
        var first = await connection.QueryAsync<string>($"SELECT conversation_id {Those} ORDER BY first_seen, conversation_id, account_sid LIMIT {MovedShown}", new { customerId });
        return new(count, [.. first]);
    }

    /// <summary>Waits until no other transaction changes merges: two at once could close a circle.</summary>
    /// <param name="connection">In a transaction.</param>
    public static Task LockMergesAsync(NpgsqlConnection connection) => connection.ExecuteAsync("LOCK TABLE insights.customer_merges IN SHARE ROW EXCLUSIVE MODE");

    /// <summary>The customer that a customer points to; null if it points to none.</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="customerId">The customer.</param>
    public static Task<string?> TargetAsync(NpgsqlConnection connection, string customerId) =>
        connection.ExecuteScalarAsync<string?>("SELECT target_customer_id FROM insights.customer_merges WHERE source_customer_id = @customerId", new { customerId });

    /// <summary>Whether a customer is another one, or points to it.</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="customerId">The customer.</param>
    /// <param name="other">The other.</param>
    public static Task<bool> IsShownAsync(NpgsqlConnection connection, string customerId, string other) =>
        connection.ExecuteScalarAsync<bool>("SELECT @customerId IN (SELECT insights.customers_shown_as(@other))", new { customerId, other });

    /// <summary>Makes a customer point to another.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="source">The customer.</param>
    /// <param name="target">The other.</param>
    /// <param name="now">When.</param>
    public static Task PointAsync(NpgsqlConnection connection, string source, string target, DateTimeOffset now) =>
        connection.ExecuteAsync("INSERT INTO insights.customer_merges VALUES (@source, @target, @now)", new { source, target, now });

    /// <summary>Makes a customer point to no other.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="source">The customer.</param>
    public static Task PointNowhereAsync(NpgsqlConnection connection, string source) =>
        connection.ExecuteAsync("DELETE FROM insights.customer_merges WHERE source_customer_id = @source", new { source });

    private sealed class Row
    {
        public string CustomerId { get; init; } = "";
        public string[] Members { get; init; } = [];
        public bool Test { get; init; }
        public DateTime? FirstSeen { get; init; }
        public DateTime? LastSeen { get; init; }
        public long Conversations { get; init; }
        public string? Source { get; init; }
        public string? Kind { get; init; }
        public string? Fields { get; init; }
        public string? MergedInto { get; init; }
        public DateTime? EraseTime { get; init; }

        public Customer ToCustomer(bool alone)
        {
            var fields = CustomerFields.Shown(CustomerId, Fields is null ? [] : JsonSerializer.Deserialize<Dictionary<string, string>>(Fields)!);
            return new(
                CustomerId, Word<LinkSource>(Source), Word<KeyKind>(Kind), fields, alone ? MergedInto : null, [.. Members.Where(member => member != CustomerId)],
                FirstSeen, LastSeen, Conversations, Test, EraseTime);
        }

        private static T? Word<T>(string? word)
            where T : struct, Enum => word is null ? null : Enum.Parse<T>(word);
    }
}

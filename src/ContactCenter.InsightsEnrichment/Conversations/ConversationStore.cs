using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.DataSets;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.TaskRouter;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>All SQL by which conversations and segments are read. Enrichment alone writes them.</summary>
/// <param name="database">The service's database.</param>
/// <param name="options">Which names are shown.</param>
/// <param name="accounts">Which accounts are test environments.</param>
public sealed class ConversationStore(DurableDatabase database, IOptionsMonitor<EnrichmentOptions> options, TwilioAccounts accounts)
{
    private const string ConversationColumns =
        """
        account_sid AS AccountSid, conversation_id AS Id, start_time AS StartTime, document AS Document, revision AS Revision, test AS Test,
        update_time AS UpdateTime, insights.customer_shown(customer_id) AS CustomerId, ARRAY(
          SELECT s.session_name FROM insights.tasks t JOIN insights.sessions s ON s.session_name = t.task_sid
          WHERE t.conversation_id = c.conversation_id AND t.account_sid = c.account_sid
          UNION SELECT s.session_name FROM insights.tasks t JOIN insights.sessions s ON s.task_sid = t.task_sid
          WHERE t.conversation_id = c.conversation_id AND t.account_sid = c.account_sid
          UNION SELECT s.session_name FROM insights.tasks t JOIN insights.task_links l ON l.task_sid = t.task_sid AND l.link LIKE '%/call:%'
          JOIN insights.sessions s ON s.account_sid = split_part(l.link, '/call:', 1) AND s.call_sid = split_part(l.link, '/call:', 2)
          WHERE t.conversation_id = c.conversation_id AND t.account_sid = c.account_sid ORDER BY 1) AS SessionNames
        """;

    private const string SegmentColumns =
        """
        account_sid AS AccountSid, segment_id AS Id, conversation_id AS ConversationId, start_time AS StartTime, document AS Document,
        revision AS Revision, test AS Test, update_time AS UpdateTime,
        coalesce((SELECT o.load_number FROM insights.loaded_segments o WHERE o.segment_id = shown.segment_id), 0) AS LoadNumber
        """;

    /// <summary>Finds a conversation; several if accounts share its id and none is named.</summary>
    /// <param name="conversationId">Its id.</param>
    /// <param name="accountSid">Its account; null for any.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<Stored<Conversation>>> FindAsync(string conversationId, string? accountSid, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return Conversations(await connection.QueryAsync<Row>(new(
            $"""
            SELECT {ConversationColumns} FROM insights.conversations c
            WHERE conversation_id = @conversationId AND (@accountSid::text IS NULL OR account_sid = @accountSid) AND NOT withdrawn LIMIT 2
            """,
            new { conversationId, accountSid },
            cancellationToken: cancellationToken)));
    }

    /// <summary>Lists conversations, those that began last first.</summary>
    /// <param name="query">Which, and from where on.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<Stored<Conversation>>> ListAsync(ConversationQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return Conversations(await connection.QueryAsync<Row>(new(
            $"""
            SELECT {ConversationColumns} FROM insights.conversations c
            WHERE NOT withdrawn
              AND (@StartTime::timestamptz IS NULL OR start_time >= @StartTime)
              AND (@EndTime::timestamptz IS NULL OR start_time < @EndTime)
              AND (@AccountSid::text IS NULL OR account_sid = @AccountSid)
              AND (@Channel::text IS NULL OR channel = @Channel)
              AND (@Abandoned::text IS NULL OR abandoned = @Abandoned)
              AND (@CustomerId::text IS NULL OR customer_id = ANY(ARRAY(SELECT insights.customers_shown_as(insights.customer_shown(@CustomerId)))))
              AND ((@QueueSid::text IS NULL AND @AgentSid::text IS NULL) OR (
                (@QueueSid::text IS NULL OR EXISTS (SELECT FROM insights.segments s WHERE s.conversation_id = c.conversation_id
                  AND s.account_sid = c.account_sid AND s.queue_sid = @QueueSid AND NOT s.withdrawn))
                AND (@AgentSid::text IS NULL OR EXISTS (SELECT FROM insights.segments s WHERE s.conversation_id = c.conversation_id
                  AND s.account_sid = c.account_sid AND s.agent_sid = @AgentSid AND NOT s.withdrawn))))
              AND (@AfterTime::timestamptz IS NULL OR start_time < @AfterTime
                OR (start_time = @AfterTime AND (conversation_id, account_sid) > (@AfterId, @AfterAccount)))
            ORDER BY start_time DESC, conversation_id, account_sid LIMIT @Limit
            """,
            query,
            cancellationToken: cancellationToken)));
    }

    /// <summary>Finds a segment; null if there is none.</summary>
    /// <param name="segmentId">Its id.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<Stored<Segment>?> FindSegmentAsync(string segmentId, CancellationToken cancellationToken) =>
        (await FindSegmentsAsync([segmentId], cancellationToken)).SingleOrDefault();

    /// <summary>Finds segments.</summary>
    /// <param name="segmentIds">Their ids.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Those that there are, in no order.</returns>
    public async Task<List<Stored<Segment>>> FindSegmentsAsync(string[] segmentIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await SegmentsAsync(connection, await connection.QueryAsync<Row>(new(
            $"SELECT {SegmentColumns} FROM insights.segments shown WHERE segment_id = ANY(@segmentIds) AND NOT withdrawn",
            new { segmentIds },
            cancellationToken: cancellationToken)));
    }

    /// <summary>Lists segments in the order of their start.</summary>
    /// <param name="query">Which, and from where on.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<Stored<Segment>>> ListSegmentsAsync(SegmentQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await SegmentsAsync(connection, await connection.QueryAsync<Row>(new(
            $"""
            SELECT {SegmentColumns} FROM insights.segments shown
            WHERE NOT withdrawn AND kind = ANY(@Kinds)
              AND (@StartTime::timestamptz IS NULL OR start_time >= @StartTime)
              AND (@EndTime::timestamptz IS NULL OR start_time < @EndTime)
              AND (@AccountSid::text IS NULL OR account_sid = @AccountSid)
              AND (@ConversationId::text IS NULL OR conversation_id = @ConversationId)
              AND (@TaskSid::text IS NULL OR task_sid = @TaskSid)
              AND (@QueueSid::text IS NULL OR queue_sid = @QueueSid)
              AND (@AgentSid::text IS NULL OR agent_sid = @AgentSid)
              AND (@AfterTime::timestamptz IS NULL OR (start_time, segment_id) > (@AfterTime, @AfterId))
            ORDER BY start_time, segment_id LIMIT @Limit
            """,
            query,
            cancellationToken: cancellationToken)));
    }

    /// <summary>Lists the segments of a data set in the order of their start; those of agents' days are not among them.</summary>
    /// <param name="query">Which.</param>
    /// <param name="afterTime">Where the page before ended; null for the first.</param>
    /// <param name="afterId">The last segment of the page before.</param>
    /// <param name="limit">Most segments.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    internal async Task<List<Stored<Segment>>> ListSegmentsAsync(DataSetQuery query, DateTimeOffset? afterTime, string? afterId, int limit, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters(new { afterTime, afterId, limit });
        await using var connection = await database.OpenAsync(cancellationToken);
        return await SegmentsAsync(connection, await connection.QueryAsync<Row>(new(
            query.Resolve(
                $"""
                SELECT {SegmentColumns} FROM insights.~segments shown
                WHERE segment_id IN (SELECT s.segment_id FROM {query.Set.From} WHERE {query.Where(parameters, accounts.TestAccounts)})
                  AND (@afterTime::timestamptz IS NULL OR (start_time, segment_id) > (@afterTime, @afterId))
                ORDER BY start_time, segment_id LIMIT @limit
                """),
            parameters,
            cancellationToken: cancellationToken)));
    }

    private static List<Stored<Conversation>> Conversations(IEnumerable<Row> rows) =>
        [.. rows.Select(row => row.With(JsonSerializer.Deserialize(row.Document, StateJson.Default.Conversation)!))];

    private async Task<List<Stored<Segment>>> SegmentsAsync(NpgsqlConnection connection, IEnumerable<Row> rows)
    {
        var segments = rows.Select(row => row.With(JsonSerializer.Deserialize(row.Document, StateJson.Default.Segment)!)).ToList();
        return options.CurrentValue.Naming.KeepHistoricNames ? segments : await GroupNameStore.ApplyAsync(connection, segments);
    }

    private sealed class Row
    {
        public string AccountSid { get; init; } = "";
        public string Id { get; init; } = "";
        public string? ConversationId { get; init; }
        public DateTime StartTime { get; init; }
        public string Document { get; init; } = "";
        public long Revision { get; init; }
        public bool Test { get; init; }
        public DateTime UpdateTime { get; init; }
        public string? CustomerId { get; init; }
        public long LoadNumber { get; init; }
        public string[] SessionNames { get; init; } = [];

        public Stored<T> With<T>(T value) => new(value, AccountSid, ConversationId ?? Id, Revision, Test, new(UpdateTime), CustomerId, LoadNumber) { SessionNames = SessionNames };
    }
}

/// <summary>A conversation or segment with what the store knows about it.</summary>
/// <typeparam name="T">Which of them.</typeparam>
/// <param name="Value">The conversation or segment.</param>
/// <param name="AccountSid">Its account.</param>
/// <param name="ConversationId">Its conversation.</param>
/// <param name="Revision">How often it has changed, from 1.</param>
/// <param name="Test">Whether its account is a test environment.</param>
/// <param name="UpdateTime">When it was changed last.</param>
/// <param name="CustomerId">Of a conversation: the customer that it is shown at, after merges.</param>
/// <param name="LoadNumber">Of a segment: the load that took it into the data sets last; 0 if none has.</param>
public sealed record Stored<T>(
    T Value, string AccountSid, string ConversationId, long Revision, bool Test, DateTimeOffset UpdateTime, string? CustomerId = null, long LoadNumber = 0)
{
    /// <summary>Of a conversation: the names of its sessions, in ordinal order.</summary>
    public IReadOnlyList<string> SessionNames { get; init; } = [];
}

/// <summary>Which conversations to list; what is null does not narrow.</summary>
public sealed record ConversationQuery(
    DateTimeOffset? StartTime, DateTimeOffset? EndTime, string? AccountSid, string? QueueSid, string? AgentSid, string? Channel, string? Abandoned,
    string? CustomerId, DateTimeOffset? AfterTime, string? AfterId, string? AfterAccount, int Limit);

/// <summary>Which segments to list; what is null does not narrow.</summary>
public sealed record SegmentQuery(
    DateTimeOffset? StartTime, DateTimeOffset? EndTime, string? AccountSid, string? ConversationId, string? TaskSid, string? QueueSid, string? AgentSid,
    short[] Kinds, DateTimeOffset? AfterTime, string? AfterId, int Limit);

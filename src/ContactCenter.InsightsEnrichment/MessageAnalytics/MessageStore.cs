using ContactCenter.Durable;
using Dapper;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>Reads messages, agents and waiting receipts.</summary>
/// <param name="database">The service's database.</param>
public sealed class MessageStore(DurableDatabase database)
{
    private const string Columns =
        """
        agent_id AS AgentId, message_id AS MessageId, send_time AS SendTime, phone AS Phone, accepted AS Accepted, format AS Format, traffic_type AS TrafficType,
        responder AS Responder, campaign AS Campaign, template AS Template, conversation_id AS ConversationId, suggestions AS Suggestions,
        delivered_time AS DeliveredTime, read_time AS ReadTime, expired_time AS ExpiredTime
        """;

    // As MessageRow.Status tells it.
    private const string Status = "CASE WHEN read_time IS NOT NULL THEN 'READ' WHEN delivered_time IS NOT NULL THEN 'DELIVERED' WHEN expired_time IS NOT NULL THEN 'EXPIRED' ELSE 'SENT' END";

    /// <summary>A message; null if none is recorded.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="messageId">The message.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<MessageRow?> FindAsync(string agentId, string messageId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<MessageRow>(new(
            $"SELECT {Columns} FROM insights.rbm_messages WHERE agent_id = @agentId AND message_id = @messageId AND recorded", new { agentId, messageId }, cancellationToken: cancellationToken));
    }

    /// <summary>Messages in the order of their sends.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<MessageRow>> ListAsync(MessageQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<MessageRow>(new(
            $"""
            SELECT {Columns} FROM insights.rbm_messages
            WHERE recorded AND send_day BETWEEN @StartDay AND @EndDay AND (@AgentId::text IS NULL OR agent_id = @AgentId)
              AND (@Campaign::text IS NULL OR campaign = @Campaign) AND (@Phone::text IS NULL OR phone = @Phone)
              AND (@Status::text IS NULL OR {Status} = @Status)
              AND (@AfterTime::timestamptz IS NULL OR (send_time, agent_id, message_id) > (@AfterTime, @AfterAgent, @AfterMessage))
            ORDER BY send_time, agent_id, message_id LIMIT @Limit
            """,
            query,
            cancellationToken: cancellationToken))];
    }

    /// <summary>Receipts whose send is not recorded, or was so too late; the oldest first.</summary>
    /// <param name="agentId">Only of this agent; null for all.</param>
    /// <param name="afterTime">Where the page before ended; null for the first.</param>
    /// <param name="afterAgent">Likewise.</param>
    /// <param name="afterMessage">Likewise.</param>
    /// <param name="limit">Most messages.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<WaitingRow>> ListWaitingAsync(string? agentId, DateTimeOffset? afterTime, string? afterAgent, string? afterMessage, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<WaitingRow>(new(
            """
            SELECT agent_id AS AgentId, message_id AS MessageId, waiting_since AS WaitingSince, CASE WHEN recorded THEN given_up_kinds ELSE kinds END AS Kinds, recorded AS GivenUp
            FROM insights.rbm_messages
            WHERE waiting_since IS NOT NULL AND (@agentId::text IS NULL OR agent_id = @agentId)
              AND (@afterTime::timestamptz IS NULL OR (waiting_since, agent_id, message_id) > (@afterTime, @afterAgent, @afterMessage))
            ORDER BY waiting_since, agent_id, message_id LIMIT @limit
            """,
            new { agentId, afterTime, afterAgent, afterMessage, limit },
            cancellationToken: cancellationToken))];
    }

    /// <summary>The agents of which anything has come, by id.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<string>> ListAgentsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<string>(new("SELECT agent_id FROM insights.rbm_agents ORDER BY agent_id", cancellationToken: cancellationToken))];
    }
}

/// <summary>Which messages to list.</summary>
/// <param name="StartDay">First day of the send.</param>
/// <param name="EndDay">Last day of the send.</param>
/// <param name="AgentId">Only of this agent; null for all.</param>
/// <param name="Campaign">Only of this campaign; null for all.</param>
/// <param name="Phone">Only to this number as stored; null for all.</param>
/// <param name="Status">Only with this status; null for all.</param>
/// <param name="AfterTime">Where the page before ended; null for the first.</param>
/// <param name="AfterAgent">Likewise.</param>
/// <param name="AfterMessage">Likewise.</param>
/// <param name="Limit">Most rows.</param>
public sealed record MessageQuery(
    DateOnly StartDay, DateOnly EndDay, string? AgentId, string? Campaign, string? Phone, string? Status, DateTimeOffset? AfterTime, string? AfterAgent, string? AfterMessage, int Limit);

/// <summary>A recorded message with its receipts.</summary>
public sealed record MessageRow
{
    /// <inheritdoc cref="SentMessage.AgentId" />
    public required string AgentId { get; init; }

    /// <inheritdoc cref="SentMessage.MessageId" />
    public required string MessageId { get; init; }

    /// <summary>When it was sent.</summary>
    public required DateTimeOffset SendTime { get; init; }

    /// <summary>The recipient as stored.</summary>
    public required string Phone { get; init; }

    /// <inheritdoc cref="SentMessage.Accepted" />
    public required bool Accepted { get; init; }

    /// <inheritdoc cref="SentMessage.Format" />
    public required string Format { get; init; }

    /// <inheritdoc cref="SentMessage.TrafficType" />
    public required string TrafficType { get; init; }

    /// <inheritdoc cref="SentMessage.Responder" />
    public required string Responder { get; init; }

    /// <inheritdoc cref="SentMessage.Campaign" />
    public required string Campaign { get; init; }

    /// <inheritdoc cref="SentMessage.Template" />
    public required string Template { get; init; }

    /// <inheritdoc cref="SentMessage.ConversationId" />
    public required string ConversationId { get; init; }

    /// <summary>What was offered, as JSON; null for nothing.</summary>
    public string? Suggestions { get; init; }

    /// <summary>Earliest delivery receipt.</summary>
    public DateTimeOffset? DeliveredTime { get; init; }

    /// <summary>Earliest read receipt.</summary>
    public DateTimeOffset? ReadTime { get; init; }

    /// <summary>Earliest report that it was revoked; it means nothing beside another receipt (MSG-23).</summary>
    public DateTimeOffset? ExpiredTime { get; init; }
}

/// <summary>Receipts without send.</summary>
public sealed record WaitingRow
{
    /// <summary>The agent.</summary>
    public required string AgentId { get; init; }

    /// <summary>The message.</summary>
    public required string MessageId { get; init; }

    /// <summary>When the first came.</summary>
    public required DateTimeOffset WaitingSince { get; init; }

    /// <summary>Their kinds, a sum as in <c>rbm_messages.kinds</c>.</summary>
    public required short Kinds { get; init; }

    /// <summary>Whether the send was recorded after they had waited too long.</summary>
    public required bool GivenUp { get; init; }
}

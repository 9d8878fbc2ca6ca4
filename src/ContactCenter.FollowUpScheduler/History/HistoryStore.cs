using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.FollowUpScheduler.History;

/// <summary>Which events of the history are asked for; empty texts mean all.</summary>
/// <param name="Type">Kind.</param>
/// <param name="FollowUpId">Follow-up.</param>
/// <param name="ChannelId">Channel.</param>
/// <param name="UserId">User.</param>
/// <param name="ConversationId">Conversation.</param>
/// <param name="Start">From this time on.</param>
/// <param name="End">Before this time.</param>
public sealed record HistoryFilter(string Type, string FollowUpId, string ChannelId, string UserId, string ConversationId, DateTimeOffset Start, DateTimeOffset End);

/// <summary>All SQL of the conversation history.</summary>
/// <param name="database">The service's database.</param>
public sealed class HistoryStore(DurableDatabase database)
{
    /// <summary>Adds events; that a notification was sent is told once (FUP-100).</summary>
    /// <param name="connection">In the transaction of what happened.</param>
    /// <param name="entries">The events.</param>
    public static Task AddAsync(NpgsqlConnection connection, IReadOnlyCollection<HistoryEvent> entries) => connection.ExecuteAsync(
        """
        INSERT INTO followups.conversation_events (event_id, conversation_id, type, event_time, follow_up_id, record_id, reconciliation_id, episode, attempt, notification_id, user_id,
          channel_id, message_ids, detail)
        SELECT event_id, conversation_id, type, event_time, follow_up_id, record_id, reconciliation_id, episode, attempt, notification_id, user_id,
          channel_id, string_to_array(message_ids, E'\n'), detail
        FROM unnest(@events, @conversations, @types, @times, @followUps, @records, @reconciliationIds, @episodes, @attempts, @notifications, @users, @channels, @messages, @details)
          e(event_id, conversation_id, type, event_time, follow_up_id, record_id, reconciliation_id, episode, attempt, notification_id, user_id, channel_id, message_ids, detail)
        ON CONFLICT DO NOTHING
        """,
        new
        {
            events = entries.Select(entry => entry.EventId).ToArray(),
            conversations = entries.Select(entry => entry.ConversationId).ToArray(),
            types = entries.Select(entry => entry.Type).ToArray(),
            times = entries.Select(entry => entry.EventTime).ToArray(),
            followUps = entries.Select(entry => entry.FollowUpId).ToArray(),
            records = entries.Select(entry => entry.RecordId).ToArray(),
            reconciliationIds = entries.Select(entry => entry.ReconciliationId).ToArray(),
            episodes = entries.Select(entry => entry.Episode).ToArray(),
            attempts = entries.Select(entry => entry.Attempt).ToArray(),
            notifications = entries.Select(entry => entry.NotificationId).ToArray(),
            users = entries.Select(entry => entry.UserId).ToArray(),
            channels = entries.Select(entry => entry.ChannelId).ToArray(),
            // unnest flattens arrays of arrays; ids have no line breaks.
            messages = entries.Select(entry => string.Join('\n', entry.MessageIds)).ToArray(),
            details = entries.Select(entry => entry.Detail).ToArray(),
        });

    /// <summary>Lists events, newest first.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="beforeTime">Begin before this time …</param>
    /// <param name="beforeId">… and id; null for the first page.</param>
    /// <param name="limit">Most events.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<HistoryEvent>> ListAsync(HistoryFilter filter, DateTimeOffset? beforeTime, Guid? beforeId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<HistoryEvent>(new(
            """
            SELECT event_id AS EventId, conversation_id AS ConversationId, type AS Type, event_time AS EventTime, follow_up_id AS FollowUpId, record_id AS RecordId,
              reconciliation_id AS ReconciliationId, episode AS Episode, attempt AS Attempt, notification_id AS NotificationId, user_id AS UserId, channel_id AS ChannelId,
              message_ids AS MessageIds, detail AS Detail
            FROM followups.conversation_events
            WHERE event_time >= @Start AND event_time < @End AND (@Type = '' OR type = @Type) AND (@FollowUpId = '' OR follow_up_id = @FollowUpId)
              AND (@ChannelId = '' OR channel_id = @ChannelId) AND (@UserId = '' OR user_id = @UserId) AND (@ConversationId = '' OR conversation_id = @ConversationId)
              AND (@beforeTime::timestamptz IS NULL OR (event_time, event_id) < (@beforeTime, @beforeId))
            ORDER BY event_time DESC, event_id DESC LIMIT @limit
            """,
            new { filter.Type, filter.FollowUpId, filter.ChannelId, filter.UserId, filter.ConversationId, filter.Start, filter.End, beforeTime, beforeId, limit },
            cancellationToken: cancellationToken))];
    }
}

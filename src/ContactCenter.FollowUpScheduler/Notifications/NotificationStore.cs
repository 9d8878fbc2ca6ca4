using ContactCenter.Durable;
using ContactCenter.FollowUpScheduler.Definitions;
using Dapper;
using Npgsql;

namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>All SQL of notifications but that of planning them.</summary>
/// <param name="database">The service's database.</param>
public sealed class NotificationStore(DurableDatabase database)
{
    private const string Select =
        """
        SELECT n.notification_id AS NotificationId, n.follow_up_id AS FollowUpId, n.record_id AS RecordId, r.reconciliation_id AS ReconciliationId, n.episode AS Episode,
          n.attempt AS Attempt, n.user_id AS UserId, n.state AS State, n.reason AS Reason, n.channel_id AS ChannelId, n.due_time AS DueTime,
          n.effective_due_time AS EffectiveDueTime, n.sent_time AS SentTime, n.message_ids AS MessageIds, r.data::text AS Data, r.episode AS RecordEpisode, r.state AS RecordState,
          NOT p.removed AND (p.group_ids = '{}' OR EXISTS (SELECT FROM followups.group_members m WHERE m.user_id = n.user_id AND m.group_id = ANY (p.group_ids))) AS IsRecipient
        FROM followups.notifications n JOIN followups.records r USING (record_id) LEFT JOIN followups.record_recipients p ON p.record_id = n.record_id AND p.user_id = n.user_id
        """;

    /// <summary>Finds a notification.</summary>
    /// <param name="notificationId">The notification.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<StoredNotification?> FindAsync(Guid notificationId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<StoredNotification>(new($"{Select} WHERE n.notification_id = @notificationId", new { notificationId }, cancellationToken: cancellationToken));
    }

    /// <summary>Finds the notification that a message belongs to.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="messageId">Id of the message in its channel.</param>
    /// <returns>Null if there is none.</returns>
    public static Task<StoredNotification?> FindByMessageAsync(NpgsqlConnection connection, string messageId) =>
        connection.QueryFirstOrDefaultAsync<StoredNotification>($"{Select} WHERE n.message_ids @> ARRAY[@messageId]", new { messageId });

    /// <summary>Lists notifications in the order in which they were planned.</summary>
    /// <param name="followUpId">Of this follow-up.</param>
    /// <param name="recordId">Only of this record; null for all.</param>
    /// <param name="state">Only in this state; empty for all.</param>
    /// <param name="after">Begin after this one; null for the first page.</param>
    /// <param name="limit">Most notifications.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<StoredNotification>> ListAsync(string followUpId, Guid? recordId, string state, Guid? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<StoredNotification>(new(
            $"""
            {Select} WHERE n.follow_up_id = @followUpId AND (@recordId::uuid IS NULL OR n.record_id = @recordId) AND (@state = '' OR n.state = @state)
              AND (@after::uuid IS NULL OR n.notification_id > @after)
            ORDER BY n.notification_id LIMIT @limit
            """,
            new { followUpId, recordId, state, after, limit },
            cancellationToken: cancellationToken))];
    }

    /// <summary>Holds a notification back, unless the plan of its follow-up is no longer the one that was decided by.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="notification">The notification.</param>
    /// <param name="followUp">As it was decided by.</param>
    /// <param name="decision">Why, and until when.</param>
    /// <returns>False if it has to be decided anew.</returns>
    public static async Task<bool> HoldAsync(NpgsqlConnection connection, StoredNotification notification, StoredFollowUp followUp, SendDecision decision) => await connection.ExecuteAsync(
        """
        WITH plan AS (SELECT next_poll_time, running_poll, last_success_time, revision FROM followups.follow_ups WHERE follow_up_id = @FollowUpId FOR SHARE)
        UPDATE followups.notifications n SET state = 'DEFERRED', reason = @HoldReason, effective_due_time = @EffectiveDueTime FROM plan
        WHERE n.notification_id = @NotificationId AND n.state IN ('PENDING', 'DEFERRED') AND plan.revision = @Revision
          AND (plan.next_poll_time, plan.running_poll, plan.last_success_time) IS NOT DISTINCT FROM (@NextPollTime::timestamptz, @RunningPoll::uuid, @LastSuccessTime::timestamptz)
        """,
        new
        {
            notification.FollowUpId,
            notification.NotificationId,
            decision.HoldReason,
            decision.EffectiveDueTime,
            followUp.Revision,
            followUp.NextPollTime,
            followUp.RunningPoll,
            followUp.LastSuccessTime,
        }) == 1;

    /// <summary>Holds a notification back until its recipient can be told, who is left out of rounds meanwhile (FUP-49).</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="notification">The notification.</param>
    /// <param name="reason">Why he cannot.</param>
    public static Task BlockAsync(NpgsqlConnection connection, StoredNotification notification, string reason) => connection.ExecuteAsync(
        """
        UPDATE followups.notifications SET state = 'DEFERRED', reason = @reason WHERE notification_id = @NotificationId AND state IN ('PENDING', 'DEFERRED');
        UPDATE followups.record_recipients SET blocked_reason = @reason WHERE record_id = @RecordId AND user_id = @UserId
        """,
        new { notification.NotificationId, notification.RecordId, notification.UserId, reason });

    /// <summary>The last moment before a message leaves: whether record, episode, recipient, follow-up and claim still allow it is decided in one statement (FUP-70).</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="notification">The notification.</param>
    /// <param name="channelId">The channel that is tried first.</param>
    /// <param name="effectiveDueTime">When it was due.</param>
    /// <param name="fence">Number of the claim.</param>
    /// <returns>Whether it is SENDING now.</returns>
    public static async Task<bool> BeginAsync(NpgsqlConnection connection, StoredNotification notification, string channelId, DateTimeOffset effectiveDueTime, long fence) => await connection.ExecuteAsync(
        """
        UPDATE followups.notifications n SET state = 'SENDING', reason = '', channel_id = @channelId, effective_due_time = @effectiveDueTime, fence = @fence
        FROM followups.records r, followups.follow_ups f, followups.record_recipients p
        WHERE n.notification_id = @NotificationId AND n.state = @State AND n.fence <= @fence
          AND r.record_id = n.record_id AND r.episode = n.episode AND r.state = 'ACTIVE'
          AND f.follow_up_id = n.follow_up_id AND f.active AND NOT f.deleted
          AND p.record_id = n.record_id AND p.user_id = n.user_id AND NOT p.removed
        """,
        new { notification.NotificationId, notification.State, channelId, effectiveDueTime, fence }) == 1;

    /// <summary>As <see cref="BeginAsync"/> for one that has failed and is replayed: only while its record is ACTIVE and no later attempt went out (FUP-66).</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="notification">The notification.</param>
    /// <param name="channelId">The channel that is tried first.</param>
    /// <param name="fence">Number of the claim.</param>
    /// <returns>False if it is superseded, which is noted.</returns>
    public static async Task<bool> BeginAgainAsync(NpgsqlConnection connection, StoredNotification notification, string channelId, long fence)
    {
        var isSuperseded = await connection.ExecuteScalarAsync<bool>(
            """
            SELECT EXISTS (SELECT FROM followups.notifications WHERE (record_id, episode, user_id) = (@RecordId, @Episode, @UserId) AND attempt > @Attempt
              AND state NOT IN ('PENDING', 'DEFERRED', 'CANCELED'))
            """,
            new { notification.RecordId, notification.Episode, notification.UserId, notification.Attempt });
        if (!isSuperseded && await BeginAsync(connection, notification, channelId, notification.EffectiveDueTime, fence))
            return true;
        await connection.ExecuteAsync("UPDATE followups.notifications SET reason = 'SUPERSEDED' WHERE notification_id = @NotificationId", new { notification.NotificationId });
        return false;
    }

    /// <summary>Moves a notification to another state.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="notificationId">The notification.</param>
    /// <param name="from">States it may be in.</param>
    /// <param name="to">The new state.</param>
    /// <param name="reason">Why; empty for none.</param>
    /// <returns>False if it was in another state.</returns>
    public static async Task<bool> MoveAsync(NpgsqlConnection connection, Guid notificationId, string[] from, string to, string reason) => await connection.ExecuteAsync(
        "UPDATE followups.notifications SET state = @to, reason = @reason WHERE notification_id = @notificationId AND state = ANY (@from)",
        new { notificationId, from, to, reason }) == 1;

    /// <summary>Notes ids of messages before they leave, so that receipts find them however early they come.</summary>
    /// <param name="connection">In a transaction or not.</param>
    /// <param name="notificationId">The notification.</param>
    /// <param name="channelId">The channel.</param>
    /// <param name="messageIds">The ids, in order.</param>
    public static Task NoteMessagesAsync(NpgsqlConnection connection, Guid notificationId, string channelId, string[] messageIds) => connection.ExecuteAsync(
        "UPDATE followups.notifications SET channel_id = @channelId, message_ids = @messageIds WHERE notification_id = @notificationId", new { notificationId, channelId, messageIds });

    /// <summary>Stores that a channel has taken a notification.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="notificationId">The notification.</param>
    /// <param name="fence">Number of the claim.</param>
    /// <param name="sentTime">When.</param>
    /// <returns>False if another claim has the say.</returns>
    public static async Task<bool> SentAsync(NpgsqlConnection connection, Guid notificationId, long fence, DateTimeOffset sentTime) => await connection.ExecuteAsync(
        """
        UPDATE followups.notifications SET state = CASE WHEN state = 'SENDING' THEN 'SENT' ELSE state END, sent_time = @sentTime
        WHERE notification_id = @notificationId AND fence = @fence AND state IN ('SENDING', 'DELIVERED', 'READ')
        """,
        new { notificationId, fence, sentTime }) == 1;
}

using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.FollowUpScheduler.Channels;
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
          n.effective_due_time AS EffectiveDueTime, n.sent_time AS SentTime, n.message_ids AS MessageIds, n.accepted_ids AS AcceptedIds,
          ARRAY(SELECT coalesce(n.provider_ids ->> a.id, '') FROM unnest(n.accepted_ids) WITH ORDINALITY a(id, position) ORDER BY a.position) AS ProviderIds, r.data::text AS Data, r.episode AS RecordEpisode, r.state AS RecordState,
          NOT p.removed AND (p.group_ids = '{}' OR EXISTS (SELECT FROM followups.group_members m WHERE m.user_id = n.user_id AND m.group_id = ANY (p.group_ids))) AS IsRecipient,
          coalesce(p.blocked_reason, '') AS BlockedReason
        FROM followups.notifications n JOIN followups.records r USING (record_id) LEFT JOIN followups.record_recipients p ON p.record_id = n.record_id AND p.user_id = n.user_id
        """;

    /// <summary>Finds a notification.</summary>
    /// <param name="notificationId">The notification.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<StoredNotification?> FindAsync(Guid notificationId, CancellationToken cancellationToken) =>
        (await FindAsync([notificationId], cancellationToken)).GetValueOrDefault(notificationId);

    /// <summary>Finds notifications.</summary>
    /// <param name="ids">The notifications.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Those that exist, by id.</returns>
    public async Task<IReadOnlyDictionary<Guid, StoredNotification>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await FindAsync(connection, ids, cancellationToken);
    }

    /// <summary>Finds notifications.</summary>
    /// <param name="connection">In a transaction or not.</param>
    /// <param name="ids">The notifications.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Those that exist, by id.</returns>
    public static async Task<IReadOnlyDictionary<Guid, StoredNotification>> FindAsync(NpgsqlConnection connection, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<StoredNotification>(new($"{Select} WHERE n.notification_id = ANY (@ids)", new { ids = ids.Distinct().ToArray() }, cancellationToken: cancellationToken)))
            .ToDictionary(notification => notification.NotificationId);

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

    /// <summary>The last moment before messages leave: whether record, episode, recipient, follow-up and claim still allow it is decided in one statement (FUP-70).</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="leaving">The notifications.</param>
    /// <returns>Those that are SENDING now.</returns>
    public static async Task<IReadOnlySet<Guid>> BeginAsync(NpgsqlConnection connection, IReadOnlyCollection<LeavingNotification> leaving) => (await connection.QueryAsync<Guid>(
        """
        WITH locked AS (
          SELECT n.notification_id, b.channel_id, b.due, b.fence
          FROM unnest(@ids, @states, @channels, @dues, @fences) b(id, state, channel_id, due, fence)
          JOIN followups.notifications n ON n.notification_id = b.id AND n.state = b.state AND n.fence <= b.fence
          ORDER BY n.notification_id FOR UPDATE OF n)
        UPDATE followups.notifications n SET state = 'SENDING', reason = '', channel_id = l.channel_id, effective_due_time = l.due, fence = l.fence
        FROM locked l, followups.records r, followups.follow_ups f, followups.record_recipients p
        WHERE n.notification_id = l.notification_id
          AND r.record_id = n.record_id AND r.episode = n.episode AND r.state = 'ACTIVE'
          AND f.follow_up_id = n.follow_up_id AND f.active AND NOT f.deleted
          AND p.record_id = n.record_id AND p.user_id = n.user_id AND NOT p.removed
        RETURNING n.notification_id
        """,
        new
        {
            ids = leaving.Select(item => item.Notification.NotificationId).ToArray(),
            states = leaving.Select(item => item.Notification.State).ToArray(),
            channels = leaving.Select(item => item.ChannelId).ToArray(),
            dues = leaving.Select(item => item.EffectiveDueTime.UtcDateTime).ToArray(),
            fences = leaving.Select(item => item.Fence).ToArray(),
        })).ToHashSet();

    /// <summary>As <c>BeginAsync</c> for one that has failed and is replayed: only while its record is ACTIVE and no later attempt went out (FUP-66).</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="leaving">The notification.</param>
    /// <returns>False if it is superseded, which is noted.</returns>
    public static async Task<bool> BeginAgainAsync(NpgsqlConnection connection, LeavingNotification leaving)
    {
        var notification = leaving.Notification;
        var isSuperseded = await connection.ExecuteScalarAsync<bool>(
            """
            SELECT EXISTS (SELECT FROM followups.notifications WHERE (record_id, episode, user_id) = (@RecordId, @Episode, @UserId) AND attempt > @Attempt
              AND state NOT IN ('PENDING', 'DEFERRED', 'CANCELED'))
            """,
            new { notification.RecordId, notification.Episode, notification.UserId, notification.Attempt });
        if (!isSuperseded && (await BeginAsync(connection, [leaving])).Count == 1)
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
    /// <param name="messages">The messages.</param>
    public static Task NoteMessagesAsync(NpgsqlConnection connection, IReadOnlyCollection<NotedMessages> messages) => connection.ExecuteAsync(
        """
        UPDATE followups.notifications n SET channel_id = m.channel_id, message_ids = string_to_array(m.ids, E'\n')
        FROM unnest(@notifications, @channels, @ids) m(id, channel_id, ids) WHERE n.notification_id = m.id
        """,
        new
        {
            notifications = messages.Select(message => message.NotificationId).ToArray(),
            channels = messages.Select(message => message.ChannelId).ToArray(),
            // unnest flattens arrays of arrays; ids have no line breaks.
            ids = messages.Select(message => string.Join('\n', message.MessageIds)).ToArray(),
        });

    /// <summary>Notes which messages the channel has taken of a notification that it has not taken whole (FUP-100).</summary>
    /// <param name="connection">In a transaction or not.</param>
    /// <param name="notificationId">The notification.</param>
    /// <param name="accepted">The messages; those that were noted before stay.</param>
    public static Task NoteAcceptedAsync(NpgsqlConnection connection, Guid notificationId, IReadOnlyList<AcceptedMessage> accepted) => connection.ExecuteAsync(
        """
        UPDATE followups.notifications SET accepted_ids =
          ARRAY(SELECT id FROM unnest(message_ids) WITH ORDINALITY m(id, position) WHERE id = ANY (accepted_ids || @messageIds) ORDER BY position),
          provider_ids = provider_ids || @providers::jsonb
        WHERE notification_id = @notificationId
        """,
        new { notificationId, messageIds = accepted.Select(message => message.MessageId).ToArray(), providers = ProvidersOf(accepted) });

    /// <summary>Stores that channels have taken notifications.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="sent">The notifications.</param>
    /// <param name="sentTime">When.</param>
    /// <returns>Those over which no other claim has the say.</returns>
    public static async Task<IReadOnlySet<Guid>> SentAsync(NpgsqlConnection connection, IReadOnlyCollection<SentNotification> sent, DateTimeOffset sentTime) =>
        (await connection.QueryAsync<Guid>(
            """
            WITH locked AS (
              SELECT n.notification_id, s.providers FROM unnest(@ids, @fences, @providers) s(id, fence, providers) JOIN followups.notifications n ON n.notification_id = s.id AND n.fence = s.fence
              ORDER BY n.notification_id FOR UPDATE OF n)
            UPDATE followups.notifications n SET state = CASE WHEN state = 'SENDING' THEN 'SENT' ELSE state END, sent_time = @sentTime, accepted_ids = message_ids,
              provider_ids = n.provider_ids || l.providers::jsonb
            FROM locked l WHERE n.notification_id = l.notification_id AND n.state IN ('SENDING', 'DELIVERED', 'READ')
            RETURNING n.notification_id
            """,
            new
            {
                ids = sent.Select(item => item.NotificationId).ToArray(),
                fences = sent.Select(item => item.Fence).ToArray(),
                providers = sent.Select(item => ProvidersOf(item.Accepted)).ToArray(),
                sentTime,
            })).ToHashSet();

    /// <summary>Which of some records that have ended have messages that are under way to their recipients (FUP-59).</summary>
    /// <param name="connection">In the transaction that ends them.</param>
    /// <param name="ended">The records, each with the episode that has ended.</param>
    public static Task<IEnumerable<(Guid RecordId, int Episode)>> WithUnarrivedAsync(NpgsqlConnection connection, IReadOnlyCollection<(Guid RecordId, int Episode)> ended) =>
        connection.QueryAsync<(Guid, int)>(
            """
            SELECT DISTINCT n.record_id, n.episode FROM unnest(@records, @episodes) e(record_id, episode) JOIN followups.notifications n USING (record_id, episode)
            WHERE n.state IN ('SENDING', 'SENT')
            """,
            new { records = ended.Select(record => record.RecordId).ToArray(), episodes = ended.Select(record => record.Episode).ToArray() });

    /// <summary>Finds the notifications of an episode that are under way to their recipients; not that by which one has answered.</summary>
    /// <param name="recordId">The record.</param>
    /// <param name="episode">Its episode.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<StoredNotification>> FindUnarrivedAsync(Guid recordId, int episode, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<StoredNotification>(new(
            $"""
            {Select} WHERE (n.record_id, n.episode) = (@recordId, @episode) AND n.state IN ('SENDING', 'SENT') AND n.notification_id IS DISTINCT FROM r.answer_notification
            ORDER BY n.notification_id
            """,
            new { recordId, episode },
            cancellationToken: cancellationToken))];
    }

    private static string ProvidersOf(IEnumerable<AcceptedMessage> accepted) =>
        JsonSerializer.Serialize(accepted.Where(message => message.ProviderId.Length > 0).ToDictionary(message => message.MessageId, message => message.ProviderId));
}

/// <summary>A notification that its channel has taken.</summary>
/// <param name="NotificationId">The notification.</param>
/// <param name="Fence">Number of the claim that sent it.</param>
/// <param name="Accepted">Its messages.</param>
public sealed record SentNotification(Guid NotificationId, long Fence, IReadOnlyList<AcceptedMessage> Accepted);

/// <summary>Messages of a notification that are about to leave.</summary>
/// <param name="NotificationId">The notification.</param>
/// <param name="ChannelId">The channel.</param>
/// <param name="MessageIds">Their ids, in order.</param>
public sealed record NotedMessages(Guid NotificationId, string ChannelId, IReadOnlyList<string> MessageIds);

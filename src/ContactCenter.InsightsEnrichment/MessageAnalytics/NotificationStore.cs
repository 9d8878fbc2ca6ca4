using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.Durable;
using ContactCenter.Egress.Secrets;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Warnings;
using Dapper;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>
/// Stores notifications and what follows from them in one transaction: each event once, the earliest receipt of each kind with
/// its message, and the events that tell of them.
/// </summary>
/// <param name="database">The service's database.</param>
/// <param name="agents">What may be kept and told.</param>
/// <param name="keys">Seals bodies.</param>
/// <param name="options">Windows.</param>
/// <param name="timeProvider">Now.</param>
public sealed class NotificationStore(DurableDatabase database, RbmAgents agents, SecretKeyRing keys, IOptions<RbmOptions> options, TimeProvider timeProvider)
{
    private const string Table = "rbm_notifications", Column = "body";

    // Rows are sorted by the key of what they lock, so that two transactions never wait for each other.
    private const string Take =
        """
        WITH given AS (
          SELECT * FROM unnest(@ids, @keys, @agentIds, @kinds, @times, @messageIds, @phones, @postbacks, @attributed, @bodies)
            AS g (notification_id, deduplication_key, agent_id, kind, event_time, message_id, phone, postback_data, attributed_message_id, body)
        ), fresh AS (
          INSERT INTO insights.rbm_notifications (notification_id, deduplication_key, agent_id, kind, event_time, received_time, message_id, phone, postback_data, attributed_message_id, body)
          SELECT notification_id, deduplication_key, agent_id, kind, event_time, @now, message_id, phone, postback_data, attributed_message_id, body FROM given ORDER BY deduplication_key
          ON CONFLICT (deduplication_key) DO NOTHING
          RETURNING notification_id, agent_id, kind, event_time, message_id
        ), seen AS (
          INSERT INTO insights.rbm_agents (agent_id, first_time) SELECT DISTINCT agent_id, @now FROM given ORDER BY agent_id ON CONFLICT DO NOTHING
        ), repeated AS (
          INSERT INTO insights.rbm_duplicates AS d (agent_id, day, duplicates)
          SELECT agent_id, (event_time AT TIME ZONE 'UTC')::date, count(*) FROM given WHERE notification_id NOT IN (SELECT notification_id FROM fresh) GROUP BY 1, 2 ORDER BY 1, 2
          ON CONFLICT (agent_id, day) DO UPDATE SET duplicates = d.duplicates + excluded.duplicates
        ), receipts AS (
          INSERT INTO insights.rbm_messages AS m (agent_id, message_id, recorded, delivered_time, read_time, expired_time, expire_failed_time, kinds, added_kinds, waiting_since)
          SELECT agent_id, message_id, false, min(event_time) FILTER (WHERE kind = 'DELIVERED'), min(event_time) FILTER (WHERE kind = 'READ'),
            min(event_time) FILTER (WHERE kind = 'EXPIRED'), min(event_time) FILTER (WHERE kind = 'EXPIRE_FAILED'), bit_or(bit), bit_or(bit), @now
          FROM (SELECT *, CASE kind WHEN 'DELIVERED' THEN 1 WHEN 'READ' THEN 2 WHEN 'EXPIRED' THEN 4 WHEN 'EXPIRE_FAILED' THEN 8 END::smallint AS bit FROM fresh) f
          WHERE bit IS NOT NULL GROUP BY agent_id, message_id ORDER BY agent_id, message_id
          ON CONFLICT (agent_id, message_id) DO UPDATE SET
            delivered_time = least(m.delivered_time, excluded.delivered_time), read_time = least(m.read_time, excluded.read_time),
            expired_time = least(m.expired_time, excluded.expired_time), expire_failed_time = least(m.expire_failed_time, excluded.expire_failed_time),
            kinds = m.kinds | excluded.kinds, added_kinds = excluded.kinds & ~m.kinds
          RETURNING *
        ), changed AS (
          INSERT INTO insights.rbm_changed_days AS c (send_day, event_time, change_id)
          SELECT send_day, max(greatest(delivered_time, read_time, expired_time, expire_failed_time)), gen_random_uuid()
          FROM receipts WHERE recorded AND send_day <= (@now AT TIME ZONE 'UTC')::date - @window GROUP BY send_day ORDER BY send_day
          ON CONFLICT (send_day) DO UPDATE SET event_time = greatest(c.event_time, excluded.event_time), change_id = excluded.change_id
        )
        SELECT notification_id AS NotificationId, NULL AS AgentId, NULL AS MessageId, NULL AS Recorded, NULL AS SendTime, NULL AS AddedKinds, NULL AS DeliveredTime, NULL AS ReadTime, NULL AS ExpiredTime, NULL AS ExpireFailedTime FROM fresh
        UNION ALL
        SELECT NULL, agent_id, message_id, recorded, send_time, added_kinds, delivered_time, read_time, expired_time, expire_failed_time FROM receipts
        """;

    /// <summary>The column of the bodies, which follows a change of the active key.</summary>
    public static SecretColumn Bodies { get; } = new("insights", new(Table, Column, ""), "notification_id::text");

    /// <summary>Stores notifications: all or none.</summary>
    /// <param name="notifications">Any number; repeated ones are counted and change nothing.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task AddAsync(IReadOnlyList<Notification> notifications, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await AddAsync(transaction, notifications);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Stores notifications in a transaction of the caller's.</summary>
    /// <param name="transaction">Commits them.</param>
    /// <param name="notifications">Any number.</param>
    public async Task AddAsync(DurableTransaction transaction, IReadOnlyList<Notification> notifications)
    {
        var now = timeProvider.GetUtcNow();
        var taps = await new TapAttribution(agents, options.Value.TapWindow).FindAsync(transaction.Connection, notifications);
        var rows = await transaction.Connection.QueryAsync<Row>(Take, new
        {
            ids = notifications.Select(n => n.NotificationId).ToArray(),
            keys = notifications.Select(n => n.DeduplicationKey).ToArray(),
            agentIds = notifications.Select(n => n.AgentId).ToArray(),
            kinds = notifications.Select(n => taps.KindOf(n)).ToArray(),
            times = notifications.Select(n => n.Time).ToArray(),
            messageIds = notifications.Select(n => n.MessageId).ToArray(),
            phones = notifications.Select(n => n.Phone is { } phone ? agents.Stored(phone) : null).ToArray(),
            postbacks = notifications.Select(n => n.PostbackData).ToArray(),
            attributed = notifications.Select(n => taps.Of(n)?.MessageId).ToArray(),
            bodies = notifications.Select(n => keys.Seal(new(Table, Column, n.NotificationId.ToString()), BodyOf(n))).ToArray(),
            now,
            window = options.Value.BackfillDays,
        });
        var fresh = new HashSet<Guid>();
        var warnings = new List<Warning>();
        foreach (var row in rows)
        {
            if (row.NotificationId is { } id)
            {
                fresh.Add(id);
                continue;
            }

            PublishReceipts(transaction, row);
            if (row.DeliveredTime < row.SendTime || row.ReadTime < row.SendTime)
                warnings.Add(new("", "receipt_before_send", row.AgentId!, row.MessageId, null));
        }

        foreach (var notification in notifications.Where(n => fresh.Contains(n.NotificationId)))
        {
            if (NotificationKinds.IsUserMessage(notification.Kind))
                transaction.Publish(EventOf(notification, taps), notification.AgentId, mandatory: false);
            else if (notification is { Kind: NotificationKinds.Subscribe or NotificationKinds.Unsubscribe, Phone: not null })
                transaction.Publish(SubscriptionOf(notification), notification.AgentId, mandatory: false);
            else if (notification.Launch is { } change)
                transaction.Publish(LaunchOf(notification, change), notification.AgentId, mandatory: false);
            else if (notification.Kind == NotificationKinds.Unknown)
                warnings.Add(new("", "unknown_event_type", "rbm", null, null));
        }

        await EngagementStore.AddLaunchesAsync(transaction.Connection, [.. notifications.Where(n => n.Launch is not null && fresh.Contains(n.NotificationId))]);

        await WarningStore.AddAsync(transaction, null, warnings, now);
    }

    private void PublishReceipts(DurableTransaction transaction, Row row)
    {
        DateTimeOffset?[] times = [row.DeliveredTime, row.ReadTime, row.ExpiredTime, row.ExpireFailedTime];
        for (var kind = 0; kind < times.Length; kind++)
        {
            if ((row.AddedKinds & (1 << kind)) == 0)
                continue;
            int? day = row.SendTime is { } sent ? ReceiptDay.Of(sent, times[kind]!.Value) : null;
            transaction.Publish(
                new RcsReceiptReceived
                {
                    EventId = Guid.CreateVersion7(timeProvider.GetUtcNow()),
                    OccurredTime = times[kind]!.Value,
                    AgentId = row.AgentId!,
                    MessageId = row.MessageId!,
                    Kind = NotificationKinds.Receipts[kind],
                    Known = row.Recorded == true,
                    SendDay = row.SendTime is { } known ? DateOnly.FromDateTime(known.UtcDateTime) : null,
                    DayNumber = day,
                    Counted = day <= options.Value.BackfillDays,
                },
                row.AgentId,
                mandatory: false);
        }
    }

    private RcsUserMessageReceived EventOf(Notification notification, TapAttribution taps) => new()
    {
        EventId = notification.NotificationId,
        OccurredTime = notification.Time,
        AgentId = notification.AgentId,
        PhoneNumber = agents.Published(notification.Phone!),
        UserMessageId = notification.MessageId ?? notification.EventId!,
        Type = taps.KindOf(notification),
        Text = agents.PublishesContent ? notification.Text : null,
        PostbackData = notification.PostbackData,
        AttributedMessageId = taps.Of(notification)?.MessageId,
        AttributedTemplate = taps.Of(notification)?.Template is { Length: > 0 } template ? template : null,
    };

    private RcsSubscriptionChanged SubscriptionOf(Notification notification) => new()
    {
        EventId = notification.NotificationId,
        OccurredTime = notification.Time,
        AgentId = notification.AgentId,
        PhoneNumber = agents.Published(notification.Phone!),
        Subscribed = notification.Kind == NotificationKinds.Subscribe,
    };

    private static RcsAgentLaunchStateChanged LaunchOf(Notification notification, LaunchChange change) => new()
    {
        EventId = notification.NotificationId,
        OccurredTime = notification.Time,
        AgentId = notification.AgentId,
        OldState = change.OldState,
        NewState = change.NewState,
        RegionId = change.RegionId,
    };

    /// <summary>The data as received; in HIPAA mode without what the user wrote, who wrote it, and where files are (MSG-46).</summary>
    private string BodyOf(Notification notification)
    {
        if (!agents.IsHipaa)
            return Encoding.UTF8.GetString(notification.Data);
        var data = JsonNode.Parse(notification.Data)!.AsObject();
        foreach (var name in (string[])["senderPhoneNumber", "phoneNumber", "text", "userFile", "location"])
            data.Remove(name);
        (data["suggestionResponse"] as JsonObject)?.Remove("text");
        return data.ToJsonString(JsonSerializerOptions.Web);
    }

    private sealed record Row
    {
        public Guid? NotificationId { get; init; }

        public string? AgentId { get; init; }

        public string? MessageId { get; init; }

        public bool? Recorded { get; init; }

        public DateTimeOffset? SendTime { get; init; }

        public short? AddedKinds { get; init; }

        public DateTimeOffset? DeliveredTime { get; init; }

        public DateTimeOffset? ReadTime { get; init; }

        public DateTimeOffset? ExpiredTime { get; init; }

        public DateTimeOffset? ExpireFailedTime { get; init; }
    }
}

/// <summary>On which day of a message something happened (MSG-18).</summary>
internal static class ReceiptDay
{
    /// <summary>UTC days from the send, whose own day is 1; what is said to have happened before counts as that day (MSG-25).</summary>
    /// <param name="sent">Time of the send.</param>
    /// <param name="time">Time of the receipt.</param>
    public static int Of(DateTimeOffset sent, DateTimeOffset time) => Math.Max(1, (time.UtcDateTime.Date - sent.UtcDateTime.Date).Days + 1);
}

using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Warnings;
using ContactCenter.ServiceDefaults;
using Dapper;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>Records messages that were sent, whichever way they are told: by rpc, HTTP or event (MSG-12 to MSG-15).</summary>
/// <param name="agents">Whose messages are taken, and how phone numbers are stored.</param>
/// <param name="options">Windows.</param>
/// <param name="timeProvider">Now.</param>
public sealed class SentMessageDesk(RbmAgents agents, IOptions<RbmOptions> options, TimeProvider timeProvider)
{
    /// <summary>Most messages of one call.</summary>
    public const int MostMessages = 500;

    // Receipts that had waited too long are given up in the same step: they stay listed, and count no more.
    private const string Record =
        """
        WITH recorded AS (
          INSERT INTO insights.rbm_messages AS m (agent_id, message_id, recorded, send_time, phone, accepted, format, traffic_type, responder, campaign, template, conversation_id, suggestions, content_hash)
          SELECT agent_id, message_id, true, send_time, phone, accepted, format, traffic_type, responder, campaign, template, conversation_id, suggestions::jsonb, content_hash
          FROM unnest(@agentIds, @messageIds, @times, @phones, @accepted, @formats, @trafficTypes, @responders, @campaigns, @templates, @conversations, @suggestions, @hashes)
            AS g (agent_id, message_id, send_time, phone, accepted, format, traffic_type, responder, campaign, template, conversation_id, suggestions, content_hash)
          ORDER BY agent_id, message_id
          ON CONFLICT (agent_id, message_id) DO UPDATE SET
            recorded = true, send_time = excluded.send_time, phone = excluded.phone, accepted = excluded.accepted, format = excluded.format,
            traffic_type = excluded.traffic_type, responder = excluded.responder, campaign = excluded.campaign, template = excluded.template,
            conversation_id = excluded.conversation_id, suggestions = excluded.suggestions, content_hash = excluded.content_hash,
            delivered_time = CASE WHEN m.waiting_since >= @waitedFrom THEN m.delivered_time END, read_time = CASE WHEN m.waiting_since >= @waitedFrom THEN m.read_time END,
            expired_time = CASE WHEN m.waiting_since >= @waitedFrom THEN m.expired_time END, expire_failed_time = CASE WHEN m.waiting_since >= @waitedFrom THEN m.expire_failed_time END,
            given_up_kinds = CASE WHEN m.waiting_since >= @waitedFrom THEN 0 ELSE m.kinds END,
            waiting_since = CASE WHEN m.waiting_since >= @waitedFrom THEN NULL ELSE m.waiting_since END
          WHERE NOT m.recorded
          RETURNING agent_id, message_id, send_day, send_time, least(delivered_time, read_time) < send_time AS receipt_before_send,
            greatest(send_time, delivered_time, read_time, expired_time, expire_failed_time) AS latest_time
        ), seen AS (
          INSERT INTO insights.rbm_agents (agent_id, first_time) SELECT DISTINCT agent_id, @now FROM recorded ORDER BY agent_id ON CONFLICT DO NOTHING
        ), changed AS (
          INSERT INTO insights.rbm_changed_days AS c (send_day, event_time, change_id)
          SELECT send_day, max(latest_time), gen_random_uuid() FROM recorded WHERE send_day <= (@now AT TIME ZONE 'UTC')::date - @window GROUP BY send_day ORDER BY send_day
          ON CONFLICT (send_day) DO UPDATE SET event_time = greatest(c.event_time, excluded.event_time), change_id = excluded.change_id
        )
        SELECT agent_id AS AgentId, message_id AS MessageId, receipt_before_send AS ReceiptBeforeSend FROM recorded
        """;

    /// <summary>Records messages: each by itself, so that one that is refused stops no other.</summary>
    /// <param name="transaction">Commits them.</param>
    /// <param name="messages">Any number.</param>
    /// <returns>What became of each, in their order.</returns>
    public async Task<IReadOnlyList<RecordedMessage>> RecordAsync(DurableTransaction transaction, IReadOnlyList<SentMessage> messages)
    {
        var now = RpcTimes.Whole(timeProvider.GetUtcNow());
        var results = new RecordedMessage?[messages.Count];
        var first = new Dictionary<(string, string), SentMessage>();
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Violations(agents).ToList() is { Count: > 0 } violations)
                results[i] = new(messages[i], RecordResult.Rejected, violations);
            else
                first.TryAdd(messages[i].Key, messages[i]);
        }

        var recorded = await WriteAsync(transaction, [.. first.Values], now);
        var before = await StoredAsync(transaction, [.. first.Keys.Where(key => !recorded.Contains(key))]);
        for (var i = 0; i < messages.Count; i++)
        {
            if (results[i] is not null)
                continue;
            var message = messages[i];
            var known = before.TryGetValue(message.Key, out var stored) ? stored : ReferenceEquals(first[message.Key], message) ? null : ContentOf(first[message.Key], now);
            results[i] = known is null ? new(message, RecordResult.Recorded, [])
                : known.ContentHash.AsSpan().SequenceEqual(HashOf(message)) && (message.SendTime is not { } time || RpcTimes.Whole(time) == known.SendTime) ? new(message, RecordResult.Unchanged, [])
                : new(message, RecordResult.Rejected, [new("message_id", $"'{message.MessageId}' was recorded with other content; the first stays", InsightsErrors.MessageIdReused)]);
        }

        return results!;
    }

    private async Task<HashSet<(string, string)>> WriteAsync(DurableTransaction transaction, List<SentMessage> messages, DateTimeOffset now)
    {
        if (messages.Count == 0)
            return [];
        var rows = (await transaction.Connection.QueryAsync<Row>(Record, new
        {
            agentIds = messages.Select(m => m.AgentId).ToArray(),
            messageIds = messages.Select(m => m.MessageId).ToArray(),
            times = messages.Select(m => RpcTimes.Whole((m.SendTime ?? now).ToUniversalTime())).ToArray(),
            phones = messages.Select(m => agents.Stored(m.PhoneNumber)).ToArray(),
            accepted = messages.Select(m => m.Accepted).ToArray(),
            formats = messages.Select(m => m.Format).ToArray(),
            trafficTypes = messages.Select(m => m.TrafficType).ToArray(),
            responders = messages.Select(m => m.Responder).ToArray(),
            campaigns = messages.Select(m => m.Campaign).ToArray(),
            templates = messages.Select(m => m.Template).ToArray(),
            conversations = messages.Select(m => m.ConversationId).ToArray(),
            suggestions = messages.Select(m => m.Suggestions.Count == 0 ? null : JsonSerializer.Serialize(m.Suggestions)).ToArray(),
            hashes = messages.Select(HashOf).ToArray(),
            now,
            waitedFrom = now - options.Value.UnmatchedWindow,
            window = options.Value.BackfillDays,
        })).ToList();
        await WarningStore.AddAsync(
            transaction, null, [.. rows.Where(row => row.ReceiptBeforeSend == true).Select(row => new Warning("", "receipt_before_send", row.AgentId, row.MessageId, null))], now);
        return [.. rows.Select(row => (row.AgentId, row.MessageId))];
    }

    private static async Task<Dictionary<(string, string), Content>> StoredAsync(DurableTransaction transaction, (string AgentId, string MessageId)[] keys)
    {
        if (keys.Length == 0)
            return [];
        var rows = await transaction.Connection.QueryAsync<Content>(
            """
            SELECT agent_id AS AgentId, message_id AS MessageId, send_time AS SendTime, content_hash AS ContentHash
            FROM insights.rbm_messages WHERE (agent_id, message_id) IN (SELECT * FROM unnest(@agentIds, @messageIds))
            """,
            new { agentIds = keys.Select(key => key.AgentId).ToArray(), messageIds = keys.Select(key => key.MessageId).ToArray() });
        return rows.ToDictionary(row => (row.AgentId, row.MessageId));
    }

    private Content ContentOf(SentMessage message, DateTimeOffset now) =>
        new() { AgentId = message.AgentId, MessageId = message.MessageId, SendTime = RpcTimes.Whole((message.SendTime ?? now).ToUniversalTime()), ContentHash = HashOf(message) };

    // The number goes in as it is stored, so that the hash tells no more than the row.
    private byte[] HashOf(SentMessage message) => (message with { PhoneNumber = agents.Stored(message.PhoneNumber) }).ContentHash();

    private sealed record Row
    {
        public required string AgentId { get; init; }

        public required string MessageId { get; init; }

        public bool? ReceiptBeforeSend { get; init; }
    }

    private sealed record Content
    {
        public required string AgentId { get; init; }

        public required string MessageId { get; init; }

        public required DateTimeOffset SendTime { get; init; }

        public required byte[] ContentHash { get; init; }
    }
}

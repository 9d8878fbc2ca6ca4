using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>
/// Finds the message that a tapped suggestion belongs to: the latest one of the agent to the user, sent before the tap and not too
/// long ago, that offered the same postback data; never by its text (MSG-33, MSG-34).
/// </summary>
/// <param name="agents">How phone numbers are stored.</param>
/// <param name="window">How long before the tap.</param>
internal sealed class TapAttribution(RbmAgents agents, TimeSpan window)
{
    private readonly Dictionary<Guid, OfferedSuggestion> _found = [];

    /// <summary>Finds the messages of all taps at once.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="notifications">Taps and others.</param>
    public async Task<TapAttribution> FindAsync(NpgsqlConnection connection, IEnumerable<Notification> notifications)
    {
        if (!agents.TellsUsersApart)
            return this;
        var taps = notifications.Where(n => n is { PostbackData: not null, Phone: not null } && NotificationKinds.IsUserMessage(n.Kind)).ToList();
        if (taps.Count == 0)
            return this;
        var found = await connection.QueryAsync<OfferedSuggestion>(
            """
            SELECT t.id AS NotificationId, o.message_id AS MessageId, o.template AS Template, o.kind AS Kind
            FROM unnest(@ids, @agentIds, @phones, @times, @postbacks) AS t (id, agent_id, phone, time, postback_data)
            CROSS JOIN LATERAL (
              SELECT m.message_id, m.template, s.kind
              FROM insights.rbm_messages m, jsonb_to_recordset(m.suggestions) AS s (kind text, postback_data text)
              WHERE m.recorded AND m.agent_id = t.agent_id AND m.phone = t.phone AND m.send_time <= t.time AND m.send_time >= t.time - @window
                AND s.postback_data = t.postback_data
              ORDER BY m.send_time DESC LIMIT 1) o
            """,
            new
            {
                ids = taps.Select(tap => tap.NotificationId).ToArray(),
                agentIds = taps.Select(tap => tap.AgentId).ToArray(),
                phones = taps.Select(tap => agents.Stored(tap.Phone!)).ToArray(),
                times = taps.Select(tap => tap.Time).ToArray(),
                postbacks = taps.Select(tap => tap.PostbackData!).ToArray(),
                window,
            });
        foreach (var offered in found)
            _found[offered.NotificationId] = offered;
        return this;
    }

    /// <summary>The message that a notification belongs to; null without.</summary>
    /// <param name="notification">One of those looked for.</param>
    public OfferedSuggestion? Of(Notification notification) => _found.GetValueOrDefault(notification.NotificationId);

    /// <summary>The kind of a notification; of a tap that does not say whether it is reply or action, that of the suggestion offered.</summary>
    /// <param name="notification">One of those looked for.</param>
    public string KindOf(Notification notification) => notification.Kind != NotificationKinds.Suggestion ? notification.Kind : Of(notification)?.Kind switch
    {
        "reply" => NotificationKinds.SuggestedReply,
        "action" => NotificationKinds.SuggestedAction,
        _ => NotificationKinds.Suggestion,
    };
}

/// <summary>The suggestion that was tapped.</summary>
/// <param name="NotificationId">The tap.</param>
/// <param name="MessageId">The message that offered it.</param>
/// <param name="Template">Its template; empty for none.</param>
/// <param name="Kind"><c>reply</c> or <c>action</c>.</param>
internal sealed record OfferedSuggestion(Guid NotificationId, string MessageId, string Template, string Kind);

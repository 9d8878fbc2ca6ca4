using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Notifications;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.FollowUpScheduler.History;

/// <summary>An event of the conversation history (FUP-99, FUP-100).</summary>
public sealed class HistoryEvent
{
    /// <summary>A channel has taken a notification.</summary>
    public const string Sent = "FOLLOW_UP_NOTIFICATION_SENT";

    /// <summary>The channel reported a message delivered, read or expired, or it was taken back.</summary>
    public const string Delivery = "DELIVERY_CHANGED";

    /// <summary>The recipient answered.</summary>
    public const string Answered = "ANSWERED";

    /// <summary>The recipient answered too late.</summary>
    public const string AnsweredLate = "ANSWERED_LATE";

    private static readonly Dictionary<string, (string Title, string Description)> English = new()
    {
        [Sent] = ("Follow up notification sent", "The bot sent informative or actionable tracking notifications to the user on the channel"),
        [Delivery] = ("Delivery changed", "The channel reported what became of a notification"),
        [Answered] = ("Answered", "The user answered a notification"),
        [AnsweredLate] = ("Answered too late", "The user answered a notification that was no longer open"),
    };

    private static readonly Dictionary<string, (string Title, string Description)> Portuguese = new()
    {
        [Sent] = ("Notificação de acompanhamento enviada", "O bot enviou as notificações de acompanhamento informativas ou acionáveis para o usuário no canal"),
        [Delivery] = ("Entrega alterada", "O canal informou o que aconteceu com uma notificação"),
        [Answered] = ("Respondida", "O usuário respondeu a uma notificação"),
        [AnsweredLate] = ("Respondida tarde demais", "O usuário respondeu a uma notificação que não estava mais aberta"),
    };

    /// <summary>Identity.</summary>
    public Guid EventId { get; init; }

    /// <summary>The conversation.</summary>
    public string ConversationId { get; init; } = "";

    /// <summary>Its kind, which is its code too.</summary>
    public string Type { get; init; } = "";

    /// <summary>When it happened.</summary>
    public DateTime EventTime { get; init; }

    /// <summary>The follow-up.</summary>
    public string FollowUpId { get; init; } = "";

    /// <summary>The record.</summary>
    public Guid RecordId { get; init; }

    /// <summary>Its id in the source.</summary>
    public string ReconciliationId { get; init; } = "";

    /// <summary>Its episode.</summary>
    public int Episode { get; init; }

    /// <summary>The attempt.</summary>
    public int Attempt { get; init; }

    /// <summary>The notification.</summary>
    public Guid NotificationId { get; init; }

    /// <summary>The recipient.</summary>
    public string UserId { get; init; } = "";

    /// <summary>The channel.</summary>
    public string ChannelId { get; init; } = "";

    /// <summary>Ids of the messages.</summary>
    public string[] MessageIds { get; init; } = [];

    /// <summary>The new state, or the action.</summary>
    public string Detail { get; init; } = "";

    /// <summary>An event of a notification.</summary>
    /// <param name="notification">The notification.</param>
    /// <param name="type">The kind.</param>
    /// <param name="channelId">The channel.</param>
    /// <param name="messageIds">Ids of its messages.</param>
    /// <param name="detail">The new state, or the action; empty for none.</param>
    /// <param name="time">When.</param>
    public static HistoryEvent Of(StoredNotification notification, string type, string channelId, string[] messageIds, string detail, DateTimeOffset time) => new()
    {
        EventId = Guid.CreateVersion7(time),
        ConversationId = notification.ConversationId,
        Type = type,
        EventTime = time.UtcDateTime,
        FollowUpId = notification.FollowUpId,
        RecordId = notification.RecordId,
        ReconciliationId = notification.ReconciliationId,
        Episode = notification.Episode,
        Attempt = notification.Attempt,
        NotificationId = notification.NotificationId,
        UserId = notification.UserId,
        ChannelId = channelId,
        MessageIds = messageIds,
        Detail = detail,
    };

    /// <summary>The event as callers see it.</summary>
    /// <param name="isPortuguese">The language of its texts; otherwise English.</param>
    public ConversationEvent ToMessage(bool isPortuguese)
    {
        var (title, description) = (isPortuguese ? Portuguese : English)[Type];
        return new()
        {
            EventId = EventId.ToString(),
            ConversationId = ConversationId,
            Type = TypeOf(Type),
            Code = Type,
            Title = title,
            Description = description,
            InitiatedBy = Initiator.Bot,
            EventTime = EventTime.ToTimestamp(),
            FollowUpId = FollowUpId,
            RecordId = RecordId.ToString(),
            ReconciliationId = ReconciliationId,
            Episode = Episode,
            Attempt = Attempt,
            NotificationId = NotificationId.ToString(),
            UserId = UserId,
            ChannelId = ChannelId,
            MessageIds = { MessageIds },
            Detail = Detail,
            CountsAsSession = false,
        };
    }

    /// <summary>The stored name of a kind.</summary>
    /// <param name="type">The kind; unspecified for all.</param>
    /// <returns>Empty for all.</returns>
    public static string NameOf(ConversationEventType type) =>
        English.Keys.FirstOrDefault(name => TypeOf(name) == type, "");

    private static ConversationEventType TypeOf(string name) => name switch
    {
        Sent => ConversationEventType.FollowUpNotificationSent,
        Delivery => ConversationEventType.DeliveryChanged,
        Answered => ConversationEventType.Answered,
        _ => ConversationEventType.AnsweredLate,
    };
}

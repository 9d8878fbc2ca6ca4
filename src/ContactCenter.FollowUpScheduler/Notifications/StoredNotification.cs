using ContactCenter.FollowUps.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>A notification as it is stored.</summary>
public sealed class StoredNotification
{
    /// <summary>Identity.</summary>
    public Guid NotificationId { get; init; }

    /// <summary>The follow-up.</summary>
    public string FollowUpId { get; init; } = "";

    /// <summary>The record.</summary>
    public Guid RecordId { get; init; }

    /// <summary>What identifies the record in its source.</summary>
    public string ReconciliationId { get; init; } = "";

    /// <summary>Episode that the notification belongs to.</summary>
    public int Episode { get; init; }

    /// <summary>Attempt from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>The recipient.</summary>
    public string UserId { get; init; } = "";

    /// <summary>State by name.</summary>
    public string State { get; init; } = "";

    /// <summary>Why it is held back, failed or was withdrawn.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The channel that took it or is trying.</summary>
    public string ChannelId { get; init; } = "";

    /// <summary>When it was planned.</summary>
    public DateTime DueTime { get; init; }

    /// <summary>When it is due after all that holds it back.</summary>
    public DateTime EffectiveDueTime { get; init; }

    /// <summary>When the channel took it.</summary>
    public DateTime? SentTime { get; init; }

    /// <summary>Ids of its messages.</summary>
    public string[] MessageIds { get; init; } = [];

    /// <summary>Ids of those messages that the channel has taken.</summary>
    public string[] AcceptedIds { get; init; } = [];

    /// <summary>What the provider calls those, in the same order; empty texts where it did not tell.</summary>
    public string[] ProviderIds { get; init; } = [];

    /// <summary>The newest data of the record.</summary>
    public string Data { get; init; } = "";

    /// <summary>Episode that the record is in.</summary>
    public int RecordEpisode { get; init; }

    /// <summary>State of the record.</summary>
    public string RecordState { get; init; } = "";

    /// <summary>Whether the recipient is still to be told: not removed, and named himself or still a member of a group that brought him (FUP-44, FUP-48).</summary>
    public bool IsRecipient { get; init; }

    /// <summary>Why the recipient was left out by the last poll; empty if he was not.</summary>
    public string BlockedReason { get; init; } = "";

    /// <summary>The conversation it belongs to: one recipient, record and episode.</summary>
    public string ConversationId => $"{RecordId}/{Episode}/{UserId}";

    /// <summary>The notification as callers see it.</summary>
    public Notification ToMessage() => new()
    {
        NotificationId = NotificationId.ToString(),
        RecordId = RecordId.ToString(),
        FollowUpId = FollowUpId,
        Episode = Episode,
        Attempt = Attempt,
        UserId = UserId,
        ChannelId = ChannelId,
        State = System.Enum.Parse<NotificationState>(State, ignoreCase: true),
        Reason = Reason,
        DueTime = DueTime.ToTimestamp(),
        EffectiveDueTime = EffectiveDueTime.ToTimestamp(),
        SentTime = SentTime?.ToTimestamp(),
        MessageIds = { MessageIds },
        AcceptedMessageIds = { AcceptedIds },
        ProviderMessageIds = { ProviderIds },
    };
}

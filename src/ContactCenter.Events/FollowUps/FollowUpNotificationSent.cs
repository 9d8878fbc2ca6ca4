using MassTransit;

namespace ContactCenter.Events.FollowUps;

/// <summary>A channel has taken a notification: the event of the conversation history. Published once per notification.</summary>
[MessageUrn("contactcenter:followups:follow-up-notification-sent")]
public sealed record FollowUpNotificationSent
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When it was stored.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>The follow-up.</summary>
    public required string FollowUpId { get; init; }

    /// <summary>The record.</summary>
    public required string RecordId { get; init; }

    /// <summary>What identifies the record in its source.</summary>
    public required string ReconciliationId { get; init; }

    /// <summary>Episode of the record, from 1.</summary>
    public required int Episode { get; init; }

    /// <summary>The notification.</summary>
    public required string NotificationId { get; init; }

    /// <summary>The recipient.</summary>
    public required string UserId { get; init; }

    /// <summary>The conversation: one recipient, record and episode.</summary>
    public required string ConversationId { get; init; }

    /// <summary>Which attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The channel.</summary>
    public required string ChannelId { get; init; }

    /// <summary><c>RBM</c> or <c>EMAIL</c>.</summary>
    public required string ChannelType { get; init; }

    /// <summary>Address of the recipient in the channel.</summary>
    public required string Address { get; init; }

    /// <summary>Ids of its messages in the channel, in order.</summary>
    public required IReadOnlyList<string> MessageIds { get; init; }

    /// <summary>Always <c>BOT</c>.</summary>
    public required string InitiatedBy { get; init; }

    /// <summary>Always false: follow-ups are no sessions.</summary>
    public required bool CountsAsSession { get; init; }
}

using ContactCenter.Durable;
using ContactCenter.Events.FollowUps;

namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>Events of notifications that more than one part of the service publishes.</summary>
internal static class NotificationEvents
{
    /// <summary>Publishes that a notification was delivered, read, refused or expired.</summary>
    public static void StatusChanged(DurableTransaction transaction, StoredNotification notification, string state, string reason, DateTimeOffset now) => transaction.Publish(
        new FollowUpNotificationStatusChanged
        {
            EventId = Guid.CreateVersion7(now),
            OccurredTime = now,
            RecordedTime = now,
            FollowUpId = notification.FollowUpId,
            RecordId = notification.RecordId.ToString(),
            ReconciliationId = notification.ReconciliationId,
            Episode = notification.Episode,
            NotificationId = notification.NotificationId.ToString(),
            UserId = notification.UserId,
            State = state,
            Reason = reason,
        },
        notification.RecordId.ToString(),
        mandatory: false);
}

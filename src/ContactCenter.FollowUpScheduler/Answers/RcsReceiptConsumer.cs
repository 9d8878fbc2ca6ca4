using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.FollowUpScheduler.History;
using ContactCenter.FollowUpScheduler.Notifications;
using MassTransit;

namespace ContactCenter.FollowUpScheduler.Answers;

/// <summary>Moves notifications forward by the receipts of their messages (FUP-58).</summary>
public sealed class RcsReceiptConsumer : IConsumer<RcsReceiptReceived>
{
    // Of each state those that it follows: one that would move a notification back changes nothing.
    private static readonly Dictionary<string, string[]> Before = new(StringComparer.Ordinal)
    {
        ["DELIVERED"] = ["SENDING", "UNCERTAIN", "SENT"],
        ["READ"] = ["SENDING", "UNCERTAIN", "SENT", "DELIVERED"],
        ["EXPIRED"] = ["SENT"],
    };

    /// <inheritdoc />
    public async Task Consume(ConsumeContext<RcsReceiptReceived> context)
    {
        var (transaction, receipt) = (context.Transaction(), context.Message);
        if (await NotificationStore.FindByMessageAsync(transaction.Connection, receipt.MessageId) is not { } notification)
            return;
        var isFirst = Before.TryGetValue(receipt.Kind, out var before)
            && await NotificationStore.MoveAsync(transaction.Connection, notification.NotificationId, before, receipt.Kind, "");
        await HistoryStore.AddAsync(transaction.Connection, [HistoryEvent.Of(notification, HistoryEvent.Delivery, notification.ChannelId, [receipt.MessageId], receipt.Kind, receipt.OccurredTime)]);
        if (isFirst)
            NotificationEvents.StatusChanged(transaction, notification, receipt.Kind, "", receipt.OccurredTime);
    }
}

using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.FollowUpScheduler.Directories;
using MassTransit;

namespace ContactCenter.FollowUpScheduler.Answers;

/// <summary>Notes who has unsubscribed from RBM, or subscribed again (FUP-58).</summary>
/// <param name="contacts">Where it is noted.</param>
public sealed class RcsSubscriptionConsumer(Contacts contacts) : IConsumer<RcsSubscriptionChanged>
{
    /// <inheritdoc />
    public Task Consume(ConsumeContext<RcsSubscriptionChanged> context) =>
        contacts.NoteOptOutAsync(context.Transaction().Connection, context.Message.PhoneNumber, !context.Message.Subscribed, context.Message.OccurredTime);
}

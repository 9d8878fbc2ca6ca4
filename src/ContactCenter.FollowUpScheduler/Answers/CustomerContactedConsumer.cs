using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.FollowUpScheduler.Directories;
using MassTransit;

namespace ContactCenter.FollowUpScheduler.Answers;

/// <summary>Notes who wrote in a chat or by text message (FUP-47, FUP-52).</summary>
/// <param name="contacts">Where it is noted.</param>
public sealed class CustomerContactedConsumer(Contacts contacts) : IConsumer<CustomerContacted>
{
    // RBM tells of its messages itself.
    private static readonly HashSet<string> Types = ["CHAT", "SMS"];

    /// <inheritdoc />
    public Task Consume(ConsumeContext<CustomerContacted> context)
    {
        var contact = context.Message;
        var type = contact.Channel?.ToUpperInvariant() ?? "";
        return Types.Contains(type) ? contacts.NoteAsync(context.Transaction().Connection, contact.Address, type, contact.OccurredTime) : Task.CompletedTask;
    }
}

using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.FollowUpScheduler.Channels;
using ContactCenter.FollowUpScheduler.Directories;
using MassTransit;

namespace ContactCenter.FollowUpScheduler.Answers;

/// <summary>Takes answers that were tapped in RBM, and notes that the sender used the channel (FUP-52, FUP-81).</summary>
/// <param name="contacts">Where contacts are noted.</param>
/// <param name="answers">Takes answers.</param>
public sealed class RcsUserMessageConsumer(Contacts contacts, AnswerDesk answers) : IConsumer<RcsUserMessageReceived>
{
    /// <inheritdoc />
    public async Task Consume(ConsumeContext<RcsUserMessageReceived> context)
    {
        var (transaction, message) = (context.Transaction(), context.Message);
        await contacts.NoteAsync(transaction.Connection, message.PhoneNumber, ChannelChoice.Rbm, message.OccurredTime);
        if (message.PostbackData?.StartsWith(RbmChannel.PostbackPrefix, StringComparison.Ordinal) == true)
            await answers.TakeAsync(transaction, message.PostbackData[RbmChannel.PostbackPrefix.Length..], message.OccurredTime, context.CancellationToken);
    }
}

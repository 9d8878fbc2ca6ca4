using ContactCenter.Durable;
using ContactCenter.FollowUpScheduler.Answers;
using ContactCenter.FollowUpScheduler.Channels;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Templates;

namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>How a notification was sent.</summary>
/// <param name="Outcome">The outcome in the last channel that was tried.</param>
/// <param name="Route">That channel and the address.</param>
/// <param name="Messages">What was to be sent.</param>
/// <param name="Accepted">Those that the channel took.</param>
public sealed record SentMessage(SendOutcome Outcome, ChannelRoute Route, IReadOnlyList<ChannelMessage> Messages, IReadOnlyList<AcceptedMessage> Accepted);

/// <summary>Sends a notification by the first of its channels that can reach the recipient (FUP-53).</summary>
/// <param name="ledger">Notes what is about to leave.</param>
/// <param name="types">The types of channels.</param>
public sealed class MessageSender(NotificationLedger ledger, ChannelTypes types)
{
    /// <summary>Whether the channel of a route recognises repeated messages by their ids.</summary>
    /// <param name="route">The route.</param>
    public bool DeduplicatesById(ChannelRoute route) => types.Of(route.Channel.Definition).Capabilities.DeduplicatesById;

    /// <summary>Sends a notification.</summary>
    /// <param name="job">Its job, which has to be this process's before every effect.</param>
    /// <param name="followUp">The follow-up.</param>
    /// <param name="notification">The notification.</param>
    /// <param name="values">Values of its templates.</param>
    /// <param name="routes">The channels in order; at least one.</param>
    /// <param name="tokens">Makes the tokens of actions.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="RenderException">The message cannot be rendered.</exception>
    public async Task<SentMessage> SendAsync(
        JobRun job, StoredFollowUp followUp, StoredNotification notification, TemplateValues values, IReadOnlyList<ChannelRoute> routes, AnswerTokens tokens, CancellationToken cancellationToken)
    {
        SentMessage? sent = null;
        foreach (var route in routes)
        {
            sent = await SendAsync(job, followUp, notification, values, route, tokens, cancellationToken);
            if (sent.Outcome.Result != SendResult.NotReachable)
                break;
        }

        return sent!;
    }

    private async Task<SentMessage> SendAsync(
        JobRun job, StoredFollowUp followUp, StoredNotification notification, TemplateValues values, ChannelRoute route, AnswerTokens tokens, CancellationToken cancellationToken)
    {
        var own = new TemplateValues(values);
        own.Set("channel", "id", route.Channel.Id);
        own.Set("channel", "type", ChannelChoice.TypeOf(route.Channel.Definition));
        own.Set("channel", "address", route.Address);
        var rendered = RenderedMessage.Of(followUp, notification.NotificationId, route.Address, own, tokens);
        var type = types.Of(route.Channel.Definition);
        if (type.Compose(route.Channel.Definition, rendered) is not { } messages)
            return new(new(SendResult.Rejected, "MESSAGE_TOO_LONG", "too_large"), route, [], []);
        await ledger.NoteAsync(new(notification.NotificationId, route.Channel.Id, [.. messages.Select(message => message.MessageId)]), cancellationToken);
        var accepted = new List<AcceptedMessage>();
        foreach (var message in messages)
        {
            await job.CheckAsync(cancellationToken);
            var outcome = await type.SendAsync(route, message, cancellationToken);
            if (outcome.Result != SendResult.Accepted)
                return new(outcome, route, messages, accepted);
            accepted.Add(new(message.MessageId, outcome.ProviderId));
        }

        return new(SendOutcome.Accepted, route, messages, accepted);
    }
}

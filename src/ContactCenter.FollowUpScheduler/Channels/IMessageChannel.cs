using ContactCenter.Egress;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Notifications;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>How a channel took a message (FUP-54).</summary>
public enum SendResult
{
    /// <summary>It has the message.</summary>
    Accepted,

    /// <summary>It refused the message for good.</summary>
    Rejected,

    /// <summary>It cannot reach the recipient; another channel may.</summary>
    NotReachable,

    /// <summary>It has not the message, and may take it later.</summary>
    Retry,

    /// <summary>It may have the message.</summary>
    Unknown,
}

/// <summary>The outcome of a send.</summary>
/// <param name="Result">How the channel took it.</param>
/// <param name="Reason">Why not, in UPPER_SNAKE; empty if it did.</param>
/// <param name="ErrorClass">The class by which retry policies decide; empty if it took it.</param>
/// <param name="Delay">When it asks to be tried again; null for no wish.</param>
/// <param name="ProviderId">What the provider calls the message; empty if it did not take it, or does not tell.</param>
public sealed record SendOutcome(SendResult Result, string Reason = "", string ErrorClass = "", TimeSpan? Delay = null, string ProviderId = "")
{
    /// <summary>The channel has the message.</summary>
    public static SendOutcome Accepted { get; } = new(SendResult.Accepted);

    /// <summary>The outcome of a call that failed.</summary>
    /// <param name="failure">How it failed.</param>
    public static SendOutcome Of(EgressFailure failure)
    {
        var result = failure switch
        {
            // What broke after the request had left may have arrived.
            { Class: Egress.ErrorClass.Timeout or Egress.ErrorClass.Reset } => SendResult.Unknown,
            { Decision: EgressDecision.Final } => SendResult.Rejected,
            _ => SendResult.Retry,
        };
        return new(result, failure.Reason, failure.PolicyName, failure.Delay);
    }
}

/// <summary>One type of channel.</summary>
public interface IMessageChannel
{
    /// <summary>The settings that channels of the type have.</summary>
    Channel.SettingsOneofCase Type { get; }

    /// <summary>What it can do; what it cannot show becomes text (FUP-55).</summary>
    ChannelCapabilities Capabilities { get; }

    /// <summary>Turns a message into what the channel can show (FUP-55).</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="message">The message.</param>
    /// <returns>One or more messages with ids that are the same whenever it is done again; null if the text is too long.</returns>
    IReadOnlyList<ChannelMessage>? Compose(Channel channel, RenderedMessage message);

    /// <summary>Sends one message.</summary>
    /// <param name="route">The channel and the recipient's address.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<SendOutcome> SendAsync(ChannelRoute route, ChannelMessage message, CancellationToken cancellationToken);

    /// <summary>Takes a message back that has not arrived yet (FUP-59); asked only of channels whose capabilities say that they can.</summary>
    /// <param name="route">The channel, and the recipient's address of now.</param>
    /// <param name="message">The message, which the channel has taken.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>ACCEPTED if it will not arrive, REJECTED if it has, or may; otherwise it may be tried again.</returns>
    Task<SendOutcome> RevokeAsync(ChannelRoute route, AcceptedMessage message, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"Channels of the type {Type} take nothing back.");
}

/// <summary>A message that a channel has taken.</summary>
/// <param name="MessageId">Its id in the channel, which we gave it.</param>
/// <param name="ProviderId">What the provider calls it; empty if it did not tell.</param>
public sealed record AcceptedMessage(string MessageId, string ProviderId);

/// <summary>A message as one channel sends it.</summary>
/// <param name="MessageId">Its id in the channel.</param>
/// <param name="Format"><c>text</c>, <c>file</c>, <c>rich_card</c>, <c>carousel</c>, <c>mail</c> or <c>message</c>.</param>
/// <param name="Content">The body that is sent.</param>
/// <param name="Suggestions">What the recipient may tap in it.</param>
public sealed record ChannelMessage(string MessageId, string Format, ReadOnlyMemory<byte> Content, IReadOnlyList<RenderedAction> Suggestions);

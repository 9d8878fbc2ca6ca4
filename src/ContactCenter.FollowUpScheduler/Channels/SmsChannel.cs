using System.Text.Json;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Notifications;
using Microsoft.Extensions.Options;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>Text messages through a gateway (FUP-55, FUP-61): all parts are one text, actions are links.</summary>
/// <param name="post">Posts to the gateway.</param>
/// <param name="options">Where links lead to.</param>
public sealed class SmsChannel(SignedPost post, IOptions<FollowUpOptions> options) : IMessageChannel
{
    // What gateways take as one message, which phones put together again.
    private const int LongestText = 1_600;

    /// <inheritdoc />
    public Channel.SettingsOneofCase Type => Channel.SettingsOneofCase.Sms;

    /// <inheritdoc />
    public ChannelCapabilities Capabilities => new() { LongestText = LongestText };

    /// <inheritdoc />
    public IReadOnlyList<ChannelMessage>? Compose(Channel channel, RenderedMessage message)
    {
        var pieces = PlainText.Split(PlainText.Of(message, options.Value), LongestText);
        return pieces is null ? null : [.. pieces.Select((text, part) =>
        {
            var id = SignedPost.IdOf(message.NotificationId, part);
            return new ChannelMessage(id, "text", JsonSerializer.SerializeToUtf8Bytes(new { to = message.Address, text, id }), message.Actions);
        })];
    }

    /// <inheritdoc />
    public Task<SendOutcome> SendAsync(ChannelRoute route, ChannelMessage message, CancellationToken cancellationToken) =>
        post.SendAsync(route, message, cancellationToken);
}

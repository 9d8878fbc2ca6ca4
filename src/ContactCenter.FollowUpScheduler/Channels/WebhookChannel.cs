using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Notifications;
using Microsoft.Extensions.Options;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>A system that is posted whole messages as JSON and shows them as it can: a webhook, or an adapter of chats (FUP-61).</summary>
/// <param name="type">Which of the two.</param>
/// <param name="post">Posts to the system.</param>
/// <param name="options">Where links lead to.</param>
public sealed class WebhookChannel(Channel.SettingsOneofCase type, SignedPost post, IOptions<FollowUpOptions> options) : IMessageChannel
{
    /// <inheritdoc />
    public Channel.SettingsOneofCase Type => type;

    /// <inheritdoc />
    public ChannelCapabilities Capabilities => new() { Cards = true, Images = true, Actions = true };

    /// <inheritdoc />
    public IReadOnlyList<ChannelMessage>? Compose(Channel channel, RenderedMessage message)
    {
        var id = SignedPost.IdOf(message.NotificationId, 0);
        var content = new JsonObject
        {
            ["id"] = id,
            ["to"] = message.Address,
            ["subject"] = message.Subject,
            ["parts"] = new JsonArray([.. message.Parts.Select(Part)]),
            ["actions"] = new JsonArray([.. message.Actions.Select(Action)]),
            ["timeToLiveSeconds"] = (int)message.TimeToLive.TotalSeconds,
        };
        return [new(id, "message", JsonSerializer.SerializeToUtf8Bytes(content), message.Actions)];
    }

    /// <inheritdoc />
    public Task<SendOutcome> SendAsync(ChannelRoute route, ChannelMessage message, CancellationToken cancellationToken) =>
        post.SendAsync(route, message, cancellationToken);

    private static JsonObject Part(RenderedPart part)
    {
        if (part.Image is { } image)
            return new() { ["image"] = Image(image) };
        if (part.Cards.Count == 0)
            return new() { ["text"] = part.Text };
        return new()
        {
            ["cards"] = new JsonArray([.. part.Cards.Select(card =>
            {
                var shown = new JsonObject { ["title"] = card.Title, ["description"] = card.Description };
                if (card.Image is { } own)
                    shown["image"] = Image(own);
                return shown;
            })]),
        };
    }

    private static JsonObject Image(RenderedImage image) => new() { ["url"] = image.Url, ["alternativeText"] = image.AlternativeText };

    private JsonObject Action(RenderedAction action)
    {
        var shown = new JsonObject { ["title"] = action.Title, ["kind"] = action.Url is null ? "REPLY" : "OPEN_URL" };
        if (action.Url is null)
            shown["token"] = action.Token;
        if (options.Value.LinkOf(action) is { } url)
            shown["url"] = url;
        return shown;
    }
}

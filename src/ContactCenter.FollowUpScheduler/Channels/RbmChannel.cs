using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ContactCenter.Egress.Http;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Notifications;
using Microsoft.Extensions.Options;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>RCS Business Messaging: one agent message per part (FUP-56, FUP-57, FUP-59).</summary>
/// <param name="egress">The way out.</param>
/// <param name="options">Where the API is.</param>
public sealed partial class RbmChannel(EgressClient egress, IOptions<FollowUpOptions> options) : IMessageChannel
{
    /// <summary>What stands before the token in the postback data of our suggestions (FUP-81).</summary>
    public const string PostbackPrefix = "fup:";

    private const int LongestText = 3_072;
    private const int LongestSuggestion = 25;
    private const int NotFound = 404;

    /// <inheritdoc />
    public Channel.SettingsOneofCase Type => Channel.SettingsOneofCase.Rbm;

    /// <inheritdoc />
    public ChannelCapabilities Capabilities => new() { Cards = true, Images = true, Actions = true, Receipts = true, DeduplicatesById = true, Revokes = true, LongestText = LongestText };

    /// <inheritdoc />
    public IReadOnlyList<ChannelMessage>? Compose(Channel channel, RenderedMessage message)
    {
        var contents = new List<(string Format, JsonObject Content)>();
        foreach (var part in message.Parts)
        {
            if (part is { Cards.Count: 0, Image: null })
            {
                if (PlainText.Split(part.Text, LongestText) is not { } pieces)
                    return null;
                contents.AddRange(pieces.Select(piece => ("text", new JsonObject { ["text"] = piece })));
            }
            else
            {
                contents.Add(part.Image is { } image
                    ? ("file", new JsonObject { ["contentInfo"] = new JsonObject { ["fileUrl"] = image.Url } })
                    : (part.Cards.Count == 1 ? "rich_card" : "carousel", new JsonObject { ["richCard"] = RichCard(part.Cards) }));
            }
        }

        if (message.Actions.Count > 0)
            contents[^1].Content["suggestions"] = new JsonArray([.. message.Actions.Select(Suggestion)]);
        var ttl = string.Create(CultureInfo.InvariantCulture, $"{message.TimeToLive.TotalSeconds:0}s");
        return [.. contents.Select((content, i) => new ChannelMessage(
            NameGuid.OfMessage(message.NotificationId, i).ToString(),
            content.Format,
            JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["contentMessage"] = content.Content, ["ttl"] = ttl }),
            i == contents.Count - 1 ? message.Actions : []))];
    }

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(ChannelRoute route, ChannelMessage message, CancellationToken cancellationToken)
    {
        var request = RequestOf(route, System.Net.Http.HttpMethod.Post, $"phones/{Uri.EscapeDataString(route.Address)}/agentMessages?messageId={message.MessageId}&");
        var outcome = await egress.SendAsync(request with { ContentType = "application/json", Body = message.Content, ReservationId = message.MessageId }, cancellationToken);
        return outcome.Failure switch
        {
            null => SendOutcome.Accepted with { ProviderId = NameIn(outcome.Response!, message.MessageId) },
            { Status: NotFound } failure => new(SendResult.NotReachable, "NOT_REACHABLE", failure.PolicyName),
            var failure => SendOutcome.Of(failure),
        };
    }

    /// <inheritdoc />
    public async Task<SendOutcome> RevokeAsync(ChannelRoute route, AcceptedMessage message, CancellationToken cancellationToken)
    {
        // It was sent to the number that the provider names, which need not be the recipient's of now.
        var phone = Name().Match(message.ProviderId) is { Success: true } name ? name.Groups["phone"].Value : route.Address;
        var request = RequestOf(route, System.Net.Http.HttpMethod.Delete, $"phones/{Uri.EscapeDataString(phone)}/agentMessages/{message.MessageId}?");
        return (await egress.SendAsync(request, cancellationToken)).Failure switch
        {
            null => SendOutcome.Accepted,
            // It has arrived or expired.
            { Status: NotFound } failure => new(SendResult.Rejected, "NOT_FOUND", failure.PolicyName),
            var failure => SendOutcome.Of(failure),
        };
    }

    private EgressRequest RequestOf(ChannelRoute route, System.Net.Http.HttpMethod method, string path)
    {
        var settings = route.Channel.Definition.Rbm;
        var origin = (settings.BaseUrl.Length > 0 ? settings.BaseUrl : options.Value.Rbm.BaseUrl).TrimEnd('/');
        return new(Destination.For($"channels/{route.Channel.Id}", origin), method, $"{origin}/v1/{path}agentId={Uri.EscapeDataString(settings.AgentId)}")
        {
            GrantId = settings.GrantId.Length > 0 ? settings.GrantId : null,
        };
    }

    /// <summary>The name that an answer gives a message, if it is one of this message.</summary>
    private static string NameIn(EgressResponse answer, string messageId)
    {
        try
        {
            var name = JsonNode.Parse(answer.Body.Span) is JsonObject body && body["name"] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
            return Name().Match(name) is { Success: true } match && match.Groups["id"].Value == messageId ? name : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    [GeneratedRegex("^phones/(?<phone>\\+[0-9]{1,15})/agentMessages/(?<id>[0-9a-f-]{36})$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    private static JsonObject RichCard(IReadOnlyList<RenderedCard> cards)
    {
        if (cards is [var card])
            return new() { ["standaloneCard"] = new JsonObject { ["cardOrientation"] = "VERTICAL", ["cardContent"] = Card(card) } };
        return new() { ["carouselCard"] = new JsonObject { ["cardWidth"] = "MEDIUM", ["cardContents"] = new JsonArray([.. cards.Select(Card)]) } };
    }

    private static JsonObject Card(RenderedCard card)
    {
        var content = new JsonObject { ["title"] = card.Title };
        if (card.Description.Length > 0)
            content["description"] = card.Description;
        if (card.Image is { } image)
            content["media"] = new JsonObject { ["height"] = "MEDIUM", ["contentInfo"] = new JsonObject { ["fileUrl"] = image.Url } };
        return content;
    }

    private static JsonObject Suggestion(RenderedAction action)
    {
        var tapped = new JsonObject { ["text"] = action.Title.Length > LongestSuggestion ? action.Title[..LongestSuggestion] : action.Title, ["postbackData"] = PostbackPrefix + action.Token };
        if (action.Url is null)
            return new() { ["reply"] = tapped };
        tapped["openUrlAction"] = new JsonObject { ["url"] = action.Url };
        return new() { ["action"] = tapped };
    }
}

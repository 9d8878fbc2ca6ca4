using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Answers;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Templates;

namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>A message with values.</summary>
/// <param name="NotificationId">The notification.</param>
/// <param name="Address">The recipient's address in the channel.</param>
/// <param name="Subject">Its subject; empty for none.</param>
/// <param name="Parts">Its parts in order.</param>
/// <param name="Actions">What the recipient can do.</param>
/// <param name="TimeToLive">How long it is worth delivering: until the next attempt.</param>
public sealed record RenderedMessage(Guid NotificationId, string Address, string Subject, IReadOnlyList<RenderedPart> Parts, IReadOnlyList<RenderedAction> Actions, TimeSpan TimeToLive)
{
    /// <summary>Renders a message.</summary>
    /// <param name="followUp">The follow-up.</param>
    /// <param name="notificationId">The notification.</param>
    /// <param name="address">The recipient's address in the channel.</param>
    /// <param name="values">The values.</param>
    /// <param name="tokens">Makes the tokens of actions.</param>
    /// <exception cref="RenderException">A value is not acceptable in its place.</exception>
    public static RenderedMessage Of(StoredFollowUp followUp, Guid notificationId, string address, TemplateValues values, AnswerTokens tokens)
    {
        var message = followUp.Definition.Message;
        return new(
            notificationId,
            RenderException.SingleLine(address),
            RenderException.SingleLine(Text(message.Subject)),
            [.. message.Parts.Select(Part)],
            [.. message.Actions.Select((action, i) => new RenderedAction(action.Title, tokens.Create(notificationId, (byte)i), action.Kind == ActionKind.OpenUrl ? Url(action.Url) : null))],
            followUp.NotificationFrequency);

        string Text(string template) => template.Length == 0 ? "" : followUp.Template(template).Render(values);

        string Url(string template) => followUp.Template(template) is { Lone: null } parsed ? parsed.Render(values, Uri.EscapeDataString) : RenderException.SingleLine(Text(template));

        RenderedPart Part(MessagePart part) => part.KindCase switch
        {
            MessagePart.KindOneofCase.Cards => new("", [.. part.Cards.Cards_.Select(card => new RenderedCard(Text(card.Title), Text(card.Description), card.Image is { } image ? Image(image) : null))], null),
            MessagePart.KindOneofCase.Image => new("", [], Image(part.Image)),
            _ => new(Text(part.Text), [], null),
        };

        RenderedImage Image(Image image) => new(Url(image.Url), Text(image.AlternativeText));
    }
}

/// <summary>A part of a message: text, cards or an image.</summary>
/// <param name="Text">The text; empty for the others.</param>
/// <param name="Cards">The cards; none for the others.</param>
/// <param name="Image">The image; null for the others.</param>
public sealed record RenderedPart(string Text, IReadOnlyList<RenderedCard> Cards, RenderedImage? Image);

/// <summary>A card.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Description">Its description; empty for none.</param>
/// <param name="Image">Its image; null for none.</param>
public sealed record RenderedCard(string Title, string Description, RenderedImage? Image);

/// <summary>An image.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="AlternativeText">What is shown where it cannot be.</param>
public sealed record RenderedImage(string Url, string AlternativeText);

/// <summary>An action.</summary>
/// <param name="Title">What is shown.</param>
/// <param name="Token">What its use sends back.</param>
/// <param name="Url">The page that it opens; null if it replies.</param>
public sealed record RenderedAction(string Title, string Token, string? Url);

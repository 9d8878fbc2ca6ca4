using ContactCenter.FollowUpScheduler.Notifications;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>What a channel cannot show, as text (FUP-55).</summary>
internal static class PlainText
{
    private const int MostPieces = 3;

    /// <summary>A message as text: its parts, then its actions as links.</summary>
    public static string Of(RenderedMessage message, FollowUpOptions options) =>
        string.Join("\n\n", message.Parts.Select(Of).Concat(Links(message, options).Select(link => $"{link.Title}: {link.Url}")));

    /// <summary>The actions of a message that a link can stand for.</summary>
    public static IEnumerable<(string Title, string Url)> Links(RenderedMessage message, FollowUpOptions options) =>
        message.Actions.Select(action => (action.Title, Url: options.LinkOf(action))).Where(link => link.Url is not null).Select(link => (link.Title, link.Url!));

    /// <summary>A part as text: cards as title, description and links, images as alternative text and link.</summary>
    public static string Of(RenderedPart part)
    {
        if (part.Text.Length > 0)
            return part.Text;
        var blocks = part.Cards.Select(card => string.Join('\n', new[] { card.Title, card.Description, card.Image is { } image ? Of(image) : "" }.Where(line => line.Length > 0)));
        return string.Join("\n\n", part.Image is { } alone ? blocks.Append(Of(alone)) : blocks);
    }

    /// <summary>Splits a text at words.</summary>
    /// <returns>At most 3 pieces; null if they would be more.</returns>
    public static IReadOnlyList<string>? Split(string text, int longest)
    {
        var pieces = new List<string>();
        for (var rest = text; ;)
        {
            if (rest.Length <= longest)
            {
                pieces.Add(rest);
                return pieces;
            }

            if (pieces.Count == MostPieces - 1)
                return null;
            var end = rest.LastIndexOfAny([' ', '\n', '\t'], longest);
            // A word longer than a message is cut, but never within a character.
            var cut = end > 0 ? end : char.IsHighSurrogate(rest[longest - 1]) ? longest - 1 : longest;
            pieces.Add(rest[..cut]);
            rest = rest[cut..].TrimStart();
        }
    }

    private static string Of(RenderedImage image) => $"{image.AlternativeText}: {image.Url}";
}

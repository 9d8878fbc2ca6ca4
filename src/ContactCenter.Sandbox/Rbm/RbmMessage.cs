using System.Text.Json.Nodes;

namespace ContactCenter.Sandbox.Rbm;

/// <summary>A message that an agent has sent to a telephone, as the platform has it.</summary>
/// <param name="Id">Chosen by the sender: another message of the same id is the same message.</param>
/// <param name="Phone">The telephone.</param>
/// <param name="Text">What it shows: the text, or title and description of the card.</param>
/// <param name="TimeToLive">How long it may be delivered, such as <c>3600s</c>.</param>
/// <param name="Suggestions">What may be tapped, with what a tap sends back.</param>
public sealed record RbmMessage(string Id, string Phone, string Text, string TimeToLive, IReadOnlyList<(string Text, string PostbackData)> Suggestions)
{
    /// <summary>Reads a message as the API takes it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="phone">The telephone.</param>
    /// <param name="body">The body of the request.</param>
    /// <returns>Null if it has neither text nor card.</returns>
    public static RbmMessage? Read(string id, string phone, JsonNode? body)
    {
        var content = body?["contentMessage"];
        var card = content?["richCard"]?["standaloneCard"]?["cardContent"];
        var text = card is null ? (string?)content?["text"] : $"{card["title"]}\n{card["description"]}";
        if (text is null)
            return null;
        var suggestions = content!["suggestions"]?.AsArray() ?? [];
        return new(
            id, phone, text, (string?)body!["ttl"] ?? "",
            [.. suggestions.Select(suggestion => suggestion!["reply"]!).Select(reply => ((string)reply["text"]!, (string)reply["postbackData"]!))]);
    }
}

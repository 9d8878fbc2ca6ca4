using System.Globalization;
using System.Text.Json;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Events.Insights;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>Writes the comments of section 7, E10. A line without a value is left out (CRM-115).</summary>
/// <param name="sheet">What is known of the session.</param>
/// <param name="values">Its variables.</param>
public sealed class CommentText(SessionSheet sheet, SessionVariables values)
{
    /// <summary>Longest body, in characters; a longer text is sent in parts (CRM-116).</summary>
    public const int LongestBody = 65_000;

    private const int RoomForNumber = 16;

    /// <summary>The bodies of a comment, in order.</summary>
    /// <param name="source">The event that it tells of, named by <see cref="SourceOf"/>.</param>
    /// <param name="html">Whether they are HTML.</param>
    public IReadOnlyList<string> Bodies(string source, bool html)
    {
        var text = string.Join('\n', Lines(source));
        var single = Body(text);
        if (single.Length <= LongestBody)
            return [single];
        var parts = Parts(text, html);
        return [.. parts.Select((part, i) => Body(string.Create(CultureInfo.InvariantCulture, $"({i + 1}/{parts.Count}) {part}")))];

        string Body(string plain) => html ? $"<p>{string.Join("<br>", plain.Split('\n').Select(line => KindOf(source) == CommentKind.File ? LinkOf(line) : HtmlText.Escape(line)))}</p>" : plain;
    }

    /// <summary>Names what a comment tells of: also the name of the facts in the sheet.</summary>
    /// <param name="kind">The kind of comment.</param>
    /// <param name="id">Which of them; empty for the only one.</param>
    public static string SourceOf(CommentKind kind, string id = "") => id.Length > 0 ? $"{kind}/{id}" : kind.ToString();

    /// <summary>The kind of comment that a source was named for.</summary>
    /// <param name="source">As <see cref="SourceOf"/> made it.</param>
    public static CommentKind KindOf(string source) => Enum.Parse<CommentKind>(source.Split('/')[0]);

    private IEnumerable<string> Lines(string source)
    {
        var title = $"{Text(Variables.SessionType)} {Text(Variables.SessionId)}";
        return KindOf(source) switch
        {
            CommentKind.Start => [$"{title} started", .. Line("Queue", Text(Variables.QueueName)), .. Line("Agent", AgentOf(sheet.Get<SessionAgentFacts>("FirstAgent")))],
            CommentKind.End =>
            [
                $"{title} ended", .. Line("Duration", Text(Variables.CallDuration)), .. Line("Wait", Text(Variables.WaitTime)), .. Line("Hold", Text(Variables.HoldTime)),
                .. Line("Ended by", Text(Variables.DisconnectedBy)),
            ],
            CommentKind.Rating when sheet.Get<RatingFacts>(source) is { } rating => [$"Rating: {rating.Rating}/5", .. Line("Feedback", rating.Feedback)],
            CommentKind.Disposition => [.. Line("Disposition", sheet.Get<string>(source)), .. Line("Notes", sheet.Get<string>($"{source}/note"))],
            CommentKind.Transfer =>
                [$"Transferred from {sheet.Get<string>($"{source}/from")} to {sheet.Get<string>($"{source}/to")}", .. Line("Comment", sheet.Get<string>($"{source}/comment"))],
            CommentKind.CustomData => ["Custom data", .. DataOf($"{source}/secured"), .. DataOf($"{source}/unsecured")],
            CommentKind.File when sheet.Get<FileFacts>(source) is { } file => [$"{file.Title}{(file.IsAttached ? " uploaded" : "")}: {file.Name}", .. file.Url is null ? [] : new[] { file.Url }],
            CommentKind.Survey => Answers(sheet.Get<JsonElement>(source)),
            _ => [],
        };
    }

    // The address of a file can be followed.
    private static string LinkOf(string line)
    {
        var escaped = HtmlText.Escape(line);
        return line.StartsWith("https://", StringComparison.Ordinal) || line.StartsWith("http://", StringComparison.Ordinal) ? $"<a href=\"{escaped}\">{escaped}</a>" : escaped;
    }

    private string Text(Variable variable) => values.Value(variable).Text;

    /// <summary>How a person names an agent.</summary>
    /// <param name="agent">Null for none.</param>
    internal static string? AgentOf(SessionAgentFacts? agent) => agent is null ? null : agent.AgentEmail ?? agent.AgentCustomId ?? $"agent {agent.AgentId.ToString(CultureInfo.InvariantCulture)}";

    private static IEnumerable<string> Line(string label, string? value) => string.IsNullOrWhiteSpace(value) ? [] : [$"{label}: {value}"];

    // The platform's entries have a label and a value of their own; other values stand under their names.
    private IEnumerable<string> DataOf(string source) =>
        sheet.Get<JsonElement?>(source) is not { ValueKind: JsonValueKind.Object } data ? []
        : from entry in data.EnumerateObject()
          let own = entry.Value.ValueKind == JsonValueKind.Object && entry.Value.TryGetProperty("value", out _)
          let label = own && entry.Value.TryGetProperty("label", out var text) ? TextOf(text) : entry.Name
          from line in Line(label, TextOf(own ? entry.Value.GetProperty("value") : entry.Value))
          select line;

    private static IEnumerable<string> Answers(JsonElement answers) =>
        answers.ValueKind != JsonValueKind.Array ? []
        : from answer in answers.EnumerateArray()
          where answer.ValueKind == JsonValueKind.Object
          from line in Line("Q", Of(answer, "question")).Concat(Line("A", Of(answer, "answer")))
          select line;

    private static string? Of(JsonElement data, string field) => data.TryGetProperty(field, out var value) ? TextOf(value) : null;

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    // Never half of a character; in HTML each character may become six.
    private static List<string> Parts(string text, bool html)
    {
        var room = (LongestBody - RoomForNumber) / (html ? 6 : 1);
        var parts = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = Math.Min(text.Length, start + room);
            if (end < text.Length && char.IsHighSurrogate(text[end - 1]))
                end--;
            parts.Add(text[start..end]);
            start = end;
        }

        return parts;
    }
}

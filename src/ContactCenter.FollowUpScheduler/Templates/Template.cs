using System.Text;
using System.Text.Json;

namespace ContactCenter.FollowUpScheduler.Templates;

/// <summary>A text with references to values (FUP-29 to FUP-36). Rendering is one pass: what is put in is never read for references again (FUP-33).</summary>
public sealed class Template
{
    /// <summary>Longest template in characters (FUP-32).</summary>
    public const int Longest = 8_192;

    /// <summary>Most references of a template (FUP-32).</summary>
    public const int MostReferences = 100;

    /// <summary>Longest rendered value in characters (FUP-32).</summary>
    public const int LongestValue = 64 << 10;

    private readonly List<object> _segments;

    private Template(List<object> segments) => _segments = segments;

    /// <summary>What it refers to, in order.</summary>
    public IEnumerable<Reference> References => _segments.OfType<Reference>();

    /// <summary>The reference that is all of it; null if it is anything else.</summary>
    public Reference? Lone => _segments is [Reference reference] ? reference : null;

    /// <summary>Parses a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="problem">What is wrong with it, or null.</param>
    /// <returns>Null if it is wrong.</returns>
    public static Template? Parse(string text, out TemplateProblem? problem)
    {
        problem = text.Length > Longest ? new($"has at most {Longest:N0} characters", Longest + 1) : null;
        if (problem is not null || TemplateParser.Parse(text, out problem) is not { } segments)
            return null;
        if (segments.OfType<Reference>().ElementAtOrDefault(MostReferences) is not { } excess)
            return new(segments);
        problem = new($"has at most {MostReferences} references", excess.Position);
        return null;
    }

    /// <summary>Parses a template that was checked when it was saved.</summary>
    /// <param name="text">The template.</param>
    /// <exception cref="InvalidOperationException">It is wrong all the same.</exception>
    public static Template Stored(string text) => Parse(text, out var problem) ?? throw new InvalidOperationException($"A stored template {problem!.Message}.");

    /// <summary>The text with values. A missing value without default becomes empty, and is counted.</summary>
    /// <param name="values">The values.</param>
    /// <param name="encode">Encodes each value for its place; null for as it is.</param>
    /// <exception cref="RenderException">The text is too long.</exception>
    public string Render(TemplateValues values, Func<string, string>? encode = null) => Render(values, encode, isRequired: false);

    /// <summary>The text with values, none of which may be missing.</summary>
    /// <param name="values">The values.</param>
    /// <param name="encode">Encodes each value for its place; null for as it is.</param>
    /// <exception cref="RenderException">A value is missing, or the text is too long.</exception>
    public string RenderRequired(TemplateValues values, Func<string, string>? encode = null) => Render(values, encode, isRequired: true);

    /// <summary>The value where JSON may stand: that of a lone reference, otherwise the text.</summary>
    /// <param name="values">The values.</param>
    /// <returns>Null for a lone reference whose value is missing and that has no default.</returns>
    public JsonElement? Value(TemplateValues values)
    {
        if (Lone is not { } reference)
            return JsonSerializer.SerializeToElement(Render(values));
        return values.Find(reference) ?? (reference.Default is { } text ? JsonSerializer.SerializeToElement(text) : null);
    }

    private string Render(TemplateValues values, Func<string, string>? encode, bool isRequired)
    {
        var text = new StringBuilder();
        foreach (var segment in _segments)
        {
            if (segment is not Reference reference)
            {
                text.Append((string)segment);
                continue;
            }

            var value = values.Find(reference) is { } found ? TextOf(found) : reference.Default;
            if (value is null && isRequired)
                throw new RenderException(RenderException.ValueMissing, $"@{{{reference}}} at character {reference.Position} has no value");
            if (value is null)
                values.CountMissing();
            else
                text.Append(encode is null ? value : encode(value));
            if (text.Length > LongestValue)
                throw new RenderException(RenderException.ValueTooLarge, "a rendered text is larger than 64 KiB");
        }

        return text.ToString();
    }

    /// <summary>A value as text (FUP-34).</summary>
    /// <param name="value">The value.</param>
    public static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => value.GetRawText(),
        _ => JsonSerializer.Serialize(value, TemplateValues.Compact),
    };
}

/// <summary>A template cannot be rendered with these values.</summary>
/// <param name="reason"><see cref="ValueMissing"/>, <see cref="ValueTooLarge"/> or <see cref="ControlCharacter"/>.</param>
/// <param name="message">What is wrong, without values.</param>
public sealed class RenderException(string reason, string message) : Exception(message)
{
    /// <summary>A value that has to be there is missing (FUP-35).</summary>
    public const string ValueMissing = "VALUE_MISSING";

    /// <summary>A rendered text is larger than 64 KiB (FUP-32).</summary>
    public const string ValueTooLarge = "VALUE_TOO_LARGE";

    /// <summary>A value with CR, LF or NUL stands in a header, address or subject (FUP-36).</summary>
    public const string ControlCharacter = "CONTROL_CHARACTER";

    /// <summary>One of the constants.</summary>
    public string Reason { get; } = reason;

    /// <summary>A text that goes into a header, an address or a subject.</summary>
    /// <param name="text">The rendered text.</param>
    /// <returns>The text.</returns>
    /// <exception cref="RenderException">It has CR, LF or NUL.</exception>
    public static string SingleLine(string text) => text.AsSpan().IndexOfAny('\r', '\n', '\0') < 0
        ? text
        : throw new RenderException(ControlCharacter, "a value for one line has a line break or NUL");
}

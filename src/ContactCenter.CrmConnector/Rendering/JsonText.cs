using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ContactCenter.CrmConnector.Rendering;

/// <summary>JSON with only the escapes that it demands: all else stays as it is, digits of numbers included (CRM-37).</summary>
public static class JsonText
{
    /// <summary>Media type of answers, and of requests but those of multipart forms.</summary>
    public const string MediaType = "application/json";

    /// <summary>A text as a JSON string with its quotes.</summary>
    /// <param name="text">Any text.</param>
    public static string Quote(string text) => $"\"{Escape(text)}\"";

    /// <summary>A text as the inside of a JSON string.</summary>
    /// <param name="text">Any text.</param>
    public static string Escape(string text)
    {
        if (!text.Any(MustBeEscaped))
            return text;
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' or '\\' => escaped.Append('\\').Append(character),
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                < ' ' => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => escaped.Append(character),
            };
        }

        return escaped.ToString();
    }

    /// <summary>Whether a text is a JSON number and nothing else.</summary>
    /// <param name="text">Any text.</param>
    public static bool IsNumber(string text) =>
        text.Length > 0 && (char.IsAsciiDigit(text[0]) || text[0] == '-') && char.IsAsciiDigit(text[^1]) && IsValid(text);

    /// <summary>Whether a text is JSON.</summary>
    /// <param name="text">Any text.</param>
    public static bool IsValid(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool MustBeEscaped(char character) => character is < ' ' or '"' or '\\';
}

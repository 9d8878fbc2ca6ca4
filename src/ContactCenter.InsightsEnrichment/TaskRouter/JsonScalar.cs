using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>Reads single values of attribute objects as text (INS-38, INS-45).</summary>
internal static class JsonScalar
{
    private const int LongestName = 64;

    /// <summary>
    /// Reads the member that the reader stands on. A text is kept as it is, a number or boolean in its JSON spelling;
    /// null, an empty text, an array or an object is no value. Of a repeated name the last counts.
    /// </summary>
    /// <param name="reader">Stands on a member's name; afterwards on the end of its value.</param>
    /// <param name="names">The names that are read; others are skipped.</param>
    /// <param name="values">Takes the value.</param>
    public static void ReadMember(ref Utf8JsonReader reader, FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> names, Dictionary<string, string> values)
    {
        string? name = null;
        if (reader.ValueSpan.Length <= LongestName)
        {
            Span<char> spelled = stackalloc char[LongestName];
            names.TryGetValue(spelled[..Copy(ref reader, spelled)], out name);
        }

        reader.Read();
        if (name is null)
        {
            reader.Skip();
            return;
        }

        var value = reader.TokenType switch
        {
            JsonTokenType.String => Text(ref reader),
            JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => null,
        };
        reader.Skip();
        if (string.IsNullOrEmpty(value))
            values.Remove(name);
        else
            values[name] = value;
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            // The store keeps no NUL in texts.
            return reader.GetString()!.Replace('\0', '\uFFFD');
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("A text has an unpaired surrogate.", exception);
        }
    }

    private static int Copy(ref Utf8JsonReader reader, scoped Span<char> target)
    {
        try
        {
            return reader.CopyString(target);
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("A name has an unpaired surrogate.", exception);
        }
    }
}

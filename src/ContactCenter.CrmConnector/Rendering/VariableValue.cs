using System.Globalization;

namespace ContactCenter.CrmConnector.Rendering;

/// <summary>What a variable stands for.</summary>
/// <param name="Text">Its text, as it goes into a request; empty for none.</param>
/// <param name="IsNumber">Whether it is a number in JSON (CRM-38).</param>
/// <param name="Warning">Code of what is to be said about it; null for nothing.</param>
public readonly record struct VariableValue(string Text, bool IsNumber = false, string? Warning = null)
{
    /// <summary>Warning: the value was cut at <see cref="LongestText"/> characters.</summary>
    public const string Truncated = "VALUE_TRUNCATED";

    /// <summary>Longest value, in characters (CRM-50).</summary>
    public const int LongestText = 32_768;

    /// <summary>No value.</summary>
    public static VariableValue None { get; } = new("");

    /// <summary>Whether it is null, absent or only white space.</summary>
    public bool IsEmpty => string.IsNullOrWhiteSpace(Text);

    /// <summary>A text from outside: without control characters, and not too long (CRM-50).</summary>
    /// <param name="text">As given; null for none.</param>
    /// <param name="warning">Code of what is to be said about it already.</param>
    /// <param name="longest">Where it is cut, in characters.</param>
    public static VariableValue Of(string? text, string? warning = null, int longest = LongestText)
    {
        if (string.IsNullOrEmpty(text))
            return None;
        if (text.AsSpan().ContainsAnyInRange('\0', '\u001f'))
            text = string.Concat(text.Where(character => character is >= ' ' or '\t' or '\n' or '\r'));
        if (text.Length <= longest)
            return new(text, Warning: warning);
        // Never half of a character.
        var end = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        return new(text[..end], Warning: Truncated);
    }

    /// <summary>A number.</summary>
    /// <param name="number">Null for none.</param>
    public static VariableValue Of(long? number) => number is { } known ? new(known.ToString(CultureInfo.InvariantCulture), IsNumber: true) : None;
}

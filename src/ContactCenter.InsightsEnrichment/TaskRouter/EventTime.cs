using System.Globalization;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>Reads the spellings of time that senders use (INS-12).</summary>
public static class EventTime
{
    private const int SecondsDigits = 11;
    private const int MillisecondsDigits = 13;
    private const int TickDigits = 7;

    /// <summary>The earliest accepted time, inclusive.</summary>
    public static readonly DateTimeOffset Earliest = new(1901, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The end of the accepted times, exclusive.</summary>
    public static readonly DateTimeOffset End = new(2050, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads epoch seconds (up to 11 digits), epoch milliseconds (13 digits) or ISO 8601, to the millisecond.</summary>
    /// <param name="text">What the sender wrote, or null.</param>
    /// <returns>The time in UTC, also outside the accepted range; null if the text is none of these.</returns>
    public static DateTimeOffset? Read(string? text)
    {
        if (text is null)
            return null;
        var digits = text.AsSpan().TrimStart('-');
        if (!digits.IsEmpty && digits.IndexOfAnyExceptInRange('0', '9') < 0)
        {
            if (digits.Length > MillisecondsDigits || text.Length - digits.Length > 1)
                return null;
            var number = long.Parse(text, CultureInfo.InvariantCulture);
            return digits.Length switch
            {
                <= SecondsDigits => DateTimeOffset.FromUnixTimeSeconds(number),
                MillisecondsDigits => DateTimeOffset.FromUnixTimeMilliseconds(number),
                _ => null,
            };
        }

        return digits.Length >= 10 && char.IsAsciiDigit(digits[0]) && digits[4] == '-'
            && DateTimeOffset.TryParse(WithoutNanoseconds(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond))
            : null;
    }

    // Digits that are finer than ticks would be rounded, and the last moment of a day become the next day's first.
    private static string WithoutNanoseconds(string text)
    {
        var first = text.IndexOf('.') + 1;
        var end = first;
        while (first > 0 && end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return end - first > TickDigits ? text.Remove(first + TickDigits, end - first - TickDigits) : text;
    }

    /// <summary>Whether a time lies in 1901 to 2049.</summary>
    /// <param name="time">Any time.</param>
    public static bool IsAccepted(DateTimeOffset time) => time >= Earliest && time < End;
}

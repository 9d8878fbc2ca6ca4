using System.Globalization;

namespace Grpc.Framing;

/// <summary>The value of <c>grpc-timeout</c>: one to eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    private const int MaxDigits = 8;
    private const long MaxValue = 99_999_999;

    /// <summary>Reads a timeout; one too long for a TimeSpan becomes <see cref="TimeSpan.MaxValue"/>.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MaxDigits + 1
            || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return false;

        long ticks;
        switch (text[^1])
        {
            case 'H':
                ticks = TimeSpan.TicksPerHour;
                break;
            case 'M':
                ticks = TimeSpan.TicksPerMinute;
                break;
            case 'S':
                ticks = TimeSpan.TicksPerSecond;
                break;
            case 'm':
                ticks = TimeSpan.TicksPerMillisecond;
                break;
            case 'u':
                ticks = TimeSpan.TicksPerMicrosecond;
                break;
            case 'n':
                // A tick is 100 ns; a started tick counts whole, so that a timeout above zero stays above zero.
                timeout = new TimeSpan((value + 99) / 100);
                return true;
            default:
                return false;
        }

        timeout = value > TimeSpan.MaxValue.Ticks / ticks ? TimeSpan.MaxValue : new TimeSpan(value * ticks);
        return true;
    }

    /// <summary>Writes a timeout in the finest unit that fits into eight digits, rounded up; none left is <c>1n</c>.</summary>
    internal static string Format(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
            return "1n";

        if (timeout.Ticks <= MaxValue / 100)
            return string.Create(CultureInfo.InvariantCulture, $"{timeout.Ticks * 100}n");

        return Fit(timeout, TimeSpan.TicksPerMicrosecond, 'u')
            ?? Fit(timeout, TimeSpan.TicksPerMillisecond, 'm')
            ?? Fit(timeout, TimeSpan.TicksPerSecond, 'S')
            ?? Fit(timeout, TimeSpan.TicksPerMinute, 'M')
            ?? Fit(timeout, TimeSpan.TicksPerHour, 'H')!;
    }

    private static string? Fit(TimeSpan timeout, long ticksPerUnit, char unit)
    {
        var value = (timeout.Ticks / ticksPerUnit) + (timeout.Ticks % ticksPerUnit == 0 ? 0 : 1);
        return value <= MaxValue || unit == 'H'
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Min(value, MaxValue)}{unit}")
            : null;
    }
}

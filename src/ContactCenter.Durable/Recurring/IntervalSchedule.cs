using System.Globalization;

namespace ContactCenter.Durable;

/// <summary>Equal steps in UTC, from the last occurrence or from the beginning of the calendar.</summary>
internal sealed record IntervalSchedule(TimeSpan Interval, bool IsAligned) : Schedule
{
    /// <inheritdoc />
    public override DateTimeOffset Next(DateTimeOffset last, DateTimeOffset now)
    {
        var origin = IsAligned ? 0 : last.UtcTicks;
        var steps = (Math.Max(last.UtcTicks, now.UtcTicks) - origin) / Interval.Ticks;
        return new DateTimeOffset(origin + (steps + 1) * Interval.Ticks, TimeSpan.Zero);
    }

    /// <inheritdoc />
    public override string ToString() => $"{(IsAligned ? "aligned" : "every")} {Interval.ToString("c", CultureInfo.InvariantCulture)}";
}

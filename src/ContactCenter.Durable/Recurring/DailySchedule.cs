using System.Globalization;

namespace ContactCenter.Durable;

/// <summary>The first instant of each day at which local clocks show a time or a later one.</summary>
/// <remarks>That one sentence covers all days: in a gap it is the end of the gap, and of a time that comes twice it is the first.</remarks>
internal sealed record DailySchedule(TimeOnly Time, TimeZoneInfo Zone) : Schedule
{
    // No zone is further from UTC than this, and none changes twice within two of it.
    private static readonly TimeSpan LargestOffset = TimeSpan.FromHours(15);

    /// <inheritdoc />
    public override DateTimeOffset Next(DateTimeOffset last, DateTimeOffset now)
    {
        var after = (last > now ? last : now).UtcDateTime;

        // The time of the day before is past, whatever the clocks did since.
        for (var day = DateOnly.FromDateTime(after + Zone.GetUtcOffset(after)); ; day = day.AddDays(1))
        {
            var instant = FirstInstant(day.ToDateTime(Time, DateTimeKind.Utc));
            if (instant > after)
                return new DateTimeOffset(instant);
        }
    }

    /// <inheritdoc />
    public override string ToString() => $"daily {Time.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture)} {Zone.Id}";

    private DateTime FirstInstant(DateTime local)
    {
        var before = Zone.GetUtcOffset(local - LargestOffset);
        var after = Zone.GetUtcOffset(local + LargestOffset);
        var (early, late) = (local - (before > after ? before : after), local - (before > after ? after : before));
        if (Zone.GetUtcOffset(early) == local - early)
            return early;
        if (Zone.GetUtcOffset(late) == local - late)
            return late;

        // In a gap: look for its end, which is after the one and not after the other.
        while (late - early > TimeSpan.FromTicks(1))
        {
            var middle = early + (late - early) / 2;
            if (middle + Zone.GetUtcOffset(middle) < local)
                early = middle;
            else
                late = middle;
        }

        return late;
    }
}

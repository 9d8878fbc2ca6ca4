namespace ContactCenter.Durable;

/// <summary>When something recurs: a rule from which every occurrence follows, without a clock of its own (DUR-42, DUR-43).</summary>
public abstract record Schedule
{
    private protected Schedule()
    {
    }

    /// <summary>At a fixed distance from one occurrence to the next, in UTC; the first is one interval after the schedule was put to use.</summary>
    /// <param name="interval">1 s to 366 days.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is out of range.</exception>
    public static Schedule Every(TimeSpan interval) => new IntervalSchedule(Checked(interval), IsAligned: false);

    /// <summary>At every multiple of the interval since midnight UTC of 1 January of the year 1, so that 15 min is each quarter of an hour.</summary>
    /// <param name="interval">1 s to 366 days; one that divides a day gives the same times each day.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is out of range.</exception>
    public static Schedule Aligned(TimeSpan interval) => new IntervalSchedule(Checked(interval), IsAligned: true);

    /// <summary>Once a day at a local time. Where clocks skip that time, at the first instant after the gap; where they show it twice, at the first.</summary>
    /// <param name="time">Local time of day.</param>
    /// <param name="zone">IANA name, such as <c>Europe/Lisbon</c>.</param>
    /// <exception cref="TimeZoneNotFoundException">There is no such IANA zone.</exception>
    public static Schedule Daily(TimeOnly time, string zone)
    {
        var found = TimeZoneInfo.FindSystemTimeZoneById(zone);
        return found.HasIanaId ? new DailySchedule(time, found) : throw new TimeZoneNotFoundException($"{zone} is no IANA time zone.");
    }

    /// <summary>The occurrence after the given one.</summary>
    /// <param name="after">An occurrence, or any instant to start from.</param>
    /// <returns>Always later than <paramref name="after"/>.</returns>
    public DateTimeOffset Next(DateTimeOffset after) => Next(after, after);

    /// <summary>The first occurrence after the given one that is still to come.</summary>
    /// <param name="last">The last occurrence, to which intervals are added.</param>
    /// <param name="now">Occurrences until now are left out; an earlier time than <paramref name="last"/> counts as that.</param>
    /// <returns>Always later than both, in UTC.</returns>
    public abstract DateTimeOffset Next(DateTimeOffset last, DateTimeOffset now);

    /// <summary>A stable text that tells schedules apart, such as <c>daily 01:30:00 Europe/Lisbon</c>.</summary>
    public abstract override string ToString();

    private static TimeSpan Checked(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, TimeSpan.FromDays(366));
        return interval;
    }
}

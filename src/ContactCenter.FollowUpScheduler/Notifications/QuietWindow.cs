using System.Globalization;
using ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>A weekly window without notifications, in local time (FUP-72).</summary>
/// <param name="Days">Days on which it begins.</param>
/// <param name="Start">When it begins.</param>
/// <param name="End">When it ends; before the start, the next day.</param>
public sealed record QuietWindow(IReadOnlySet<DayOfWeek> Days, TimeOnly Start, TimeOnly End)
{
    private const int MinutesOfDay = 24 * 60;
    private const int MinutesOfWeek = 7 * MinutesOfDay;
    private const int LeastOpenMinutes = 60;

    private int Minutes => (int)(End - Start).TotalMinutes;

    /// <summary>Reads a window.</summary>
    /// <param name="window">As configured.</param>
    /// <returns>Null if a day or time is wrong.</returns>
    public static QuietWindow? Parse(QuietHours window)
    {
        if (!TryRead(window.Start, out var start) || !TryRead(window.End, out var end) || start == end || window.Days.Any(day => day is < 1 or > 7))
            return null;
        var days = window.Days.Count == 0 ? Enum.GetValues<DayOfWeek>() : window.Days.Select(day => (DayOfWeek)(day % 7));
        return new(days.ToHashSet(), start, end);
    }

    /// <summary>Whether windows leave at least an hour of the week.</summary>
    /// <param name="windows">The windows.</param>
    public static bool LeavesEnoughOpen(IReadOnlyList<QuietWindow> windows)
    {
        var closed = new bool[MinutesOfWeek];
        foreach (var window in windows)
        {
            foreach (var day in window.Days)
            {
                var first = (int)day * MinutesOfDay + (int)window.Start.ToTimeSpan().TotalMinutes;
                for (var minute = 0; minute < window.Minutes; minute++)
                    closed[(first + minute) % MinutesOfWeek] = true;
            }
        }

        return closed.Count(minute => !minute) >= LeastOpenMinutes;
    }

    /// <summary>The first instant at or after a time that no window covers (FUP-71, FUP-73).</summary>
    /// <param name="windows">The windows, which leave some time open.</param>
    /// <param name="zone">The zone they are read in.</param>
    /// <param name="time">The time.</param>
    public static DateTimeOffset FirstOpen(IReadOnlyList<QuietWindow> windows, TimeZoneInfo zone, DateTimeOffset time)
    {
        while (windows.Select(window => window.EndAround(zone, time)).Max() is { } end)
            time = end;
        return time;
    }

    /// <summary>When the occurrence of the window around a time ends; null if there is none.</summary>
    private DateTimeOffset? EndAround(TimeZoneInfo zone, DateTimeOffset time)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, zone).DateTime);
        for (var day = today.AddDays(-1); day <= today.AddDays(1); day = day.AddDays(1))
        {
            if (!Days.Contains(day.DayOfWeek))
                continue;
            var start = TimeZones.ToInstant(zone, day.ToDateTime(Start), isLater: false);
            var end = TimeZones.ToInstant(zone, (End > Start ? day : day.AddDays(1)).ToDateTime(End), isLater: true);
            if (start <= time && time < end)
                return end;
        }

        return null;
    }

    private static bool TryRead(string text, out TimeOnly time) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}

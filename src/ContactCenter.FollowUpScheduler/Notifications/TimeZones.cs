namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>Local times as instants, also where clocks are set forward or back (FUP-73).</summary>
public static class TimeZones
{
    /// <summary>Whether a name is that of an IANA zone.</summary>
    /// <param name="name">The name.</param>
    public static bool IsKnown(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out _) && (name.Contains('/', StringComparison.Ordinal) || name == "UTC");

    /// <summary>A local time as an instant. One that does not exist is the first instant after the gap.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="local">The local time.</param>
    /// <param name="isLater">Which instant is meant when the local time occurs twice.</param>
    public static DateTimeOffset ToInstant(TimeZoneInfo zone, DateTime local, bool isLater)
    {
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(1);
        if (!zone.IsAmbiguousTime(local))
            return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
        var offsets = zone.GetAmbiguousTimeOffsets(local);
        return new DateTimeOffset(local, isLater ? offsets.Min() : offsets.Max()).ToUniversalTime();
    }
}

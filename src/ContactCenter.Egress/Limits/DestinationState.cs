using ContactCenter.Egress.Http;

namespace ContactCenter.Egress.Limits;

/// <summary>Whether a call may go.</summary>
internal enum AdmissionKind
{
    Pass = 0,
    Throttled = 1,
    BreakerOpen = 2,
}

/// <param name="Kind">Whether the call may go.</param>
/// <param name="Wait">Before it goes, or before it comes back.</param>
/// <param name="IsProbe">Whether it is the one probe of a half-open breaker.</param>
internal readonly record struct Admission(AdmissionKind Kind, TimeSpan Wait, bool IsProbe);

/// <summary>How an admitted call ended for the breaker.</summary>
internal enum AttemptResult
{
    /// <summary>The destination answered.</summary>
    Ok,

    /// <summary>It failed in a way that counts (EGR-22).</summary>
    Failed,

    /// <summary>It says nothing about the destination: the caller gave up, or nothing was sent.</summary>
    None,
}

/// <summary>What a report changed.</summary>
internal enum BreakerChange
{
    None = 0,
    Opened = 1,
    Closed = 2,
}

/// <summary>Bucket, budget and breaker of destinations: in Redis for all replicas, or in this process while Redis is away.</summary>
internal interface IDestinationState
{
    Task<Admission> AdmitAsync(Destination destination, string? reservationId, DateTimeOffset now);

    Task<BreakerChange> ReportAsync(Destination destination, AttemptResult result, bool isProbe, DateTimeOffset now);

    Task ResetBreakerAsync(Destination destination);

    /// <summary>The time until the next probe; null when the breaker is closed, zero when half-open.</summary>
    Task<TimeSpan?> OpenForAsync(Destination destination, DateTimeOffset now);
}

/// <summary>Constants and times that both states share.</summary>
internal static class StateTimes
{
    /// <summary>How long a call waits for its token before it ends as throttled (EGR-19).</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>A probe that never reported is given up after this.</summary>
    public static readonly TimeSpan ProbeLease = TimeSpan.FromMinutes(5);

    public static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    public static long Microseconds(DateTimeOffset time) => Microseconds(time - DateTimeOffset.UnixEpoch);

    public static TimeSpan FromMicroseconds(long microseconds) => new(microseconds * TimeSpan.TicksPerMicrosecond);

    public static long Interval(RateLimit rate) => (long)Math.Ceiling(1_000_000 / rate.PerSecond);

    /// <summary>The local date of the budget and the time until its end.</summary>
    public static (DateOnly Day, TimeSpan Left) BudgetDay(RateLimit rate, DateTimeOffset now)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(rate.BudgetZone);
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        var midnight = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
        // Where midnight does not exist, the day begins at the first instant after the gap.
        while (zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(15);
        var left = new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(midnight, zone), TimeSpan.Zero) - now;
        return (day, left > TimeSpan.Zero ? left : TimeSpan.FromSeconds(1));
    }
}

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

/// <param name="Result">How it ended.</param>
/// <param name="IsProbe">Whether it was the probe of a half-open breaker.</param>
/// <param name="Error">What failed; null when it succeeded.</param>
/// <param name="ItemId">The job, if the call had one.</param>
internal sealed record Attempt(AttemptResult Result, bool IsProbe, BreakerError? Error = null, string? ItemId = null);

/// <param name="Change">What changed.</param>
/// <param name="LastError">The last failure that counted; null if nothing changed.</param>
/// <param name="ExampleItemId">A job whose call failed.</param>
internal readonly record struct BreakerReport(BreakerChange Change, BreakerError? LastError = null, string? ExampleItemId = null);

/// <param name="OpenFor">The time until the next probe; null when the breaker is closed, zero when half-open.</param>
/// <param name="LastError">What opened it.</param>
/// <param name="ExampleItemId">A job whose call failed.</param>
/// <param name="TokensLeft">Calls that could go at once.</param>
/// <param name="BudgetUsed">Calls of the day; 0 without a budget.</param>
internal sealed record DestinationStatus(TimeSpan? OpenFor, BreakerError? LastError, string? ExampleItemId, long TokensLeft, long BudgetUsed);

/// <summary>Bucket, budget and breaker of destinations: in Redis for all replicas, or in this process while Redis is away.</summary>
internal interface IDestinationState
{
    Task<Admission> AdmitAsync(Destination destination, string? reservationId, DateTimeOffset now);

    Task<BreakerReport> ReportAsync(Destination destination, Attempt attempt, DateTimeOffset now);

    Task<DestinationStatus> StatusAsync(Destination destination, DateTimeOffset now);

    /// <summary>Whether one more is let through within any minute.</summary>
    Task<bool> AdmitPerMinuteAsync(string key, int limit, DateTimeOffset now);
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

    /// <summary>Calls that could go at once, if <paramref name="next"/> is when the last one's token was there.</summary>
    public static long TokensLeft(long next, long interval, int burst, long now) =>
        Math.Max(0, (now - Math.Max(next, now - (burst * interval))) / interval);

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

namespace ContactCenter.Durable;

/// <summary>The time of jobs: the wall clock, but it never goes back. Where that was set back, this one runs at half speed until it is right again (DUR-44).</summary>
/// <remarks>
/// So nothing that was due is suddenly not due yet, no job gets younger or older in one step, and the delays of retries stay delays.
/// A wall clock that was set forward is followed at once: what became due while the machine was suspended shall run.
/// </remarks>
/// <param name="wall">Wall clock and monotonic clock.</param>
internal sealed class SteadyTime(TimeProvider wall) : TimeProvider
{
    private readonly Lock _lock = new();
    private DateTimeOffset _last = wall.GetUtcNow();
    private long _timestamp = wall.GetTimestamp();

    /// <inheritdoc />
    public override long TimestampFrequency => wall.TimestampFrequency;

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => wall.LocalTimeZone;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            // Both clocks go on while they are read: only what passed from one reading of the wall clock to the next may count.
            var slow = _last + wall.GetElapsedTime(_timestamp) / 2;
            var now = wall.GetUtcNow();
            (_last, _timestamp) = (now > slow ? now : slow, wall.GetTimestamp());
            return _last;
        }
    }

    /// <inheritdoc />
    public override long GetTimestamp() => wall.GetTimestamp();

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => wall.CreateTimer(callback, state, dueTime, period);
}

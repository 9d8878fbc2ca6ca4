namespace ContactCenter.WfmConnector.Tests;

/// <summary>The time of the system, set forward or back by a test; timers run as ever.</summary>
public sealed class TestTime : TimeProvider
{
    private TimeSpan _offset;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _offset;

    /// <summary>From now on it is this late.</summary>
    public void Set(DateTimeOffset now) => _offset = now - System.GetUtcNow();
}

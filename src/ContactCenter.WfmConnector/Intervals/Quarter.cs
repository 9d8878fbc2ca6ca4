namespace ContactCenter.WfmConnector.Intervals;

/// <summary>Intervals: quarters of an hour from :00, :15, :30 and :45 UTC (WFM-41).</summary>
public static class Quarter
{
    /// <summary>Length of every interval.</summary>
    public static TimeSpan Length { get; } = TimeSpan.FromMinutes(15);

    /// <summary>Start of the interval that holds a moment; a boundary belongs to the interval that it starts.</summary>
    /// <param name="moment">In UTC.</param>
    public static DateTime StartOf(DateTime moment) => moment.AddTicks(-(moment.Ticks % Length.Ticks));

    /// <summary>Milliseconds as whole seconds, rounded half up (WFM-42).</summary>
    /// <param name="milliseconds">A sum, not negative.</param>
    public static long Seconds(long milliseconds) => (milliseconds + 500) / 1_000;

    /// <summary>Parts of a whole as whole seconds that add up to the rounded whole (WFM-42).</summary>
    /// <param name="parts">In milliseconds, in their order.</param>
    public static long[] Seconds(params ReadOnlySpan<long> parts)
    {
        var seconds = new long[parts.Length];
        var (sum, before) = (0L, 0L);
        for (var i = 0; i < parts.Length; i++)
        {
            sum += parts[i];
            seconds[i] = Seconds(sum) - before;
            before += seconds[i];
        }

        return seconds;
    }
}

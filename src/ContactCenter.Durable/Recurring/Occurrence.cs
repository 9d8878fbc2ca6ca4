namespace ContactCenter.Durable;

/// <summary>What becomes of occurrences that could not run in time, as no process was there or the one before took too long (DUR-42).</summary>
public enum MissedOccurrences
{
    /// <summary>However many they are, one run stands for them all.</summary>
    Once,

    /// <summary>An occurrence that could not begin within a minute is left out.</summary>
    Skip,
}

/// <summary>The payload of a recurring job.</summary>
/// <param name="Time">When it was due by its schedule, however late it runs.</param>
/// <param name="Schedule">The schedule that planned it.</param>
public sealed record Occurrence(DateTimeOffset Time, string Schedule);

namespace ContactCenter.Events.Insights;

/// <summary>What stands in the place of a phone number when callers do not show theirs (INS-87).</summary>
public static class WithheldNumbers
{
    /// <summary>Words, to be compared without case, and the numbers that TaskRouter writes for them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "anonymous", "unknown", "restricted", "unavailable", "private", "blocked", "withheld",
        "+266696687", "+8656696", "+7378742833", "+86282452253", "+2562533",
    ];
}

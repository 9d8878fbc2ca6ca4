using ContactCenter.InsightsEnrichment.Conversations;

namespace ContactCenter.InsightsEnrichment.Tests;

/// <summary>The worked examples of the specification as task lives.</summary>
internal static class Examples
{
    /// <summary>EX-1: a cold transfer.</summary>
    public static TaskLife ColdTransfer(int number = 1) => new TaskLife(number)
        .Entered("10:00:00.900", "Level 1")
        .Offered("10:00:08.100", number * 10 + 1, "John Doe", "Level 1")
        .Reserved("accepted", "10:00:12.200", number * 10 + 1, "John Doe", "Level 1")
        .TransferInitiated("10:02:12.050")
        .Reserved("wrapup", "10:02:12.100", number * 10 + 1, "John Doe", "Level 1")
        .Entered("10:02:13.000", "Level 2")
        .Reserved("completed", "10:02:22.700", number * 10 + 1, "John Doe", "Level 1")
        .Offered("10:02:40.000", number * 10 + 2, "Alba Perez", "Level 2")
        .Reserved("accepted", "10:02:45.900", number * 10 + 2, "Alba Perez", "Level 2")
        .Reserved("wrapup", "10:05:45.100", number * 10 + 2, "Alba Perez", "Level 2")
        .Reserved("completed", "10:06:15.000", number * 10 + 2, "Alba Perez", "Level 2")
        .Completed("10:06:15.200", "solved");

    /// <summary>EX-2: the customer gives up after a transfer.</summary>
    public static TaskLife AbandonedAfterTransfer(int number = 2) => new TaskLife(number)
        .Entered("07:21:33", "Level 1")
        .Offered("07:22:41", number * 10 + 1, "John Doe", "Level 1")
        .Reserved("accepted", "07:22:45", number * 10 + 1, "John Doe", "Level 1")
        .TransferInitiated("07:25:02", "Level 2")
        .Reserved("wrapup", "07:25:02", number * 10 + 1, "John Doe", "Level 1")
        .Reserved("completed", "07:25:02", number * 10 + 1, "John Doe", "Level 1")
        .Offered("07:25:03", number * 10 + 2, "Alba Perez", "Level 2")
        .Reserved("canceled", "07:25:05", number * 10 + 2, "Alba Perez", "Level 2")
        .Canceled("07:25:05", "hangup");
}

/// <summary>What tests look for in segments.</summary>
internal static class SegmentFindings
{
    /// <summary>The warnings of a segment as <c>code:field</c>, or as the code alone where it is about the segment.</summary>
    public static IReadOnlyList<string> Codes(this Segment segment) =>
        [.. (segment.Warnings ?? []).Select(warning => warning.Field.Length > 0 ? $"{warning.Code}:{warning.Field}" : warning.Code)];
}

using ContactCenter.InsightsEnrichment.Agents;
using ContactCenter.InsightsEnrichment.Recordings;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>Settings that the segments of a task depend on.</summary>
public sealed record SegmentRules
{
    /// <summary>How long after the end of a task TaskRouter still knows it, and so takes values for it (INS-36).</summary>
    public static readonly TimeSpan LongestLateWindow = TimeSpan.FromSeconds(120);

    /// <summary>How long after the end of a task an event of it may be missing (INS-68).</summary>
    public static readonly TimeSpan MissingAfter = TimeSpan.FromHours(24);

    /// <summary>The settings that apply without configuration.</summary>
    public static SegmentRules Default { get; } = new();

    /// <summary>How long after the end of a task a media link still counts (INS-36).</summary>
    public TimeSpan LateWindow { get; init; } = LongestLateWindow;

    /// <summary>Abandoned waits below this many seconds count as short; 0 for none (INS-78).</summary>
    public int ShortQueueSeconds { get; init; }

    /// <summary>Whether names that have no meaning are reported also at the root of task attributes and among worker attributes (INS-41).</summary>
    public bool ReportForeignAttributes { get; init; }

    /// <summary>What is done with recordings (INS-55 to INS-57).</summary>
    public RecordingOptions Recordings { get; init; } = new();

    /// <summary>What activities mean (INS-107).</summary>
    public ActivityOptions Activities { get; init; } = new();
}

/// <summary>What the segments of a task depend on besides its own events.</summary>
/// <param name="Activities">Changes of activity of its workers, at least those while it was offered to them.</param>
/// <param name="Now">Until when missing events could have come.</param>
public sealed record TaskSurroundings(IReadOnlyList<WorkerActivity> Activities, DateTimeOffset Now)
{
    /// <summary>What joins the task to others, if that is not what its events alone say.</summary>
    public TaskLinks? Links { get; init; }

    /// <summary>What else gives values to its segments.</summary>
    public TaskAdditions Additions { get; init; } = TaskAdditions.None;

    /// <summary>Nothing besides the events, none of which is overdue.</summary>
    public static TaskSurroundings None { get; } = new([], DateTimeOffset.MinValue);
}

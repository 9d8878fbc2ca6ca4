using ContactCenter.InsightsEnrichment.Conversations;

namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>The time that an agent spent in one activity: an Agent Status segment, or, while it lasts, Agent Status in Progress (INS-96).</summary>
public sealed record StatusSegment
{
    /// <summary>Identity, see <see cref="SegmentIds.OfStatus"/>.</summary>
    public required string SegmentId { get; init; }

    /// <summary>The worker.</summary>
    public required string AgentSid { get; init; }

    /// <summary>Name of the activity.</summary>
    public required string Activity { get; init; }

    /// <summary>The activity; null where only its name was reported.</summary>
    public string? ActivitySid { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>When it ended; null while it lasts.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Whether no event told its beginning: it is known from what the next event reported about the time before (INS-97).</summary>
    public bool IsReconstructed { get; init; }

    /// <summary>Key of the event that it was made of: the one that began it, or, if it is reconstructed, the one that ended it.</summary>
    public required string SourceKey { get; init; }

    /// <summary>How long it lasted; null while it does.</summary>
    public Measure? ActivityTime => EndTime is { } end ? Measure.Between(StartTime, end) : null;
}

using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A segment that was published before has changed, because an event came late or its conversation became another.</summary>
[MessageUrn("contactcenter:insights:segment-revised")]
public sealed record SegmentRevised
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When the segment ended.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored the change.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The segment as it is now, complete.</summary>
    public required SegmentFacts Segment { get; init; }

    /// <summary>Names of the changed values, in ordinal order: those of the segment in snake case, such as <c>queue_time</c>.</summary>
    public required IReadOnlyList<string> ChangedFields { get; init; }
}

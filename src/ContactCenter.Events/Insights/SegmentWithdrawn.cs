using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A segment that was published before does not exist any more: later events showed that it never was, or that it has not ended.</summary>
[MessageUrn("contactcenter:insights:segment-withdrawn")]
public sealed record SegmentWithdrawn
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When the segment ended, as it was last published.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored the change.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The segment as it was last published, with the revision of the withdrawal.</summary>
    public required SegmentFacts Segment { get; init; }
}

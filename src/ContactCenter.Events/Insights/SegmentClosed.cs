using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A segment has ended. Published once per segment; what changes afterwards is a <see cref="SegmentRevised"/>.</summary>
[MessageUrn("contactcenter:insights:segment-closed")]
public sealed record SegmentClosed
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When the segment ended.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored the change.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The segment.</summary>
    public required SegmentFacts Segment { get; init; }
}

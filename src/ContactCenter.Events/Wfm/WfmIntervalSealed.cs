using MassTransit;

namespace ContactCenter.Events.Wfm;

/// <summary>The first reports of an interval were computed and stored.</summary>
[MessageUrn("contactcenter:wfm:interval-sealed")]
public sealed record WfmIntervalSealed
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>Start of the interval.</summary>
    public required DateTimeOffset IntervalStart { get; init; }

    /// <summary>Whether Insights had not published by then all that it had accepted by the end of the interval.</summary>
    public required bool Incomplete { get; init; }
}

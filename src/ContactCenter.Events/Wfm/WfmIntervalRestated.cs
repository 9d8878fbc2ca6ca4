using MassTransit;

namespace ContactCenter.Events.Wfm;

/// <summary>Something of a sealed interval has changed: its reports were computed and stored again.</summary>
[MessageUrn("contactcenter:wfm:interval-restated")]
public sealed record WfmIntervalRestated
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>Start of the interval.</summary>
    public required DateTimeOffset IntervalStart { get; init; }

    /// <summary>Number of the revision, from 1.</summary>
    public required int Revision { get; init; }

    /// <summary>How many values differ from the revision before.</summary>
    public required int ChangedValues { get; init; }
}

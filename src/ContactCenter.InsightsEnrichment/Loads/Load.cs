namespace ContactCenter.InsightsEnrichment.Loads;

/// <summary>A step that brings what has changed into the data sets; <c>protos/…/load.proto</c> says what each value means.</summary>
public sealed record Load
{
    /// <summary>Identity.</summary>
    public required Guid LoadId { get; init; }

    /// <summary>Who asked for it; null if it was due.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>When it was asked for, or due.</summary>
    public required DateTimeOffset RequestTime { get; init; }

    /// <summary>Place in the order of the cut-offs; null as long as it waits.</summary>
    public long? LoadNumber { get; init; }

    /// <summary>Up to when changes are part of it.</summary>
    public DateTimeOffset? CutOffTime { get; init; }

    /// <summary>Up to when it has cut work into quarters of an hour.</summary>
    public DateTimeOffset? WorkloadEndTime { get; init; }

    /// <summary>When it was committed.</summary>
    public DateTimeOffset? FinishTime { get; init; }

    /// <summary>Segments that no load had before.</summary>
    public long SegmentsNew { get; init; }

    /// <summary>Segments that an earlier load had in another form.</summary>
    public long SegmentsChanged { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }
}

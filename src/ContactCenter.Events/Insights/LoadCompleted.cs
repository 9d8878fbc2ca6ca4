using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A load has brought into the data sets what had changed up to its cut-off.</summary>
[MessageUrn("contactcenter:insights:load-completed")]
public sealed record LoadCompleted
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When the load ended.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>The same: the load and this message are committed together.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>Empty: a load is of all accounts.</summary>
    public required string AccountSid { get; init; }

    /// <summary>Rises by one from load to load.</summary>
    public required long LoadNumber { get; init; }

    /// <summary>Up to when changes are part of the load.</summary>
    public required DateTimeOffset CutOffTime { get; init; }

    /// <summary>Segments that no load had before.</summary>
    public required long SegmentsNew { get; init; }

    /// <summary>Segments that an earlier load had in another form, or that have turned out never to have been.</summary>
    public required long SegmentsChanged { get; init; }

    /// <summary>How long the load took, in milliseconds.</summary>
    public required long DurationMs { get; init; }
}

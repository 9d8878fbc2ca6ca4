using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>
/// How far Insights has come: everything that it had accepted before a time has been published. Published at least every
/// 10 seconds; the time never goes back, and stands still while anything older is not processed or not published.
/// </summary>
[MessageUrn("contactcenter:insights:ingest-watermark")]
public sealed record IngestWatermark
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it was stated.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>The same.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>Empty: it is about all accounts.</summary>
    public required string AccountSid { get; init; }

    /// <summary>Everything accepted before this time has been published, but for the dead letters; 1970 as long as nothing is known.</summary>
    public required DateTimeOffset WatermarkTime { get; init; }

    /// <summary>Number of events that were given up and wait for an operator.</summary>
    public required long DeadLetters { get; init; }
}

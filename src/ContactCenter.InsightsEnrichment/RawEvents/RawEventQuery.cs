namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Which raw events are meant; null narrows nothing.</summary>
public sealed record RawEventQuery
{
    /// <summary>Received at or after.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Received before.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Happened at or after.</summary>
    public DateTimeOffset? EventStartTime { get; init; }

    /// <summary>Happened before.</summary>
    public DateTimeOffset? EventEndTime { get; init; }

    /// <summary>Account.</summary>
    public string? AccountSid { get; init; }

    /// <summary>Task.</summary>
    public string? TaskSid { get; init; }

    /// <summary>Type in lower case.</summary>
    public string? EventType { get; init; }

    /// <summary>Key.</summary>
    public string? EventKey { get; init; }

    /// <summary>Status.</summary>
    public RawEventStatus? Status { get; init; }

    /// <summary>How it came.</summary>
    public RawEventSource? Source { get; init; }

    /// <summary>The conversation that its task or session belongs to now.</summary>
    public string? ConversationId { get; init; }
}

using ContactCenter.InsightsEnrichment.RawEvents;

namespace ContactCenter.InsightsEnrichment.Reprocessing;

/// <summary>A run that works out again what raw events say (INS-23).</summary>
public sealed record ReprocessingRun
{
    /// <summary>UUIDv7 of the time of the request.</summary>
    public required Guid ReprocessingId { get; init; }

    /// <summary>Which events.</summary>
    public required RawEventQuery Filter { get; init; }

    /// <summary>Whether it only tells what it would change.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Most events a second, 1 to 1,000.</summary>
    public required int EventsPerSecond { get; init; }

    /// <summary>How far it is.</summary>
    public required ReprocessingState State { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string Actor { get; init; }

    /// <summary>When it was requested.</summary>
    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>When it was done or canceled; null until then.</summary>
    public DateTimeOffset? FinishTime { get; init; }

    /// <summary>The run goes on after this event; null before the first.</summary>
    public Guid? LastEventId { get; init; }

    /// <summary>How far it is, in numbers.</summary>
    public ReprocessingCounts Counts { get; init; } = new();
}

/// <summary>Numbers of a run; <c>raw_event_service.proto</c> says what each means.</summary>
public sealed record ReprocessingCounts
{
    /// <summary>Events that the filter finds; null until they are counted.</summary>
    public long? Matched { get; init; }

    /// <summary>Events looked at.</summary>
    public long Done { get; init; }

    /// <summary>Events that were part of no result before.</summary>
    public long TakenIn { get; init; }

    /// <summary>Events that stay out.</summary>
    public long LeftOut { get; init; }

    /// <summary>Events whose processing failed again.</summary>
    public long Failed { get; init; }

    /// <summary>Segments that differ.</summary>
    public long Segments { get; init; }

    /// <summary>Conversations that differ.</summary>
    public long Conversations { get; init; }

    /// <summary>Session records that differ.</summary>
    public long Sessions { get; init; }
}

/// <summary>How far a run is; the numbers are those of the contract.</summary>
public enum ReprocessingState
{
    /// <summary>Waits or is under way.</summary>
    Running = 1,

    /// <summary>All events were looked at.</summary>
    Done = 2,

    /// <summary>Ended by somebody.</summary>
    Canceled = 3,
}

/// <summary>An event that a run comes to.</summary>
internal sealed class ReprocessedEvent
{
    public Guid RawEventId { get; init; }
    public string Source { get; init; } = "";
    public string Status { get; init; } = "";
    public int Attempts { get; init; }
    public string EventType { get; init; } = "";
    public string? AccountSid { get; init; }
    public string? WorkspaceSid { get; init; }
    public string? TaskSid { get; init; }
    public string? ResourceSid { get; init; }

    /// <summary>Whether the run comes to its task or session for the first time.</summary>
    public bool IsFirst { get; init; }

    /// <summary>Whether it is part of a result, so that this is worked out again.</summary>
    public bool IsInResult => Status is "processed" or "duplicate";

    public bool IsOfSession => Source == "session";
}

namespace ContactCenter.Durable.DeadLetters;

/// <summary>What became of a dead letter.</summary>
public enum DeadLetterState
{
    /// <summary>Waits for an operator.</summary>
    Pending,

    /// <summary>Its item was moved back; if that fails again, the letter is pending again.</summary>
    Replayed,

    /// <summary>Closed with a reason.</summary>
    Discarded,

    /// <summary>Closed by its service, which has newer work in its place.</summary>
    Superseded,
}

/// <summary>A dead letter as it is stored (DUR-47).</summary>
public sealed record StoredDeadLetter
{
    /// <summary>The letter's id, a UUIDv7.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where the item came from.</summary>
    public required DeadLetterSource Source { get; init; }

    /// <summary>The job or message.</summary>
    public required Guid ItemId { get; init; }

    /// <summary>Kind of the job, or URN of the message.</summary>
    public required string Kind { get; init; }

    /// <summary>Group of the job, exchange of an outbox message, queue of an inbox message.</summary>
    public required string Group { get; init; }

    /// <summary>Ordering key, or null.</summary>
    public string? Key { get; init; }

    /// <summary>Why it is not tried again, such as <c>MAX_ATTEMPTS</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>What became of the letter.</summary>
    public required DeadLetterState State { get; init; }

    /// <summary>Class of the last error.</summary>
    public required string ErrorClass { get; init; }

    /// <summary>Status of the last answer, such as 503, or null.</summary>
    public int? ErrorStatus { get; init; }

    /// <summary>First 4 KiB, masked, of what the last error said.</summary>
    public required string Error { get; init; }

    /// <summary>How often the item was tried since it was enqueued or last replayed.</summary>
    public required int Attempts { get; init; }

    /// <summary>First try of all.</summary>
    public required DateTimeOffset FirstTime { get; init; }

    /// <summary>Last try.</summary>
    public required DateTimeOffset LastTime { get; init; }

    /// <summary>How often the item has been replayed.</summary>
    public required int Generation { get; init; }

    /// <summary>JSON of the item, or the bytes received if they were unreadable: masked where one letter is read, null in lists.</summary>
    public byte[]? Payload { get; init; }

    /// <summary>Name of the retry policy, or null.</summary>
    public string? Policy { get; init; }

    /// <summary>W3C trace context of the item, or null.</summary>
    public string? TraceParent { get; init; }

    /// <summary>De-duplication key of a job, or null.</summary>
    public string? DeduplicationKey { get; init; }

    /// <summary>When it was replayed, discarded or superseded; null while it is pending.</summary>
    public DateTimeOffset? ClosedTime { get; init; }

    /// <summary>Why an operator discarded it, or null.</summary>
    public string? DiscardReason { get; init; }
}

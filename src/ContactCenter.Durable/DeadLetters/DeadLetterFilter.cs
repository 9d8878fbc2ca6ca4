namespace ContactCenter.Durable.DeadLetters;

/// <summary>Chooses dead letters; a null part chooses all (DUR-48).</summary>
public sealed record DeadLetterFilter
{
    /// <summary>Where the item came from.</summary>
    public DeadLetterSource? Source { get; init; }

    /// <summary>The job or message.</summary>
    public Guid? ItemId { get; init; }

    /// <summary>Kind of the job, or URN of the message.</summary>
    public string? Kind { get; init; }

    /// <summary>Group of the job, exchange of an outbox message, queue of an inbox message.</summary>
    public string? Group { get; init; }

    /// <summary>Ordering key.</summary>
    public string? Key { get; init; }

    /// <summary>Why the item is not tried again.</summary>
    public string? Reason { get; init; }

    /// <summary>What became of the letter.</summary>
    public DeadLetterState? State { get; init; }

    /// <summary>Class of the last error.</summary>
    public string? ErrorClass { get; init; }

    /// <summary>Status of the last answer, such as 503.</summary>
    public int? ErrorStatus { get; init; }

    /// <summary>Name of the retry policy.</summary>
    public string? Policy { get; init; }

    /// <summary>Trace of the item, 32 hexadecimal digits.</summary>
    public string? TraceId { get; init; }

    /// <summary>Least number of attempts.</summary>
    public int? MinAttempts { get; init; }

    /// <summary>Most attempts.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Least number of replays.</summary>
    public int? MinGeneration { get; init; }

    /// <summary>Most replays.</summary>
    public int? MaxGeneration { get; init; }

    /// <summary>First tried at this time or later.</summary>
    public DateTimeOffset? FirstFrom { get; init; }

    /// <summary>First tried before this time.</summary>
    public DateTimeOffset? FirstTo { get; init; }

    /// <summary>Last tried at this time or later.</summary>
    public DateTimeOffset? LastFrom { get; init; }

    /// <summary>Last tried before this time.</summary>
    public DateTimeOffset? LastTo { get; init; }
}

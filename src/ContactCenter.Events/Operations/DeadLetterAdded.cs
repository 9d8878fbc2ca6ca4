using MassTransit;

namespace ContactCenter.Events.Operations;

/// <summary>Work of a service became a dead letter and waits for an operator. Sent at most once a minute for each kind and reason.</summary>
[MessageUrn("contactcenter:operations:dead-letter-added")]
public sealed record DeadLetterAdded
{
    /// <summary>Resource name of the service, such as <c>insights-enrichment</c>.</summary>
    public required string Service { get; init; }

    /// <summary>When the service reported it.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The newest of the letters: <c>deadLetters/{id}</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>Trace of the newest of the letters, 32 hexadecimal digits; null if it had none.</summary>
    public string? TraceId { get; init; }

    /// <summary>Kind of the job, or URN of the message.</summary>
    public required string Kind { get; init; }

    /// <summary>Why the work is not tried again, such as <c>MAX_ATTEMPTS</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>How many letters of this kind and reason were added since the last such event, at least 1.</summary>
    public required int Count { get; init; }
}

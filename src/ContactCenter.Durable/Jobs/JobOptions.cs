namespace ContactCenter.Durable;

/// <summary>What may be said of a job when it is enqueued.</summary>
public sealed record JobOptions
{
    /// <summary>Jobs of one key, of whatever kinds, run one at a time in the order of their commits; null where order does not matter (DUR-37).</summary>
    public string? Key { get; init; }

    /// <summary>Unit of fair sharing, such as an endpoint: claims serve the groups in turn, by their weights (DUR-38). Null for the group of all jobs without one.</summary>
    public string? Group { get; init; }

    /// <summary>While a job of the same kind and de-duplication key waits or runs, no second one is added (DUR-28).</summary>
    public string? DeduplicationKey { get; init; }

    /// <summary>Not to be run before; null for at once.</summary>
    public DateTimeOffset? DueTime { get; init; }

    /// <summary>True: a job that exists already gets this due time, unless it is running. False: it stays as it is.</summary>
    public bool MovesExisting { get; init; }
}

/// <summary>What became of a request for a job; known when its transaction has committed.</summary>
public sealed class EnqueuedJob
{
    internal EnqueuedJob(Guid id) => Id = id;

    /// <summary>The job's id: a UUIDv7, or that of the job that exists already.</summary>
    public Guid Id { get; internal set; }

    /// <summary>Whether a live job had the de-duplication key, so that none was added.</summary>
    public bool IsExisting { get; internal set; }
}

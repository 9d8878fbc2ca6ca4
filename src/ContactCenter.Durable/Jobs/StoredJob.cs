namespace ContactCenter.Durable;

/// <summary>Where a job is.</summary>
public enum JobState
{
    /// <summary>Runs when it is due.</summary>
    Ready,

    /// <summary>Waits for an earlier job of its key.</summary>
    Blocked,

    /// <summary>A process runs it.</summary>
    Leased,

    /// <summary>A dead letter that holds back its key until it is replayed or discarded.</summary>
    Dead,

    /// <summary>Its handler has returned.</summary>
    Done,

    /// <summary>An operator has cancelled it.</summary>
    Cancelled,
}

/// <summary>A job as operators see it.</summary>
public sealed record StoredJob
{
    /// <summary>The job's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Registered kind.</summary>
    public required string Kind { get; init; }

    /// <summary>Unit of fair sharing, or empty.</summary>
    public required string Group { get; init; }

    /// <summary>Ordering key, or null.</summary>
    public string? Key { get; init; }

    /// <summary>Unique among live jobs of the kind, or null; not kept of jobs that are over.</summary>
    public string? DeduplicationKey { get; init; }

    /// <summary>Where it is. A job that failed for good is <see cref="JobState.Dead"/>, whether it holds its key or not.</summary>
    public required JobState State { get; init; }

    /// <summary>Not to be run before.</summary>
    public required DateTimeOffset DueTime { get; init; }

    /// <summary>First enqueue, or last replay.</summary>
    public required DateTimeOffset EnqueuedTime { get; init; }

    /// <summary>Start of the last attempt, or null.</summary>
    public DateTimeOffset? StartedTime { get; init; }

    /// <summary>When it was over, or null.</summary>
    public DateTimeOffset? FinishedTime { get; init; }

    /// <summary>Until when a process has it, or null.</summary>
    public DateTimeOffset? LeaseEnd { get; init; }

    /// <summary>Attempts so far.</summary>
    public required int Attempts { get; init; }

    /// <summary>JSON; only of a live job that was read alone. May hold personal data.</summary>
    public byte[]? Payload { get; init; }

    /// <summary>W3C trace context of the cause, or null.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Place in the list of live jobs, 0 for jobs that are over.</summary>
    internal long Sequence { get; init; }
}

/// <summary>Chooses live jobs; a null part chooses all (DUR-46).</summary>
public sealed record JobFilter
{
    /// <summary>Registered kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Unit of fair sharing; empty for the jobs without one.</summary>
    public string? Group { get; init; }

    /// <summary>Ordering key.</summary>
    public string? Key { get; init; }

    /// <summary>One of the states of live jobs: Ready, Blocked, Leased, Dead.</summary>
    public JobState? State { get; init; }

    /// <summary>Due at this time or later.</summary>
    public DateTimeOffset? DueFrom { get; init; }

    /// <summary>Due before this time.</summary>
    public DateTimeOffset? DueTo { get; init; }
}

/// <summary>The jobs of one kind and group.</summary>
public sealed record QueueStatus
{
    /// <summary>Registered kind.</summary>
    public required string Kind { get; init; }

    /// <summary>Unit of fair sharing, or empty.</summary>
    public required string Group { get; init; }

    /// <summary>Jobs that wait, due or not.</summary>
    public required long Depth { get; init; }

    /// <summary>Jobs that a process runs.</summary>
    public required long Running { get; init; }

    /// <summary>Dead letters that are PENDING.</summary>
    public required long Failed { get; init; }

    /// <summary>How long the oldest job that waits has been due, or null if none is.</summary>
    public TimeSpan? OldestDueAge { get; init; }

    /// <summary>Whether jobs have been due for 10 min and no process has offered to run the kind since (DUR-27).</summary>
    public required bool IsOrphaned { get; init; }

    /// <summary>Why the kind is paused, or null.</summary>
    public string? KindPauseNote { get; init; }

    /// <summary>Why the group is paused, or null.</summary>
    public string? GroupPauseNote { get; init; }
}

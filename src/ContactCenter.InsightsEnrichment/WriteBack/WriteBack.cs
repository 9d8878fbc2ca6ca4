namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>A change that is written back to TaskRouter.</summary>
public sealed record WriteBackItem
{
    /// <summary>UUIDv7 of the request.</summary>
    public required Guid WriteBackId { get; init; }

    /// <summary>Account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>Workspace (<c>WS…</c>).</summary>
    public required string WorkspaceSid { get; init; }

    /// <summary>Task or worker; empty for a run of several workers.</summary>
    public required string Target { get; init; }

    /// <summary>What is written.</summary>
    public required WriteBackKind Kind { get; init; }

    /// <summary>What has become of it.</summary>
    public WriteBackStatus Status { get; init; } = WriteBackStatus.Pending;

    /// <summary>JSON object to merge into a task's attributes; null for none.</summary>
    public string? Attributes { get; init; }

    /// <summary>Why a task ends.</summary>
    public string? Reason { get; init; }

    /// <summary>End the task even if its attributes cannot be written.</summary>
    public bool Anyway { get; init; }

    /// <summary>Read and compare only.</summary>
    public bool DryRun { get; init; }

    /// <summary>Not begun: waits for the task's wrap-up.</summary>
    public bool WaitsForWrapUp { get; init; }

    /// <summary>When it was begun; how long it is tried counts from here.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary>Where an interrupted attempt goes on.</summary>
    public UpdateProgress Progress { get; init; } = new();

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>What went wrong last.</summary>
    public string? LastError { get; init; }

    /// <summary>When it is tried again.</summary>
    public DateTimeOffset? NextAttemptTime { get; init; }

    /// <summary>When it was requested.</summary>
    public DateTimeOffset CreateTime { get; init; }

    /// <summary>When its status became final.</summary>
    public DateTimeOffset? FinishTime { get; init; }

    /// <summary>The status that the task is given after its attributes; null if it is not ended.</summary>
    public string? EndStatus => Kind switch
    {
        WriteBackKind.TaskCompletion => "completed",
        WriteBackKind.TaskCancellation => "canceled",
        _ => null,
    };
}

/// <summary>What is written back; values as in <c>write_back.proto</c>.</summary>
public enum WriteBackKind
{
    /// <summary>Attributes of a task.</summary>
    TaskEnrichment = 1,

    /// <summary>Attributes of a task, then its completion.</summary>
    TaskCompletion = 2,

    /// <summary>Attributes of a task, then its cancellation.</summary>
    TaskCancellation = 3,

    /// <summary>Attributes of workers.</summary>
    Workers = 4,

    /// <summary>The link of a recording, unless the task has one (INS-55).</summary>
    RecordingLink = 5,
}

/// <summary>What has become of a write-back; values as in <c>write_back.proto</c>.</summary>
public enum WriteBackStatus
{
    /// <summary>Waits or is under way.</summary>
    Pending = 1,

    /// <summary>Written, or found as wanted.</summary>
    Done = 2,

    /// <summary>Others were faster each time (INS-114).</summary>
    Conflict = 3,

    /// <summary>The task has ended or is unknown (INS-117).</summary>
    TaskGone = 4,

    /// <summary>Refused, or tried for too long (INS-118).</summary>
    Failed = 5,
}

/// <summary>The result of one row of a run; values as in <c>write_back.proto</c>.</summary>
public enum WorkerUpdateOutcome
{
    /// <summary>Written; in a dry run: would be.</summary>
    Updated = 1,

    /// <summary>The worker has these attributes already.</summary>
    Unchanged = 2,

    /// <summary>There is no such worker.</summary>
    NotFound = 3,

    /// <summary>Others were faster each time.</summary>
    Conflict = 4,

    /// <summary>Refused, or tried for too long.</summary>
    Failed = 5,
}

/// <summary>One row of a run.</summary>
public sealed record WorkerUpdateRow
{
    /// <summary>Place in the request, from 0.</summary>
    public int RowNumber { get; init; }

    /// <summary>The worker (<c>WK…</c>).</summary>
    public string WorkerSid { get; init; } = "";

    /// <summary>JSON object to merge into the worker's attributes.</summary>
    public string Attributes { get; init; } = "{}";

    /// <summary>The result; null while it waits.</summary>
    public WorkerUpdateOutcome? Outcome { get; init; }

    /// <summary>Attributes as they were read.</summary>
    public string? Before { get; init; }

    /// <summary>Attributes as written.</summary>
    public string? After { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>Where an interrupted attempt goes on.</summary>
    public UpdateProgress Progress { get; init; } = new();
}

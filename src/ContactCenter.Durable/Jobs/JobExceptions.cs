namespace ContactCenter.Durable;

/// <summary>A job's kind is not registered in this process, so nothing was enqueued: <c>UNKNOWN_JOB_KIND</c> (DUR-26).</summary>
/// <param name="kind">The kind asked for.</param>
public sealed class UnknownJobKindException(string kind) : Exception($"There is no kind of job named {kind} (UNKNOWN_JOB_KIND).");

/// <summary>A job's payload is larger than 64 KiB of JSON; nothing was enqueued. Large content travels by reference (DUR-26).</summary>
/// <param name="kind">The job's kind.</param>
/// <param name="bytes">The payload's size.</param>
public sealed class JobTooLargeException(string kind, int bytes)
    : Exception($"The payload of a job {kind} has {bytes:N0} bytes; the limit is {Jobs.QueuedJob.MaxPayloadBytes:N0}.");

/// <summary>This process has lost the right to run a job, as its lease ended and another has claimed it: <c>LEASE_LOST</c> (DUR-30). Nothing was changed.</summary>
/// <param name="id">The job.</param>
/// <param name="fence">The claim that is void.</param>
public sealed class LeaseLostException(Guid id, long fence) : Exception($"Job {id} was claimed again since claim {fence} (LEASE_LOST).");

/// <summary>No live job has the given id.</summary>
/// <param name="id">The id asked for.</param>
public sealed class JobNotFoundException(Guid id) : Exception($"There is no job {id} that waits or runs.");

/// <summary>A job's state does not allow what was asked; nothing was changed (DUR-46).</summary>
/// <param name="id">The job.</param>
/// <param name="state">Its state.</param>
public sealed class JobStateException(Guid id, JobState state)
    : Exception($"Job {id} is {state.ToString().ToUpperInvariant()}: only a waiting job can be run now or cancelled.")
{
    /// <summary>The job's state.</summary>
    public JobState State { get; } = state;
}

using ContactCenter.Durable.Jobs;

namespace ContactCenter.Durable.DeadLetters;

/// <summary>Where a dead letter's item came from.</summary>
public enum DeadLetterSource
{
    /// <summary>A durable job.</summary>
    Job,

    /// <summary>A message that the broker refused.</summary>
    Outbox,

    /// <summary>A message that a consumer could not take.</summary>
    Inbox,

    /// <summary>An outbound call.</summary>
    Egress,
}

/// <summary>Work that failed for good, to be stored (DUR-47).</summary>
/// <param name="Source">Where the item came from.</param>
/// <param name="ItemId">The job or message.</param>
/// <param name="Kind">Kind of the job, or URN of the message.</param>
/// <param name="Group">Group of the job, exchange of an outbox message, queue of an inbox message.</param>
/// <param name="Key">Ordering key, or null.</param>
/// <param name="Reason">Why it is not tried again, such as <c>MAX_ATTEMPTS</c>.</param>
/// <param name="ErrorClass">Class of the last error, such as <c>timeout</c> or an exception's name.</param>
/// <param name="Error">What the last error said.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="FirstTime">First try.</param>
/// <param name="LastTime">Last try.</param>
/// <param name="Payload">JSON of the item, or the bytes received if they were unreadable.</param>
/// <param name="Policy">Name of the retry policy, or null.</param>
/// <param name="TraceParent">W3C trace context of the item, or null.</param>
/// <param name="DeduplicationKey">That of a job, or null.</param>
/// <param name="ErrorStatus">Status of the last answer, such as 503, or null.</param>
/// <param name="ItemSeq">Place of the item among those first tried at the same time.</param>
internal sealed record DeadLetter(
    DeadLetterSource Source,
    Guid ItemId,
    string Kind,
    string Group,
    string? Key,
    string Reason,
    string ErrorClass,
    string Error,
    int Attempts,
    DateTimeOffset FirstTime,
    DateTimeOffset LastTime,
    byte[] Payload,
    string? Policy,
    string? TraceParent,
    string? DeduplicationKey = null,
    int? ErrorStatus = null,
    long ItemSeq = 0)
{
    /// <summary>Reason of what is not to be tried again, whatever its policy.</summary>
    public const string Final = "FINAL";

    /// <summary>The letter of a job.</summary>
    /// <param name="job">Its last claim.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="reason">Why it is not tried again.</param>
    /// <param name="errorClass">Class of the last error.</param>
    /// <param name="error">What the last error said.</param>
    /// <param name="attempts">How often it was tried.</param>
    /// <param name="now">Time of the last try.</param>
    public static DeadLetter Of(ClaimedJob job, JobKind kind, string reason, string errorClass, string error, int attempts, DateTimeOffset now) => new(
        DeadLetterSource.Job,
        job.Id,
        job.Kind,
        job.Group,
        job.Key,
        reason,
        errorClass,
        error,
        attempts,
        job.EnqueuedTime,
        now,
        job.Payload,
        kind.Policy,
        job.TraceParent,
        kind.Recurrence is null ? job.DeduplicationKey : null,
        ItemSeq: job.Fence);
}

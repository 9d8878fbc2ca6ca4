using ContactCenter.Durable;
using ContactCenter.Egress;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>
/// How long and how often a write-back is tried (INS-118): after what Retry-After asks for, else after 1, 2, 4 … 60 s with
/// full jitter, a pause being anything from 0 to that.
/// </summary>
public static class WriteBackRetries
{
    /// <summary>Name of the jobs that write back to tasks.</summary>
    public const string TaskJob = "write-backs.task";

    /// <summary>Name of the jobs that write back to one worker.</summary>
    public const string WorkerJob = "write-backs.worker";

    /// <summary>Tasks: up to 10 minutes.</summary>
    public static RetryPolicy Tasks { get; } = Within("twilio-tasks", TimeSpan.FromMinutes(10));

    /// <summary>Bulk runs: up to 24 hours.</summary>
    public static RetryPolicy Workers { get; } = Within("twilio-workers", TimeSpan.FromHours(24));

    /// <summary>
    /// The policy of the job itself, which is more patient: the handler ends a write-back in time, and thereby notes how it
    /// ended.
    /// </summary>
    /// <param name="policy">One of the above.</param>
    public static RetryPolicy OfJob(RetryPolicy policy) => policy with { MaxAge = policy.MaxAge * 2 };

    /// <summary>Decides about a failed attempt.</summary>
    /// <param name="policy">One of the above.</param>
    /// <param name="error">The failure.</param>
    /// <param name="attempt">Attempts made, this one included.</param>
    /// <param name="age">Time since the write-back was begun.</param>
    /// <returns>The failure to leave to the job; null if it is the end.</returns>
    public static JobFailedException? Next(RetryPolicy policy, EgressException error, int attempt, TimeSpan age) =>
        error.Kind != JobFailureKind.Final && policy.Decide(error.ErrorClass, attempt, age, Random.Shared.NextDouble(), error.Delay).Delay is { } delay
            ? new JobFailedException(error.ErrorClass, error.Message, error) { Delay = delay }
            : null;

    // Jitter 1 spreads a pause from nothing to twice its length: half of 1, 2, 4 … 60 s is given.
    private static RetryPolicy Within(string name, TimeSpan age) => new(
        name, null, age, TimeSpan.FromSeconds(0.5), 2, TimeSpan.FromSeconds(30), 1,
        [new("dns, connect, timeout, reset, exception", RetryAction.Retry), new("status 429, 5xx", RetryAction.Retry)]);
}

using System.Diagnostics;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Durable.Retries;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Durable.Jobs;

/// <summary>What a run led to, to be acknowledged: at most one of its parts is set, none if the job is finished in its own transaction or its lease was lost.</summary>
/// <param name="Job">The claim.</param>
/// <param name="Outcome">Name in metrics.</param>
/// <param name="IsFinished">The job is done.</param>
/// <param name="Postponement">It is run again.</param>
/// <param name="Letter">It is not tried again.</param>
/// <param name="Next">Jobs to be added in the commit that ends this one; none if it is null.</param>
internal sealed record JobResult(
    ClaimedJob Job, string Outcome, bool IsFinished = false, Postponement? Postponement = null, DeadLetter? Letter = null, IReadOnlyList<QueuedJob>? Next = null)
{
    /// <summary>Whether it is acknowledged in a transaction of its own.</summary>
    public bool IsSettledAlone => Letter is not null || Next is not null;

    /// <summary>Outcome of a job that is done.</summary>
    public const string Done = "done";

    /// <summary>Outcome of a job that is a dead letter.</summary>
    public const string Dead = "dead";
}

/// <summary>Runs one claimed job and decides by its kind's policy what follows (DUR-31, DUR-33 to DUR-36).</summary>
internal sealed partial class JobRunner(JobQueue queue, JobStore store, PolicyBook policies, JobMetrics metrics, IServiceScopeFactory scopes, SteadyTime time, ILogger<JobRunner> logger)
{
    /// <summary>Name of the source of one activity per run.</summary>
    public const string SourceName = "ContactCenter.Durable";

    private const string Timeout = "TIMEOUT";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly TimeSpan DatabasePause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs a job to its end.</summary>
    /// <param name="job">The claim.</param>
    /// <param name="ending">Cancelled when the process ends: the job is given back, and the attempt not counted (DUR-54).</param>
    public async Task<JobResult> RunAsync(ClaimedJob job, CancellationToken ending)
    {
        var kind = queue[job.Kind];
        var begun = time.GetUtcNow();
        var end = metrics.Begin(job.Kind);
        var result = kind.Recurrence?.Skips(job, begun) == true ? new JobResult(job, "skipped", IsFinished: true) : await RunAsync(job, kind, begun, ending);
        end(result.Outcome);
        return result.IsFinished || result.Letter is not null ? result with { Next = Next() } : result;

        IReadOnlyList<QueuedJob>? Next() => kind.Recurrence is { } recurrence ? [recurrence.After(job, begun, time.GetUtcNow())] : null;
    }

    private async Task<JobResult> RunAsync(ClaimedJob job, JobKind kind, DateTimeOffset begun, CancellationToken ending)
    {
        if (job.WasAbandoned && IsUsedUp(job, await policies.FindAsync(kind.Policy, CancellationToken.None)))
            return Dead(job, kind, "CRASHED", "crash", "The process ended during the last attempt.", job.Attempt - 1);

        using var limit = new CancellationTokenSource(kind.MaxRunTime, time);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ending);
        using var activity = Source.StartActivity($"job {job.Kind}", ActivityKind.Consumer, job.TraceParent);
        var run = new JobRun(store, job, kind, time);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var handler = (IJobHandler)ActivatorUtilities.GetServiceOrCreateInstance(scope.ServiceProvider, kind.Handler);

            // A handler that does not listen is left behind; its fence keeps it from finishing a job that others have claimed.
            await handler.RunAsync(run, cancellation.Token).WaitAsync(cancellation.Token);
            return Ended(run, job, kind);
        }
        catch (Exception) when (run.Outcome is not null)
        {
            return Ended(run, job, kind);
        }
        catch (LeaseLostException exception)
        {
            LogLost(exception.Message);
            return new JobResult(job, "lease_lost");
        }
        catch (Exception) when (ending.IsCancellationRequested)
        {
            return new JobResult(job, "released", Postponement: new Postponement(job, time.GetUtcNow(), IsCounted: false));
        }
        catch (Exception exception) when (exception is OutboxFullException || DatabaseLoss.Is(exception))
        {
            // The database or the broker is away, which says nothing about the job.
            LogWaits(exception, job.Kind, job.Id);
            return new JobResult(job, "waits", Postponement: new Postponement(job, time.GetUtcNow() + DatabasePause, IsCounted: false));
        }
        catch (Exception exception)
        {
            LogFailed(exception, job.Kind, job.Id, job.Attempt);
            return limit.IsCancellationRequested
                ? await DecideAsync(job, kind, new JobFailedException(Timeout, exception.Message))
                : await DecideAsync(job, kind, exception);
        }
    }

    private async Task<JobResult> DecideAsync(ClaimedJob job, JobKind kind, Exception exception)
    {
        var failure = FailureIn(exception) ?? new JobFailedException(exception.GetType().Name, exception.Message);
        var policy = await policies.FindAsync(kind.Policy, CancellationToken.None);
        var now = time.GetUtcNow();
        var age = now - job.EnqueuedTime;
        if (failure.Kind is JobFailureKind.Wait or JobFailureKind.WaitWithoutAge)
        {
            var wait = failure.Delay is { } asked && asked > ShortestWait ? asked : ShortestWait;
            if (failure.Kind == JobFailureKind.WaitWithoutAge)
                return new JobResult(job, "waits", Postponement: new Postponement(job, now + wait, IsCounted: false, Ageless: wait));
            return policy.Ends(age, wait)
                ? Dead(job, kind, "MAX_AGE", failure.ErrorClass, exception.Message, job.Attempt - 1)
                : new JobResult(job, "waits", Postponement: new Postponement(job, now + wait, IsCounted: false));
        }

        var decision = failure.Kind == JobFailureKind.Final
            ? RetryDecision.Dead(DeadLetter.Final)
            : policy.Decide(failure.ErrorClass, job.Attempt, age, Random.Shared.NextDouble(), failure.Delay);
        return decision.Delay is { } delay
            ? new JobResult(job, "retry", Postponement: new Postponement(job, now + delay, IsCounted: true))
            : Dead(job, kind, decision.Reason!, failure.ErrorClass, exception.Message, job.Attempt);
    }

    private static IJobFailure? FailureIn(Exception? exception)
    {
        while (exception is not (null or IJobFailure))
            exception = exception.InnerException;
        return exception as IJobFailure;
    }

    private JobResult Dead(ClaimedJob job, JobKind kind, string reason, string errorClass, string error, int attempts)
    {
        LogDead(job.Kind, job.Id, reason);
        return new JobResult(job, JobResult.Dead, Letter: DeadLetter.Of(job, kind, reason, errorClass, error, attempts, time.GetUtcNow()));
    }

    private JobResult Ended(JobRun run, ClaimedJob job, JobKind kind)
    {
        if (run.Outcome == JobResult.Dead)
            LogDead(kind.Name, job.Id, DeadLetter.Final);
        return new(job, run.Outcome ?? JobResult.Done, IsFinished: run.Outcome is null);
    }

    private bool IsUsedUp(ClaimedJob job, RetryPolicy policy) =>
        job.Attempt > policy.MaxAttempts || time.GetUtcNow() - job.EnqueuedTime > policy.MaxAge;

    [LoggerMessage(LogLevel.Warning, "Job {Kind} {JobId} failed, attempt {Attempt}")]
    private partial void LogFailed(Exception exception, string kind, Guid jobId, int attempt);

    [LoggerMessage(LogLevel.Warning, "Job {Kind} {JobId} waits for the database or the broker")]
    private partial void LogWaits(Exception exception, string kind, Guid jobId);

    [LoggerMessage(LogLevel.Error, "Job {Kind} {JobId} is a dead letter: {Reason}")]
    private partial void LogDead(string kind, Guid jobId, string reason);

    [LoggerMessage(LogLevel.Warning, "{Loss}")]
    private partial void LogLost(string loss);
}

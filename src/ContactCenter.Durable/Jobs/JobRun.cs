using System.Text.Json;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Durable.Jobs;

namespace ContactCenter.Durable;

/// <summary>A claimed job: what to do, and the right to do it until the lease ends or another claims it.</summary>
public sealed class JobRun
{
    private readonly JobStore _store;
    private readonly ClaimedJob _job;
    private readonly JobKind _kind;
    private readonly SteadyTime _time;
    private readonly DateTimeOffset _begun;

    internal JobRun(JobStore store, ClaimedJob job, JobKind kind, SteadyTime time)
    {
        _store = store;
        _job = job;
        _kind = kind;
        _time = time;
        _begun = time.GetUtcNow();
    }

    /// <summary>The job's id: the same for all its attempts and replays, so it serves as the idempotency key of outbound calls.</summary>
    public Guid Id => _job.Id;

    /// <summary>The registered kind.</summary>
    public string Kind => _job.Kind;

    /// <summary>Ordering key, or null.</summary>
    public string? Key => _job.Key;

    /// <summary>1 for the first attempt.</summary>
    public int Attempt => _job.Attempt;

    /// <summary>Number of the claim; higher than that of every earlier claim.</summary>
    public long Fence => _job.Fence;

    /// <summary>Name in metrics of how the job was ended by its handler; null if it was not.</summary>
    internal string? Outcome { get; private set; }

    /// <summary>Reads the payload.</summary>
    /// <exception cref="JsonException">The payload is none of this type.</exception>
    public T Payload<T>() => JsonSerializer.Deserialize<T>(_job.Payload, JsonSerializerOptions.Web)
        ?? throw new JsonException($"The payload of job {Id} is null.");

    /// <summary>Whether an operator has replayed the job with the wish that its stored request be rendered anew; asked by handlers that store rendered requests (DUR-49).</summary>
    public Task<bool> IsReRenderAskedAsync(CancellationToken cancellationToken) => _store.IsReRenderAskedAsync(_job, cancellationToken);

    /// <summary>Finishes the job in the transaction that holds its effect, and commits both (DUR-30).</summary>
    /// <exception cref="LeaseLostException">Another process has claimed the job; nothing was committed.</exception>
    public async Task CommitAsync(DurableTransaction transaction, CancellationToken cancellationToken)
    {
        transaction.Finish(_job, Next());
        await transaction.CommitAsync(cancellationToken);
        Outcome = JobResult.Done;
    }

    /// <summary>
    /// Gives the job up in the transaction that holds what became of it, and commits both: it is a dead letter, of reason <c>FINAL</c>, from
    /// then on (DUR-36, DUR-47). For handlers that decide themselves, and whose readers must not see the one without the other.
    /// </summary>
    /// <param name="transaction">Holds what the handler has stored.</param>
    /// <param name="failure">The last error.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="LeaseLostException">Another process has claimed the job; nothing was committed.</exception>
    public async Task CommitDeadAsync(DurableTransaction transaction, JobFailedException failure, CancellationToken cancellationToken)
    {
        await _store.AddAsync(transaction, DeadLetter.Of(_job, _kind, DeadLetter.Final, failure.ErrorClass, failure.Message, Attempt, _time.GetUtcNow()));
        transaction.Bury(_job, _kind.KeyMode == KeyMode.Strict, Next());
        await transaction.CommitAsync(cancellationToken);
        Outcome = JobResult.Dead;
    }

    /// <summary>Makes sure that the job is still this process's; called before each effect outside the database.</summary>
    /// <exception cref="LeaseLostException">The lease has ended or the job was claimed again.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (!await _store.IsLeasedAsync(_job, cancellationToken))
            throw new LeaseLostException(Id, Fence);
    }

    private QueuedJob? Next() => _kind.Recurrence?.After(_job, _begun, _time.GetUtcNow());
}

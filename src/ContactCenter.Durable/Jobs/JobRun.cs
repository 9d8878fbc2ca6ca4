using System.Text.Json;
using ContactCenter.Durable.Jobs;

namespace ContactCenter.Durable;

/// <summary>A claimed job: what to do, and the right to do it until the lease ends or another claims it.</summary>
public sealed class JobRun
{
    private readonly JobStore _store;
    private readonly ClaimedJob _job;
    private readonly Func<QueuedJob?> _next;

    internal JobRun(JobStore store, ClaimedJob job, Func<QueuedJob?> next)
    {
        _store = store;
        _job = job;
        _next = next;
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

    internal bool IsFinished { get; private set; }

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
        transaction.Finish(_job, _next());
        await transaction.CommitAsync(cancellationToken);
        IsFinished = true;
    }

    /// <summary>Makes sure that the job is still this process's; called before each effect outside the database.</summary>
    /// <exception cref="LeaseLostException">The lease has ended or the job was claimed again.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (!await _store.IsLeasedAsync(_job, cancellationToken))
            throw new LeaseLostException(Id, Fence);
    }
}

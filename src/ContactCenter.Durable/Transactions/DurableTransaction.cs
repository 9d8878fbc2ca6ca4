using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Jobs;
using ContactCenter.Durable.Outbox;
using Npgsql;

namespace ContactCenter.Durable;

/// <summary>A database transaction with the messages that report its changes, the jobs that follow from them and the audit entries that tell of them: all are committed, or none (DUR-8, DUR-26, DUR-59).</summary>
/// <remarks>Not safe for use by several threads at once, like the connection it holds.</remarks>
public sealed class DurableTransaction : IAsyncDisposable
{
    private readonly NpgsqlTransaction _transaction;
    private readonly TimeProvider _timeProvider;
    private readonly WakeSignal _relaySignal;
    private readonly OutboxBacklog _backlog;
    private readonly JobQueue _jobQueue;
    private readonly List<OutboxMessage> _messages = [];
    private readonly JobWrites _jobs = new();
    private readonly Dictionary<(string Kind, string DeduplicationKey), int> _deduplicated = [];
    private readonly List<(DateTimeOffset, AuditEntry)> _audit = [];

    internal DurableTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, TimeProvider timeProvider, WakeSignal relaySignal, OutboxBacklog backlog, JobQueue jobQueue)
    {
        Connection = connection;
        _transaction = transaction;
        _timeProvider = timeProvider;
        _relaySignal = relaySignal;
        _backlog = backlog;
        _jobQueue = jobQueue;
    }

    /// <summary>The connection; every command on it runs in this transaction.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Writes a message to the outbox; it is published once this transaction has committed.</summary>
    /// <param name="message">A record whose <c>[MessageUrn]</c> is its stable type.</param>
    /// <param name="key">Messages of one key reach the broker in the order of their commits; null where order does not matter.</param>
    /// <param name="mandatory">True: kept and retried until at least one queue takes it. False: a fact that nobody may be listening to.</param>
    /// <returns>The message's id, a UUIDv7.</returns>
    /// <exception cref="MessageTooLargeException">The message's JSON exceeds 512 KiB (DUR-9).</exception>
    /// <exception cref="OutboxFullException">Too many messages wait for the broker (DUR-14).</exception>
    public Guid Publish<T>(T message, string? key = null, bool mandatory = true)
        where T : class
    {
        if (_backlog.IsFull)
            throw new OutboxFullException();
        var row = OutboxMessage.Create(message, key, mandatory, _timeProvider.GetUtcNow());
        Add(row);
        return row.Id;
    }

    /// <summary>Adds a job; it runs, in this process or another, once this transaction has committed. All jobs of a transaction are stored in one statement.</summary>
    /// <param name="kind">A kind registered with <see cref="DurableBuilder.AddJob{THandler}"/>.</param>
    /// <param name="payload">What its handler needs, up to 64 KiB of JSON.</param>
    /// <param name="options">Order, de-duplication and due time.</param>
    /// <returns>The job, or after the commit the one that exists already. A second one with a de-duplication key of this transaction is the first.</returns>
    /// <exception cref="UnknownJobKindException">The kind is not registered.</exception>
    /// <exception cref="JobTooLargeException">The payload is too large.</exception>
    public EnqueuedJob Enqueue<T>(string kind, T payload, JobOptions? options = null)
    {
        var job = QueuedJob.Create(_jobQueue[kind].Name, payload, options ?? new JobOptions(), _jobQueue.Time.GetUtcNow());
        if (job.DeduplicationKey is { } deduplicationKey && !_deduplicated.TryAdd((kind, deduplicationKey), _jobs.Added.Count))
        {
            var first = _deduplicated[(kind, deduplicationKey)];
            if (job.MovesExisting)
                _jobs.Added[first] = _jobs.Added[first] with { DueTime = job.DueTime, MovesExisting = true };
            return _jobs.Added[first].Result;
        }

        _jobs.Added.Add(job);
        return job.Result;
    }

    /// <summary>Writes an entry to the audit log, committed with the deed that it tells of (DUR-59). All entries of a transaction are stored in one statement.</summary>
    /// <param name="entry">Who did what.</param>
    /// <exception cref="ArgumentException">The actor, action, resource or result is empty.</exception>
    public void Audit(AuditEntry entry)
    {
        ArgumentException.ThrowIfNullOrEmpty(entry.Actor);
        ArgumentException.ThrowIfNullOrEmpty(entry.Action);
        ArgumentException.ThrowIfNullOrEmpty(entry.Resource);
        ArgumentException.ThrowIfNullOrEmpty(entry.Result);
        var now = _timeProvider.GetUtcNow();
        _audit.Add((now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond)), entry));
    }

    internal void Add(OutboxMessage message) => _messages.Add(message);

    /// <summary>Puts the job of a dead letter back: to the head of its key if it holds that (mode STRICT), else to its end (DUR-51).</summary>
    internal void Replay(QueuedJob job) => _jobs.Replayed.Add(job);

    /// <summary>Lets the job of a dead letter go: if it holds its key, the next job of that becomes claimable.</summary>
    internal void Discard(Guid job, string? key) => _jobs.Discarded.Add((job, key));

    /// <summary>Wakes this process's worker after the commit.</summary>
    internal void WakeWorker() => _jobs.MakesClaimable = true;

    internal void Add(QueuedJob job) => _jobs.Added.Add(job);

    internal void Finish(ClaimedJob job, QueuedJob? next)
    {
        _jobs.Ended = job;
        if (next is not null)
            Add(next);
    }

    /// <summary>Ends a job that is a dead letter, which the caller stores.</summary>
    internal void Bury(ClaimedJob job, bool holdsKey, QueuedJob? next)
    {
        (_jobs.Outcome, _jobs.HoldsKey) = (JobOutcome.Dead, holdsKey && job.Key is not null);
        Finish(job, next);
    }

    /// <summary>Stores the jobs, audit entries and messages, commits, and wakes the worker and the relay.</summary>
    /// <exception cref="NpgsqlException">Nothing was committed, or, if the connection was lost, the outcome is unknown (DUR-24).</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        // Only now: the locks that order the jobs and messages of a key are held from here to the end of the commit (DUR-11).
        if (!_jobs.IsEmpty)
            await JobWriter.WriteAsync(Connection, _jobs, _jobQueue.Time.GetUtcNow(), cancellationToken);
        await using var batch = new NpgsqlBatch(Connection);
        if (_audit.Count > 0)
            batch.BatchCommands.Add(AuditStore.AddCommand(_audit));
        foreach (var command in OutboxStore.AddCommands(_messages))
            batch.BatchCommands.Add(command);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
        await _transaction.CommitAsync(cancellationToken);
        if (_messages.Count > 0)
            _relaySignal.Announce();
        if (_jobs.MakesClaimable)
            _jobQueue.Signal.Announce();
    }

    /// <summary>Rolls back what was not committed and gives the connection back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}

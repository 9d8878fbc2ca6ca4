using Npgsql;
using NpgsqlTypes;
using static ContactCenter.Durable.SqlParameters;

namespace ContactCenter.Durable.Jobs;

/// <summary>How a job has ended; its name in the history.</summary>
internal enum JobOutcome
{
    /// <summary>Its handler has returned.</summary>
    Done,

    /// <summary>It is a dead letter.</summary>
    Dead,

    /// <summary>An operator has cancelled it.</summary>
    Cancelled,
}

/// <summary>What a transaction changes in the jobs, written when it commits.</summary>
internal sealed class JobWrites
{
    /// <summary>The claim that ends, or null.</summary>
    public ClaimedJob? Ended { get; set; }

    /// <summary>How it ends.</summary>
    public JobOutcome Outcome { get; set; } = JobOutcome.Done;

    /// <summary>Whether it stays as a dead letter that holds back its key.</summary>
    public bool HoldsKey { get; set; }

    /// <summary>New jobs, in their order.</summary>
    public List<QueuedJob> Added { get; } = [];

    /// <summary>Dead letters put back: at the head of their keys those that hold them, the others at the end (DUR-51).</summary>
    public List<QueuedJob> Replayed { get; } = [];

    /// <summary>Ids of discarded dead letters, with their keys: those that hold them do so no more.</summary>
    public List<(Guid Id, string? Key)> Discarded { get; } = [];

    /// <summary>Whether there may be more to claim afterwards.</summary>
    public bool MakesClaimable
    {
        get => field || Added.Count > 0 || Replayed.Count > 0 || Discarded.Count > 0 || Ended?.Key is not null;
        set;
    }

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => Ended is null && Added.Count == 0 && Replayed.Count == 0 && Discarded.Count == 0;
}

/// <summary>Writes jobs in a transaction, right before its commit: ends one, adds many, puts back and discards dead ones.</summary>
internal static class JobWriter
{
    private const string Lock = "SELECT durable.lock_job_keys($1)";

    private const string Finish = "SELECT durable.finish_jobs($1, $2, $3, $4)";

    private const string Bury = "SELECT durable.bury_job($1, $2)";

    private const string Add = "SELECT * FROM durable.add_jobs($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

    private const string Revive = "SELECT durable.revive_jobs($1, $2)";

    private const string Remove = "SELECT durable.remove_jobs($1, $2, $3, $4)";

    private const string Promote = "SELECT durable.promote_jobs($1, $2)";

    private const string Copy =
        "COPY durable.jobs (id, kind, group_name, key, payload, state, due_time, ready_time, enqueued_time, trace_parent) FROM STDIN (FORMAT binary)";

    /// <summary>From so many jobs on, those without de-duplication key are stored by COPY.</summary>
    private const int Bulk = 1_000;

    /// <summary>Writes all in the caller's transaction, and holds the keys until it ends.</summary>
    /// <exception cref="LeaseLostException">The job that ends was claimed again; the caller rolls back.</exception>
    public static async Task WriteAsync(NpgsqlConnection connection, JobWrites writes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var added = writes.Added;
        var isBulk = added.Count + writes.Replayed.Count >= Bulk;
        await using var batch = new NpgsqlBatch(connection);
        var locks = LockCommand([
            .. writes.Ended is { } ended ? LocksOf(ended) : [],
            .. added.Concat(writes.Replayed).SelectMany(LocksOf),
            .. writes.Discarded.Select(job => job.Key)]);
        if (locks is not null)
            batch.BatchCommands.Add(locks);
        if (writes.Ended is not null)
            batch.BatchCommands.Add(writes.HoldsKey ? BuryCommand(writes.Ended) : FinishCommand([writes.Ended], writes.Outcome, now));
        if (added.Count > 0 && !isBulk && writes.Replayed.Count == 0)
            batch.BatchCommands.Add(AddCommand(added, now));
        var existing = new HashSet<string?>();
        if (batch.BatchCommands.Count > 0)
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            if (locks is not null)
                await reader.NextResultAsync(cancellationToken);
            if (writes.Ended is not null)
            {
                await reader.ReadAsync(cancellationToken);
                if (reader.GetInt32(0) == 0)
                    throw new LeaseLostException(writes.Ended.Id, writes.Ended.Fence);
                await reader.NextResultAsync(cancellationToken);
            }

            await ReadExistingAsync(reader, added, existing, cancellationToken);
        }

        if (writes.Replayed.Count > 0)
        {
            var revived = await ReviveAsync(connection, writes.Replayed, now, cancellationToken);
            // As when a live job has the de-duplication key, the first takes the place of the others.
            added = [.. writes.Replayed.Where(job => !revived.Contains(job.Result.Id)).Concat(added).DistinctBy(job => (job.Kind, job.DeduplicationKey ?? job.Result.Id.ToString()))];
        }

        if (isBulk || writes.Replayed.Count > 0)
            existing.UnionWith(await AddManyAsync(connection, added, now, cancellationToken));
        if (writes.Discarded.Count > 0)
        {
            await using var remove = RemoveCommand(connection, writes.Discarded.Select(job => job.Id), ["DEAD"], null, now);
            await remove.ExecuteNonQueryAsync(cancellationToken);
        }

        await PromoteAsync(connection, [.. existing, .. writes.Discarded.Select(job => job.Key)], now, cancellationToken);
    }

    /// <summary>Locks keys until the end of the transaction: the first command of each that adds or ends jobs; null if there are none.</summary>
    public static NpgsqlBatchCommand? LockCommand(IEnumerable<string?> keys)
    {
        string[] distinct = [.. keys.OfType<string>().Distinct()];
        return distinct.Length == 0 ? null : new NpgsqlBatchCommand(Lock) { Parameters = { Array(distinct, NpgsqlDbType.Text) } };
    }

    /// <summary>What is locked for a job: its key, and its de-duplication key so that writers of the same jobs do so in the same order.</summary>
    public static IEnumerable<string?> LocksOf(ClaimedJob job) => LocksOf(job.Kind, job.Key, job.DeduplicationKey);

    /// <summary>Ends claims.</summary>
    public static NpgsqlBatchCommand FinishCommand(IReadOnlyCollection<ClaimedJob> jobs, JobOutcome outcome, DateTimeOffset now) => new(Finish)
    {
        Parameters =
        {
            Array(jobs.Select(job => job.Id), NpgsqlDbType.Uuid),
            Array(jobs.Select(job => job.Fence), NpgsqlDbType.Bigint),
            Value(NameOf(outcome)),
            Value(now),
        },
    };

    /// <summary>Removes jobs that are not running; the caller has locked their keys and promotes them then.</summary>
    public static NpgsqlCommand RemoveCommand(NpgsqlConnection connection, IEnumerable<Guid> ids, IEnumerable<string> states, JobOutcome? outcome, DateTimeOffset now) => new(Remove, connection)
    {
        Parameters =
        {
            Array(ids, NpgsqlDbType.Uuid),
            Array(states, NpgsqlDbType.Text),
            new NpgsqlParameter { Value = outcome is { } how ? NameOf(how) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            Value(now),
        },
    };

    /// <summary>Makes the first jobs of keys claimable that are not.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> PromoteAsync(NpgsqlConnection connection, IReadOnlyCollection<string?> keys, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string[] distinct = [.. keys.OfType<string>().Distinct()];
        if (distinct.Length == 0)
            return 0;
        await using var promote = new NpgsqlCommand(Promote, connection) { Parameters = { Array(distinct, NpgsqlDbType.Text), Value(now) } };
        return (int)(await promote.ExecuteScalarAsync(cancellationToken))!;
    }

    private static IEnumerable<string?> LocksOf(QueuedJob job) => LocksOf(job.Kind, job.Key, job.DeduplicationKey);

    /// <inheritdoc cref="LocksOf(ClaimedJob)" />
    public static IEnumerable<string?> LocksOf(string kind, string? key, string? deduplicationKey) =>
        [key, deduplicationKey is null ? null : $"{kind}\n{deduplicationKey}"];

    private static string NameOf(JobOutcome outcome) => outcome.ToString().ToUpperInvariant();

    private static NpgsqlBatchCommand BuryCommand(ClaimedJob job) => new(Bury) { Parameters = { Value(job.Id), Value(job.Fence) } };

    private static NpgsqlBatchCommand AddCommand(IReadOnlyList<QueuedJob> jobs, DateTimeOffset now) => new(Add)
    {
        Parameters =
        {
            Array(jobs.Select(job => job.Result.Id), NpgsqlDbType.Uuid),
            Array(jobs.Select(job => job.Kind), NpgsqlDbType.Text),
            Array(jobs.Select(job => job.Group), NpgsqlDbType.Text),
            Array(jobs.Select(job => job.Key), NpgsqlDbType.Text),
            Array(jobs.Select(job => job.DeduplicationKey), NpgsqlDbType.Text),
            Array(jobs.Select(job => job.Payload), NpgsqlDbType.Json),
            Array(jobs.Select(job => job.DueTime), NpgsqlDbType.TimestampTz),
            Array(jobs.Select(job => job.EnqueuedTime), NpgsqlDbType.TimestampTz),
            Array(jobs.Select(job => job.TraceParent), NpgsqlDbType.Text),
            Array(jobs.Where(job => job.MovesExisting).Select(job => job.Result.Id), NpgsqlDbType.Uuid),
            Value(now),
        },
    };

    /// <summary>Adds jobs, by COPY where they are many.</summary>
    /// <returns>Keys of which the first job may have been one that existed.</returns>
    private static async Task<IReadOnlyCollection<string?>> AddManyAsync(NpgsqlConnection connection, List<QueuedJob> jobs, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // COPY knows no conflicts. Where jobs with both keys are among them, all jobs with a key are inserted, as their order counts.
        var keepsOrder = jobs.Any(job => job is { Key: not null, DeduplicationKey: not null });
        var copied = jobs.Count < Bulk ? [] : jobs.Where(job => job.DeduplicationKey is null && (job.Key is null || !keepsOrder)).ToList();
        var inserted = copied.Count == 0 ? jobs : [.. jobs.Except(copied, ReferenceEqualityComparer.Instance).Cast<QueuedJob>()];
        if (copied.Count > 0)
        {
            await using var writer = await connection.BeginBinaryImportAsync(Copy, cancellationToken);
            foreach (var job in copied)
            {
                await writer.StartRowAsync(cancellationToken);
                await writer.WriteAsync(job.Result.Id, NpgsqlDbType.Uuid, cancellationToken);
                await writer.WriteAsync(job.Kind, NpgsqlDbType.Text, cancellationToken);
                await writer.WriteAsync(job.Group, NpgsqlDbType.Text, cancellationToken);
                await WriteTextAsync(writer, job.Key, cancellationToken);
                await writer.WriteAsync(job.Payload, NpgsqlDbType.Json, cancellationToken);
                await writer.WriteAsync(job.Key is null ? "READY" : "BLOCKED", NpgsqlDbType.Text, cancellationToken);
                await writer.WriteAsync(job.DueTime, NpgsqlDbType.TimestampTz, cancellationToken);
                await writer.WriteAsync(job.DueTime > now ? job.DueTime : now, NpgsqlDbType.TimestampTz, cancellationToken);
                await writer.WriteAsync(job.EnqueuedTime, NpgsqlDbType.TimestampTz, cancellationToken);
                await WriteTextAsync(writer, job.TraceParent, cancellationToken);
            }

            await writer.CompleteAsync(cancellationToken);
        }

        var unsure = copied.Select(job => job.Key).ToHashSet();
        if (inserted.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection) { BatchCommands = { AddCommand(inserted, now) } };
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await ReadExistingAsync(reader, inserted, unsure, cancellationToken);
        }

        return unsure;
    }

    private static Task WriteTextAsync(NpgsqlBinaryImporter writer, string? text, CancellationToken cancellationToken) =>
        text is null ? writer.WriteNullAsync(cancellationToken) : writer.WriteAsync(text, NpgsqlDbType.Text, cancellationToken);

    private static async Task<HashSet<Guid>> ReviveAsync(NpgsqlConnection connection, IReadOnlyList<QueuedJob> jobs, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Revive, connection) { Parameters = { Array(jobs.Select(job => job.Result.Id), NpgsqlDbType.Uuid), Value(now) } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var revived = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken))
            revived.Add(reader.GetGuid(0));
        return revived;
    }

    /// <summary>Tells the callers of those jobs that existed already, and collects the keys of such.</summary>
    private static async Task ReadExistingAsync(NpgsqlDataReader reader, IReadOnlyList<QueuedJob> jobs, HashSet<string?> keys, CancellationToken cancellationToken)
    {
        var added = jobs.Select(job => job.Result.Id).ToHashSet();
        Dictionary<(string, string), QueuedJob>? byDeduplicationKey = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            if (added.Contains(id))
                continue;
            byDeduplicationKey ??= jobs.Where(job => job.DeduplicationKey is not null).ToDictionary(job => (job.Kind, job.DeduplicationKey!));
            var job = byDeduplicationKey[(reader.GetString(1), reader.GetString(2))];
            (job.Result.Id, job.Result.IsExisting) = (id, true);
            keys.Add(job.Key);
        }
    }
}

using ContactCenter.Durable.DeadLetters;
using Npgsql;
using NpgsqlTypes;
using static ContactCenter.Durable.SqlParameters;

namespace ContactCenter.Durable.Jobs;

/// <summary>All SQL of the jobs: one statement each to add, claim, finish, postpone and renew.</summary>
/// <param name="dataSource">The service's database.</param>
internal sealed class JobStore(NpgsqlDataSource dataSource)
{
    // As in the outbox: writers of a key hold one of 1,024 locks to the end of their commit, so that seq is commit order,
    // and no earlier job of a key ever appears behind a later one that runs (DUR-37).
    private const string LockKeys =
        "SELECT pg_advisory_xact_lock(1785684835, hash) FROM (SELECT DISTINCT hashtext(key) & 1023 AS hash FROM unnest($1) AS key WHERE key IS NOT NULL ORDER BY hash) AS hashes";

    // The row of a job that exists already stays locked until the caller commits: if it is not running yet, it runs after that.
    private const string Insert =
        """
        INSERT INTO durable.jobs AS j (id, kind, key, deduplication_key, payload, due_time, enqueued_time, trace_parent)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (kind, deduplication_key) WHERE deduplication_key IS NOT NULL
        DO UPDATE SET due_time = CASE WHEN excluded.id = ANY ($9) AND j.lease_end IS NULL THEN excluded.due_time ELSE j.due_time END
        RETURNING id, kind, deduplication_key
        """;

    // What a dead process left behind comes first. Due times are of the caller's clock, leases of the database's (DUR-29).
    private const string Claim =
        """
        WITH abandoned AS (
          SELECT id FROM durable.jobs
          WHERE lease_end <= now() AND kind = ANY ($1)
          ORDER BY lease_end
          LIMIT $4
          FOR UPDATE SKIP LOCKED
        ), due AS (
          SELECT id FROM durable.jobs j
          WHERE lease_end IS NULL AND due_time <= $2 AND kind = ANY ($1)
            AND NOT EXISTS (SELECT FROM durable.jobs earlier WHERE earlier.key = j.key AND earlier.seq < j.seq)
          ORDER BY due_time, seq
          LIMIT $4
          FOR UPDATE SKIP LOCKED
        ), chosen AS (
          SELECT id, true AS was_abandoned FROM abandoned UNION ALL SELECT id, false FROM due LIMIT $4
        )
        UPDATE durable.jobs j
        SET attempt = attempt + 1, fence = nextval('durable.job_fences'), lease_end = now() + $3
        FROM chosen c
        WHERE j.id = c.id
        RETURNING j.id, j.kind, j.key, j.deduplication_key, j.payload, j.attempt, j.fence, j.enqueued_time, j.trace_parent, c.was_abandoned
        """;

    private const string NextDue = "SELECT due_time FROM durable.jobs WHERE lease_end IS NULL AND due_time > $1 ORDER BY due_time LIMIT 1";

    private const string Finish = "DELETE FROM durable.jobs j USING unnest($1, $2) AS r (id, fence) WHERE j.id = r.id AND j.fence = r.fence";

    private const string Postpone =
        """
        UPDATE durable.jobs j
        SET lease_end = NULL, due_time = r.due_time, attempt = j.attempt - r.uncounted, enqueued_time = j.enqueued_time + r.ageless
        FROM unnest($1, $2, $3, $4, $5) AS r (id, fence, due_time, uncounted, ageless)
        WHERE j.id = r.id AND j.fence = r.fence AND j.lease_end IS NOT NULL
        """;

    // A row that is locked is just being finished, and one without lease was given back a moment ago.
    private const string Renew =
        """
        UPDATE durable.jobs SET lease_end = now() + $3
        WHERE id IN (
          SELECT j.id FROM unnest($1, $2) AS r (id, fence) JOIN durable.jobs j ON j.id = r.id AND j.fence = r.fence
          WHERE j.lease_end IS NOT NULL
          FOR UPDATE OF j SKIP LOCKED)
        """;

    private const string IsLeased = "SELECT EXISTS (SELECT FROM durable.jobs WHERE id = $1 AND fence = $2 AND lease_end > now())";

    /// <summary>Finishes one job and adds others in the caller's transaction, and holds the keys of the others until it ends.</summary>
    /// <exception cref="LeaseLostException">The finished job was claimed again; the caller rolls back.</exception>
    public static async Task WriteAsync(NpgsqlConnection connection, ClaimedJob? finished, IReadOnlyList<QueuedJob> jobs, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        var keys = jobs.Select(job => job.Key).Where(key => key is not null).ToArray();
        if (keys.Length > 0)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(LockKeys) { Parameters = { Array(keys, NpgsqlDbType.Text) } });
        var finish = finished is null ? null : FinishCommand([finished]);
        if (finish is not null)
            batch.BatchCommands.Add(finish);
        if (jobs.Count > 0)
            batch.BatchCommands.Add(InsertCommand(jobs));
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (keys.Length > 0)
                await reader.NextResultAsync(cancellationToken);
            var byId = jobs.ToDictionary(job => job.Result.Id);
            while (await reader.ReadAsync(cancellationToken))
            {
                var id = reader.GetGuid(0);
                if (byId.ContainsKey(id))
                    continue;
                var existing = jobs.Single(job => job.Kind == reader.GetString(1) && job.DeduplicationKey == reader.GetString(2)).Result;
                (existing.Id, existing.IsExisting) = (id, true);
            }
        }

        if (finish is { RecordsAffected: 0 })
            throw new LeaseLostException(finished!.Id, finished.Fence);
    }

    /// <summary>Acknowledges results and claims more jobs, in one round trip and one commit (DUR-32).</summary>
    /// <param name="finished">Jobs that are done.</param>
    /// <param name="postponed">Jobs to be run later.</param>
    /// <param name="claim">What to claim.</param>
    /// <param name="cancellationToken">Ends the wait for the database; what was claimed then waits for the end of its lease.</param>
    public async Task<Exchange> ExchangeAsync(
        IReadOnlyCollection<ClaimedJob> finished, IReadOnlyCollection<Postponement> postponed, ClaimRequest claim, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        if (finished.Count > 0)
            batch.BatchCommands.Add(FinishCommand(finished));
        if (postponed.Count > 0)
            batch.BatchCommands.Add(PostponeCommand(postponed));
        var acknowledgements = batch.BatchCommands.Count;
        if (claim.Limit > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Claim)
            {
                Parameters = { Array(claim.Kinds, NpgsqlDbType.Text), Value(claim.Now), Value(claim.Lease), Value(claim.Limit) },
            });
            batch.BatchCommands.Add(new NpgsqlBatchCommand(NextDue) { Parameters = { Value(claim.Now) } });
        }

        if (batch.BatchCommands.Count == 0)
            return new Exchange([], null, 0);
        var claimed = new List<ClaimedJob>();
        DateTimeOffset? nextDue = null;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                claimed.Add(ReadClaimed(reader));
            if (await reader.NextResultAsync(cancellationToken) && await reader.ReadAsync(cancellationToken))
                nextDue = reader.GetFieldValue<DateTimeOffset>(0);
        }

        var acknowledged = batch.BatchCommands.Cast<NpgsqlBatchCommand>().Take(acknowledgements).Sum(command => (long)command.RecordsAffected);
        return new Exchange(claimed, nextDue, finished.Count + postponed.Count - (int)acknowledged);
    }

    /// <summary>Moves a job to the dead letters, in one transaction.</summary>
    /// <returns>False if the job was claimed again, and so stays.</returns>
    public async Task<bool> BuryAsync(ClaimedJob job, DeadLetter letter, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var remove = new NpgsqlBatch(connection) { BatchCommands = { FinishCommand([job]) } };
        if (await remove.ExecuteNonQueryAsync(cancellationToken) == 0)
            return false;
        await DeadLetterStore.AddAsync(connection, letter);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Renews the leases of all the jobs that this process runs (DUR-31).</summary>
    public async Task RenewAsync(IReadOnlyCollection<ClaimedJob> jobs, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Renew);
        command.Parameters.Add(Array(jobs.Select(job => job.Id), NpgsqlDbType.Uuid));
        command.Parameters.Add(Array(jobs.Select(job => job.Fence), NpgsqlDbType.Bigint));
        command.Parameters.Add(Value(lease));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether a claim still holds.</summary>
    public async Task<bool> IsLeasedAsync(ClaimedJob job, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(IsLeased);
        command.Parameters.Add(Value(job.Id));
        command.Parameters.Add(Value(job.Fence));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static NpgsqlBatchCommand InsertCommand(IReadOnlyList<QueuedJob> jobs) => new(Insert)
    {
        Parameters =
        {
            Array(jobs.Select(job => job.Result.Id), NpgsqlDbType.Uuid),
            Array(jobs.Select(job => job.Kind), NpgsqlDbType.Text),
            Array(jobs.Select(job => job.Key), NpgsqlDbType.Text),
            Array(jobs.Select(job => job.DeduplicationKey), NpgsqlDbType.Text),
            Array(jobs.Select(job => job.Payload), NpgsqlDbType.Json),
            Array(jobs.Select(job => job.DueTime), NpgsqlDbType.TimestampTz),
            Array(jobs.Select(job => job.EnqueuedTime), NpgsqlDbType.TimestampTz),
            Array(jobs.Select(job => job.TraceParent), NpgsqlDbType.Text),
            Array(jobs.Where(job => job.MovesExisting).Select(job => job.Result.Id), NpgsqlDbType.Uuid),
        },
    };

    private static NpgsqlBatchCommand FinishCommand(IReadOnlyCollection<ClaimedJob> jobs) => new(Finish)
    {
        Parameters = { Array(jobs.Select(job => job.Id), NpgsqlDbType.Uuid), Array(jobs.Select(job => job.Fence), NpgsqlDbType.Bigint) },
    };

    private static NpgsqlBatchCommand PostponeCommand(IReadOnlyCollection<Postponement> postponed) => new(Postpone)
    {
        Parameters =
        {
            Array(postponed.Select(later => later.Job.Id), NpgsqlDbType.Uuid),
            Array(postponed.Select(later => later.Job.Fence), NpgsqlDbType.Bigint),
            Array(postponed.Select(later => later.DueTime), NpgsqlDbType.TimestampTz),
            Array(postponed.Select(later => later.IsCounted ? 0 : 1), NpgsqlDbType.Integer),
            Array(postponed.Select(later => later.Ageless), NpgsqlDbType.Interval),
        },
    };

    private static ClaimedJob ReadClaimed(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetString(1),
        reader.IsDBNull(2) ? null : reader.GetString(2),
        reader.IsDBNull(3) ? null : reader.GetString(3),
        reader.GetFieldValue<byte[]>(4),
        reader.GetInt32(5),
        reader.GetInt64(6),
        reader.GetFieldValue<DateTimeOffset>(7),
        reader.IsDBNull(8) ? null : reader.GetString(8),
        reader.GetBoolean(9));
}

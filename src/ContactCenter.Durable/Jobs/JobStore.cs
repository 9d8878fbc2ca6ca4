using ContactCenter.Durable.DeadLetters;
using Npgsql;
using NpgsqlTypes;
using static ContactCenter.Durable.SqlParameters;

namespace ContactCenter.Durable.Jobs;

/// <summary>What a worker asks of the database: to claim, acknowledge and renew.</summary>
/// <param name="dataSource">The service's database.</param>
/// <param name="letters">Takes the jobs that are given up.</param>
internal sealed class JobStore(NpgsqlDataSource dataSource, DeadLetterStore letters) : IDisposable
{
    private const string Claim = "SELECT * FROM durable.claim_jobs($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

    private const string Postpone = "SELECT durable.postpone_jobs($1, $2, $3, $4, $5)";

    private const string Renew = "SELECT durable.renew_jobs($1, $2, $3)";

    private const string IsReRenderAsked =
        "SELECT EXISTS (SELECT FROM durable.dead_letters WHERE source = 'JOB' AND group_name = $1 AND item_id = $2 AND state = 'REPLAYED' AND re_render)";

    private const string IsLeased = "SELECT EXISTS (SELECT FROM durable.jobs WHERE id = $1 AND fence = $2 AND lease_end > now())";

    private const string StuckKeys =
        """
        SELECT ARRAY(
          SELECT DISTINCT b.key FROM durable.jobs b
          WHERE b.state = 'BLOCKED' AND NOT EXISTS (SELECT FROM durable.jobs f WHERE f.key = b.key AND f.state <> 'BLOCKED')
          LIMIT 1000)
        """;

    // In the order of the names, as several processes write the same rows.
    private const string Offer =
        """
        INSERT INTO durable.job_kinds AS k (kind, offered_time) SELECT kind, now() FROM unnest($1) AS kind ORDER BY kind
        ON CONFLICT (kind) DO UPDATE SET offered_time = now() WHERE k.offered_time IS NULL OR k.offered_time < now() - interval '30 seconds'
        """;

    private readonly KeptConnection _kept = new(dataSource);

    /// <summary>Acknowledges results and claims more jobs, in one round trip and one commit (DUR-32).</summary>
    /// <param name="finished">Jobs that are done.</param>
    /// <param name="postponed">Jobs to be run later.</param>
    /// <param name="claim">What to claim.</param>
    /// <param name="memory">What this process remembers of its claims; nothing if it is not given.</param>
    /// <param name="cancellationToken">Ends the wait for the database; what was claimed then waits for the end of its lease.</param>
    public async Task<Exchange> ExchangeAsync(
        IReadOnlyCollection<ClaimedJob> finished, IReadOnlyCollection<Postponement> postponed, ClaimRequest claim, ClaimMemory? memory, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch();
        // Postponed jobs stay in their place, so only those with a de-duplication key are locked: an enqueuer may move them.
        var ended = finished.Concat(postponed.Select(later => later.Job).Where(job => job.DeduplicationKey is not null));
        if (JobWriter.LockCommand(ended.SelectMany(JobWriter.LocksOf)) is { } locks)
            batch.BatchCommands.Add(locks);
        var acknowledgements = (finished.Count > 0 ? 1 : 0) + (postponed.Count > 0 ? 1 : 0);
        if (finished.Count > 0)
            batch.BatchCommands.Add(JobWriter.FinishCommand(finished, JobOutcome.Done, claim.Now));
        if (postponed.Count > 0)
            batch.BatchCommands.Add(PostponeCommand(postponed));
        memory ??= new ClaimMemory();
        if (claim.Limit > 0)
        {
            memory.Begin();
            batch.BatchCommands.Add(ClaimCommand(claim, memory));
        }

        if (batch.BatchCommands.Count == 0)
            return new Exchange([], null, 0);
        var lost = finished.Count + postponed.Count;
        var claimed = new List<(ClaimedJob Job, LanePlace Place)>(claim.Limit);
        var state = new ClaimState(null, false, null);
        await using var loan = await _kept.TakeAsync(cancellationToken);
        batch.Connection = loan.Connection;
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (batch.BatchCommands.Count > acknowledgements + (claim.Limit > 0 ? 1 : 0))
            await reader.NextResultAsync(cancellationToken);
        for (; acknowledgements > 0; acknowledgements--)
        {
            await reader.ReadAsync(cancellationToken);
            lost -= reader.GetInt32(0);
            await reader.NextResultAsync(cancellationToken);
        }

        while (claim.Limit > 0 && await reader.ReadAsync(cancellationToken))
        {
            if (!reader.IsDBNull(0))
                claimed.Add((ReadClaimed(reader), new LanePlace(reader.GetFieldValue<DateTimeOffset>(10), reader.GetInt64(11))));
            else
                state = ReadState(reader);
        }

        if (claim.Limit > 0)
            memory.End(claimed, state, claim);
        return new Exchange([.. claimed.Select(row => row.Job)], state.NextDue, lost);
    }

    /// <summary>
    /// Ends one claim in a transaction of its own, together with what follows from it: a dead letter, further jobs, or both.
    /// </summary>
    /// <param name="job">The claim.</param>
    /// <param name="letter">The job is not tried again; null if it is done.</param>
    /// <param name="holdsKey">Whether the dead letter holds back the job's key (mode STRICT).</param>
    /// <param name="next">Jobs to be added in the same commit.</param>
    /// <param name="now">Time of the end.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>False if the job was claimed again; nothing was changed then.</returns>
    public async Task<bool> SettleAsync(
        ClaimedJob job, DeadLetter? letter, bool holdsKey, IReadOnlyList<QueuedJob> next, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var writes = new JobWrites { Ended = job, Outcome = letter is null ? JobOutcome.Done : JobOutcome.Dead, HoldsKey = letter is not null && holdsKey && job.Key is not null };
        writes.Added.AddRange(next);
        try
        {
            await JobWriter.WriteAsync(connection, writes, now, cancellationToken);
        }
        catch (LeaseLostException)
        {
            return false;
        }

        if (letter is not null)
            await letters.AddAsync(connection, letter);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Adds a dead letter in a handler's transaction.</summary>
    public Task AddAsync(DurableTransaction transaction, DeadLetter letter) => letters.AddAsync(transaction.Connection, letter);

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

    /// <summary>Whether the job was replayed from the dead letters with the wish to render its request anew.</summary>
    public async Task<bool> IsReRenderAskedAsync(ClaimedJob job, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(IsReRenderAsked);
        command.Parameters.Add(Value(job.Group));
        command.Parameters.Add(Value(job.Id));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Makes sure that the history takes what ends in the coming days.</summary>
    public async Task PrepareHistoryAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT durable.add_job_history_partitions(7)");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Drops the days of the history before the given one (DUR-39).</summary>
    public async Task DropHistoryAsync(DateOnly before, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT durable.drop_job_history_partitions($1)");
        command.Parameters.Add(Value(before));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Makes the first job of each key claimable where it is not; there is no such key unless rows were changed by hand.</summary>
    /// <returns>How many keys went on.</returns>
    public async Task<int> FreeStuckKeysAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var find = new NpgsqlCommand(StuckKeys, connection);
        var keys = (string[])(await find.ExecuteScalarAsync(cancellationToken))!;
        if (keys.Length == 0)
            return 0;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { JobWriter.LockCommand(keys)! } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        var freed = await JobWriter.PromoteAsync(connection, keys, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return freed;
    }

    /// <summary>Says that this process claims these kinds (DUR-27).</summary>
    public async Task OfferAsync(IReadOnlyCollection<string> kinds, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Offer);
        command.Parameters.Add(Array(kinds, NpgsqlDbType.Text));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _kept.Dispose();

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

    private static NpgsqlBatchCommand ClaimCommand(ClaimRequest claim, ClaimMemory memory) => new(Claim)
    {
        Parameters =
        {
            Array(claim.Kinds, NpgsqlDbType.Text),
            Value(claim.Now),
            Value(claim.Lease),
            Value(claim.Limit),
            Value(memory.After ?? DateTimeOffset.MinValue),
            Value(memory.TakesAbandoned),
            Value(memory.IsBacklog),
            Value(memory.VirtualTime),
            Array(memory.Shares.Keys, NpgsqlDbType.Text),
            Array(memory.Shares.Values.Select(share => share.Start), NpgsqlDbType.Double),
            Array(memory.Shares.Values.Select(share => share.Served), NpgsqlDbType.Boolean),
            Array(memory.Lanes.Keys.Select(lane => lane.Kind), NpgsqlDbType.Text),
            Array(memory.Lanes.Keys.Select(lane => lane.Group), NpgsqlDbType.Text),
            Array(memory.Lanes.Values.Select(place => place.ReadyTime), NpgsqlDbType.TimestampTz),
            Array(memory.Lanes.Values.Select(place => place.Seq), NpgsqlDbType.Bigint),
        },
    };

    private static ClaimedJob ReadClaimed(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetString(1),
        reader.GetString(2),
        reader.IsDBNull(3) ? null : reader.GetString(3),
        reader.IsDBNull(4) ? null : reader.GetString(4),
        reader.GetFieldValue<byte[]>(5),
        reader.GetInt32(6),
        reader.GetInt64(7),
        reader.GetFieldValue<DateTimeOffset>(8),
        reader.GetFieldValue<DateTimeOffset>(9),
        reader.IsDBNull(12) ? null : reader.GetString(12),
        reader.GetBoolean(13));

    private static ClaimState ReadState(NpgsqlDataReader reader) => new(
        reader.IsDBNull(14) ? null : reader.GetFieldValue<DateTimeOffset>(14),
        reader.GetBoolean(15),
        reader.GetBoolean(16) ? reader.GetFieldValue<string[]>(17).Zip(reader.GetFieldValue<int[]>(18)).ToDictionary(group => group.First, group => group.Second) : null);
}

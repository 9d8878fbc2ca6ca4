using System.Diagnostics;
using ContactCenter.Durable.Jobs;
using ContactCenter.Events.Operations;
using Dapper;
using Npgsql;

namespace ContactCenter.Durable;

/// <summary>What operators do with jobs (DUR-46). What changes something belongs to the caller's transaction, which commits it with its audit entry.</summary>
/// <param name="database">The service's database.</param>
/// <param name="service">Named in events.</param>
/// <param name="timeProvider">Tells what is due.</param>
public sealed class JobDesk(DurableDatabase database, ServiceName service, TimeProvider timeProvider)
{
    /// <summary>Longest note of a pause, in characters.</summary>
    public const int MaxNoteLength = 500;

    private const int MaxGroupLength = 200;

    private static readonly (string Table, string Column, string Resource) Kinds = ("job_kinds", "kind", "jobKinds");
    private static readonly (string Table, string Column, string Resource) Groups = ("job_groups", "group_name", "jobGroups");

    private const string Columns =
        """
        id, kind, group_name AS "Group", key, deduplication_key AS DeduplicationKey, state, due_time AS DueTime, enqueued_time AS EnqueuedTime,
          started_time AS StartedTime, lease_end AS LeaseEnd, attempt AS Attempts, trace_parent AS TraceParent, seq AS Sequence
        """;

    /// <summary>Lists live jobs, the newest first.</summary>
    /// <param name="filter">Which jobs.</param>
    /// <param name="after">Where the previous page ended (<see cref="JobPage.Next"/>), or null for the first.</param>
    /// <param name="limit">Most jobs to return, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of range.</exception>
    public async Task<JobPage> ListAsync(JobFilter filter, long? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Math.Clamp(limit, 1, 1_000), limit);
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = (await connection.QueryAsync<StoredJob>(
            $"""
            SELECT {Columns} FROM durable.jobs
            WHERE (@after::bigint IS NULL OR seq < @after)
              AND (@Kind::text IS NULL OR kind = @Kind)
              AND (@Group::text IS NULL OR group_name = @Group)
              AND (@Key::text IS NULL OR key = @Key)
              AND (@state::text IS NULL OR state = @state)
              AND (@DueFrom::timestamptz IS NULL OR due_time >= @DueFrom)
              AND (@DueTo::timestamptz IS NULL OR due_time < @DueTo)
            ORDER BY seq DESC
            LIMIT @limit
            """,
            new { filter.Kind, filter.Group, filter.Key, state = filter.State?.ToString().ToUpperInvariant(), filter.DueFrom, filter.DueTo, after, limit })).AsList();
        return new JobPage(found, found.Count < limit ? null : found[^1].Sequence);
    }

    /// <summary>Reads one job with its payload or, if it is over, how it ended; null if none of this id is known any more.</summary>
    public async Task<StoredJob?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<StoredJob>($"SELECT {Columns}, convert_to(payload::text, 'UTF8') AS Payload FROM durable.jobs WHERE id = @id", new { id })
            ?? await connection.QueryFirstOrDefaultAsync<StoredJob>(
                """
                SELECT id, kind, group_name AS "Group", key, outcome AS State, due_time AS DueTime, enqueued_time AS EnqueuedTime, started_time AS StartedTime,
                  finished_time AS FinishedTime, attempts
                FROM durable.job_history WHERE id = @id ORDER BY stored_time DESC LIMIT 1
                """,
                new { id });
    }

    /// <summary>Counts jobs and dead letters by kind and group.</summary>
    public async Task<IReadOnlyList<QueueStatus>> ListQueuesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<QueueStatus>(
            """
            WITH live AS (
              SELECT kind, group_name, count(*) FILTER (WHERE state IN ('READY', 'BLOCKED')) AS depth, count(*) FILTER (WHERE state = 'LEASED') AS running,
                min(due_time) FILTER (WHERE state IN ('READY', 'BLOCKED') AND due_time <= @now) AS oldest_due
              FROM durable.jobs GROUP BY kind, group_name
            ), letters AS (
              SELECT kind, group_name, count(*) AS failed FROM durable.dead_letters WHERE source = 'JOB' AND state = 'PENDING' GROUP BY kind, group_name
            ), known AS (
              SELECT kind, '' AS group_name FROM durable.job_kinds
            )
            SELECT kind, group_name AS "Group", coalesce(depth, 0) AS Depth, coalesce(running, 0) AS Running, coalesce(failed, 0) AS Failed,
              @now - oldest_due AS OldestDueAge,
              coalesce(oldest_due < @now - interval '10 minutes' AND (k.offered_time IS NULL OR k.offered_time < now() - interval '10 minutes'), false) AS IsOrphaned,
              k.pause_note AS KindPauseNote, g.pause_note AS GroupPauseNote
            FROM live FULL JOIN letters USING (kind, group_name) FULL JOIN known USING (kind, group_name)
            LEFT JOIN durable.job_kinds k USING (kind)
            LEFT JOIN durable.job_groups g USING (group_name)
            ORDER BY kind, group_name
            """,
            new { now = timeProvider.GetUtcNow() })).AsList();
    }

    /// <summary>Makes a waiting job due now. One behind others of its key still waits for those.</summary>
    /// <exception cref="JobNotFoundException">No live job has this id.</exception>
    /// <exception cref="JobStateException">The job is running, or a dead letter.</exception>
    public async Task RunNowAsync(DurableTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        if (await transaction.Connection.ExecuteAsync(
            "UPDATE durable.jobs SET due_time = least(due_time, @now), ready_time = @now WHERE id = @id AND state IN ('READY', 'BLOCKED')", new { id, now }) == 0)
            throw await WhyNotAsync(transaction.Connection, id);
        transaction.WakeWorker();
    }

    /// <summary>Removes a waiting job; the history keeps it as cancelled.</summary>
    /// <exception cref="JobNotFoundException">No live job has this id.</exception>
    /// <exception cref="JobStateException">The job is running, or a dead letter.</exception>
    public async Task CancelAsync(DurableTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection;
        if (await connection.QuerySingleOrDefaultAsync<StoredJob>($"SELECT {Columns} FROM durable.jobs WHERE id = @id", new { id }) is not { } job)
            throw new JobNotFoundException(id);
        var now = timeProvider.GetUtcNow();
        await connection.ExecuteAsync("SELECT durable.lock_job_keys(@keys)", new { keys = JobWriter.LocksOf(job.Kind, job.Key, job.DeduplicationKey).ToArray() });
        await using var remove = JobWriter.RemoveCommand(connection, [id], ["READY", "BLOCKED"], JobOutcome.Cancelled, now);
        if (await remove.ExecuteScalarAsync(cancellationToken) is null)
            throw await WhyNotAsync(connection, id);
        await JobWriter.PromoteAsync(connection, [job.Key], now, cancellationToken);
        transaction.WakeWorker();
    }

    /// <summary>Lets no process begin a job of a kind any more; what runs goes on. Pausing again changes the note.</summary>
    /// <exception cref="OutboxFullException">Too many messages wait for the broker to tell of it.</exception>
    /// <exception cref="ArgumentException">The name is empty, or the note is empty or too long.</exception>
    public Task PauseKindAsync(DurableTransaction transaction, string kind, string note, CancellationToken cancellationToken) =>
        PauseAsync(transaction, Kinds, kind, note, cancellationToken);

    /// <summary>Lets no process begin a job of a group any more; what runs goes on. Pausing again changes the note.</summary>
    /// <exception cref="OutboxFullException">Too many messages wait for the broker to tell of it.</exception>
    /// <exception cref="ArgumentException">The name is too long, or the note is empty or too long.</exception>
    public Task PauseGroupAsync(DurableTransaction transaction, string group, string note, CancellationToken cancellationToken) =>
        PauseAsync(transaction, Groups, group, note, cancellationToken);

    /// <summary>Lets jobs of a kind run again, in all processes within 5 s.</summary>
    /// <returns>Whether it was paused.</returns>
    public Task<bool> ResumeKindAsync(DurableTransaction transaction, string kind, CancellationToken cancellationToken) =>
        ResumeAsync(transaction, Kinds, kind, cancellationToken);

    /// <summary>Lets jobs of a group run again, in all processes within 5 s.</summary>
    /// <returns>Whether it was paused.</returns>
    public Task<bool> ResumeGroupAsync(DurableTransaction transaction, string group, CancellationToken cancellationToken) =>
        ResumeAsync(transaction, Groups, group, cancellationToken);

    /// <summary>Sets a group's share of the claims, and how many of its jobs run at a time (DUR-38).</summary>
    /// <param name="transaction">Commits it.</param>
    /// <param name="group">The group; empty for the jobs without one.</param>
    /// <param name="weight">1 to 100; the default is 1.</param>
    /// <param name="maxRunning">Most jobs that run at a time over all processes, 1 or more; null for any number.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public static async Task SetGroupAsync(DurableTransaction transaction, string group, int weight, int? maxRunning, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Math.Clamp(weight, 1, 100), weight);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRunning ?? 1, 1, nameof(maxRunning));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(group.Length, MaxGroupLength, nameof(group));
        await transaction.Connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO durable.job_groups (group_name, weight, max_running) VALUES (@group, @weight, @maxRunning)
            ON CONFLICT (group_name) DO UPDATE SET weight = excluded.weight, max_running = excluded.max_running
            """,
            new { group, weight, maxRunning },
            cancellationToken: cancellationToken));
    }

    private async Task PauseAsync(DurableTransaction transaction, (string Table, string Column, string Resource) queue, string name, string note, CancellationToken cancellationToken)
    {
        if (name.Length > MaxGroupLength || (name.Length == 0 && queue == Kinds))
            throw new ArgumentException($"A {(queue == Kinds ? "kind" : "group")} has a name of at most {MaxGroupLength} characters.", nameof(name));
        if (note.Length is 0 or > MaxNoteLength)
            throw new ArgumentException($"A note has 1 to {MaxNoteLength} characters; this one has {note.Length}.", nameof(note));
        var now = timeProvider.GetUtcNow();
        await transaction.Connection.ExecuteAsync(new CommandDefinition(
            $"""
            INSERT INTO durable.{queue.Table} AS q ({queue.Column}, paused_time, pause_note) VALUES (@name, @now, @note)
            ON CONFLICT ({queue.Column}) DO UPDATE SET paused_time = coalesce(q.paused_time, excluded.paused_time), pause_note = excluded.pause_note
            """,
            new { name, note, now },
            cancellationToken: cancellationToken));
        transaction.Publish(
            new QueuePaused { Service = service.Value, Time = now, Resource = $"{queue.Resource}/{name}", TraceId = Activity.Current?.TraceId.ToHexString(), Note = note }, mandatory: false);
    }

    private async Task<bool> ResumeAsync(DurableTransaction transaction, (string Table, string Column, string Resource) queue, string name, CancellationToken cancellationToken)
    {
        var isResumed = await transaction.Connection.ExecuteAsync(new CommandDefinition(
            $"UPDATE durable.{queue.Table} SET paused_time = NULL, pause_note = NULL WHERE {queue.Column} = @name AND paused_time IS NOT NULL",
            new { name },
            cancellationToken: cancellationToken)) > 0;
        if (!isResumed)
            return false;
        transaction.Publish(
            new QueueResumed { Service = service.Value, Time = timeProvider.GetUtcNow(), Resource = $"{queue.Resource}/{name}", TraceId = Activity.Current?.TraceId.ToHexString() }, mandatory: false);
        transaction.WakeWorker();
        return true;
    }

    private static async Task<Exception> WhyNotAsync(NpgsqlConnection connection, Guid id) =>
        await connection.ExecuteScalarAsync<string?>("SELECT state FROM durable.jobs WHERE id = @id", new { id }) is { } state
            ? new JobStateException(id, Enum.Parse<JobState>(state, ignoreCase: true))
            : new JobNotFoundException(id);
}

/// <summary>A page of jobs.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Next">Where the next page begins, or null if this is the last.</param>
public sealed record JobPage(IReadOnlyList<StoredJob> Jobs, long? Next);

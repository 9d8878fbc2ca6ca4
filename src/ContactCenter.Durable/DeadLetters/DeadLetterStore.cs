using System.Text;
using ContactCenter.Durable.Outbox;
using ContactCenter.Events.Operations;
using Dapper;
using Npgsql;

namespace ContactCenter.Durable.DeadLetters;

/// <summary>All SQL of the dead letters.</summary>
/// <param name="service">Named in events.</param>
/// <param name="mask">Applied to errors before they are stored.</param>
/// <param name="timeProvider">Time of events.</param>
internal sealed class DeadLetterStore(ServiceName service, IDeadLetterMask mask, TimeProvider timeProvider)
{
    private const int MaxErrorBytes = 4096;

    private const string Fields =
        """
        id, source, item_id AS ItemId, kind, group_name AS "Group", key, reason, state, error_class AS ErrorClass, error_status AS ErrorStatus, error, attempts,
        first_time AS FirstTime, last_time AS LastTime, generation, policy, trace_parent AS TraceParent, closed_time AS ClosedTime, discard_reason AS DiscardReason,
        origin ->> 'deduplicationKey' AS DeduplicationKey
        """;

    private const string Matches =
        """
        (@Source::text IS NULL OR source = @Source)
        AND (@ItemId::uuid IS NULL OR item_id = @ItemId)
        AND (@Kind::text IS NULL OR kind = @Kind)
        AND (@Group::text IS NULL OR group_name = @Group)
        AND (@Key::text IS NULL OR key = @Key)
        AND (@Reason::text IS NULL OR reason = @Reason)
        AND (@State::text IS NULL OR state = @State)
        AND (@ErrorClass::text IS NULL OR error_class = @ErrorClass)
        AND (@ErrorStatus::int IS NULL OR error_status = @ErrorStatus)
        AND (@Policy::text IS NULL OR policy = @Policy)
        AND (@TraceId::text IS NULL OR split_part(trace_parent, '-', 2) = @TraceId)
        AND attempts BETWEEN coalesce(@MinAttempts, 0) AND coalesce(@MaxAttempts, 2147483647)
        AND generation BETWEEN coalesce(@MinGeneration, 0) AND coalesce(@MaxGeneration, 2147483647)
        AND (@FirstFrom::timestamptz IS NULL OR first_time >= @FirstFrom)
        AND (@FirstTo::timestamptz IS NULL OR first_time < @FirstTo)
        AND (@LastFrom::timestamptz IS NULL OR last_time >= @LastFrom)
        AND (@LastTo::timestamptz IS NULL OR last_time < @LastTo)
        """;

    // What could not be read has nothing to replay; and only what was PENDING at the dry run is touched, each letter once.
    private const string Replayable =
        $"state = 'PENDING' AND reason <> 'UNREADABLE' AND pg_visible_in_snapshot(pending_xact, @snapshot::pg_snapshot) AND {Matches}";

    private const string MarkReplayed =
        "UPDATE durable.dead_letters SET state = 'REPLAYED', generation = generation + 1, re_render = @reRender, closed_time = @now";

    private const string TakeNotices =
        """
        UPDATE durable.dead_letter_notices n SET unreported = 0, reported_time = now()
        FROM (SELECT kind, reason, unreported FROM durable.dead_letter_notices
              WHERE unreported > 0 AND reported_time <= now() - interval '1 minute'
              FOR UPDATE SKIP LOCKED) AS due
        WHERE n.kind = due.kind AND n.reason = due.reason
        RETURNING n.kind, n.reason, due.unreported AS Count, n.letter_id AS LetterId, n.trace_parent AS TraceParent
        """;

    /// <summary>Stores a letter in the caller's transaction; the letter of a failed replay becomes PENDING again (DUR-53). Reports it, unless one like it was reported within the last minute.</summary>
    public async Task AddAsync(NpgsqlConnection connection, DeadLetter letter)
    {
        var id = await connection.ExecuteScalarAsync<Guid>(
            """
            INSERT INTO durable.dead_letters (id, source, item_id, item_seq, kind, group_name, key, reason, error_class, error_status, error, attempts, first_time, last_time, payload, policy, trace_parent, origin)
            VALUES (@id, upper(@source), @ItemId, @ItemSeq, @Kind, @Group, @Key, @Reason, @ErrorClass, @ErrorStatus, @error, @Attempts, @FirstTime, @LastTime, @Payload, @Policy, @TraceParent,
              CASE WHEN @DeduplicationKey::text IS NOT NULL THEN jsonb_build_object('deduplicationKey', @DeduplicationKey) END)
            ON CONFLICT ON CONSTRAINT uq_dead_letters_item DO UPDATE SET
              state = 'PENDING', pending_xact = excluded.pending_xact, closed_time = NULL, discard_reason = NULL, reason = excluded.reason, error_class = excluded.error_class,
              error_status = excluded.error_status, error = excluded.error, attempts = excluded.attempts, last_time = excluded.last_time, trace_parent = excluded.trace_parent
            RETURNING id
            """,
            new
            {
                id = Guid.CreateVersion7(letter.LastTime),
                source = letter.Source.ToString(),
                letter.ItemId,
                letter.ItemSeq,
                letter.Kind,
                letter.Group,
                letter.Key,
                letter.Reason,
                letter.ErrorClass,
                letter.ErrorStatus,
                error = Shorten(mask.Error(letter.Error)),
                letter.Attempts,
                letter.FirstTime,
                letter.LastTime,
                letter.Payload,
                letter.Policy,
                letter.TraceParent,
                letter.DeduplicationKey,
            });
        await connection.ExecuteAsync(
            """
            INSERT INTO durable.dead_letter_notices AS n (kind, reason, unreported, letter_id, trace_parent) VALUES (@Kind, @Reason, 1, @id, @TraceParent)
            ON CONFLICT ON CONSTRAINT pk_dead_letter_notices DO UPDATE SET unreported = n.unreported + 1, letter_id = excluded.letter_id, trace_parent = excluded.trace_parent
            """,
            new { letter.Kind, letter.Reason, id, letter.TraceParent });
        await ReportAsync(connection);
    }

    /// <summary>Writes an event for each kind and reason with letters that were not reported, at most one a minute over all replicas.</summary>
    public async Task ReportAsync(NpgsqlConnection connection)
    {
        var now = timeProvider.GetUtcNow();
        var events = (await connection.QueryAsync<Notice>(TakeNotices)).Select(notice => OutboxMessage.Create(notice.ToEvent(service.Value, now), key: null, mandatory: false, now)).ToList();
        if (events.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        foreach (var command in OutboxStore.AddCommands(events))
            batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>How many letters are PENDING, and since when the oldest of them is.</summary>
    public static async Task<(long Pending, DateTimeOffset? Oldest)> CountPendingAsync(NpgsqlConnection connection) =>
        await connection.QuerySingleAsync<(long, DateTimeOffset?)>("SELECT count(*), min(last_time) FROM durable.dead_letters WHERE state = 'PENDING'");

    /// <summary>How many letters of a kind are PENDING.</summary>
    public static Task<long> CountPendingAsync(NpgsqlConnection connection, string kind) =>
        connection.ExecuteScalarAsync<long>("SELECT count(*) FROM durable.dead_letters WHERE state = 'PENDING' AND kind = @kind", new { kind });

    /// <summary>Reads one letter with its payload as it is.</summary>
    public static async Task<StoredDeadLetter?> FindAsync(NpgsqlConnection connection, Guid id) =>
        await connection.QuerySingleOrDefaultAsync<StoredDeadLetter>($"SELECT {Fields}, payload FROM durable.dead_letters WHERE id = @id", new { id });

    /// <summary>Lists letters without their payloads, newest first.</summary>
    public static async Task<IReadOnlyList<StoredDeadLetter>> ListAsync(NpgsqlConnection connection, DeadLetterFilter filter, DeadLetterPosition? after, int limit)
    {
        var parameters = Parameters(filter);
        parameters.AddDynamicParams(new { afterTime = after?.LastTime.ToUniversalTime(), afterId = after?.Id, limit });
        return (await connection.QueryAsync<StoredDeadLetter>(
            $"""
            SELECT {Fields} FROM durable.dead_letters
            WHERE {Matches} AND (@afterId::uuid IS NULL OR (last_time, id) < (@afterTime::timestamptz, @afterId))
            ORDER BY last_time DESC, id DESC
            LIMIT @limit
            """,
            parameters)).AsList();
    }

    /// <summary>Closes a PENDING letter whose item the caller moves back in the same transaction.</summary>
    /// <returns>The letter with its new generation, or null if it is not PENDING.</returns>
    public static async Task<StoredDeadLetter?> TakeForReplayAsync(NpgsqlConnection connection, Guid id, bool reRender, DateTimeOffset now) =>
        await connection.QuerySingleOrDefaultAsync<StoredDeadLetter>(
            $"{MarkReplayed} WHERE id = @id AND state = 'PENDING' RETURNING {Fields}, payload", new { id, reRender, now });

    /// <summary>Closes the oldest letters that a bulk replay has to move back, in their original order.</summary>
    public static async Task<IReadOnlyList<StoredDeadLetter>> TakeForReplayAsync(NpgsqlConnection connection, DeadLetterFilter filter, string snapshot, int limit, bool reRender, DateTimeOffset now)
    {
        var parameters = Parameters(filter);
        parameters.AddDynamicParams(new { snapshot, limit, reRender, now });
        return (await connection.QueryAsync<StoredDeadLetter>(
            $"""
            WITH chosen AS (
              SELECT id AS chosen_id FROM durable.dead_letters WHERE {Replayable} ORDER BY first_time, item_seq, item_id LIMIT @limit FOR UPDATE
            ), taken AS (
              {MarkReplayed} FROM chosen WHERE id = chosen_id RETURNING *
            )
            SELECT {Fields}, payload FROM taken ORDER BY first_time, item_seq, item_id
            """,
            parameters)).AsList();
    }

    /// <summary>What a bulk replay by the filter would move back if it began now.</summary>
    public static async Task<ReplayPreview> PreviewAsync(NpgsqlConnection connection, DeadLetterFilter filter, string snapshot)
    {
        var parameters = Parameters(filter);
        parameters.AddDynamicParams(new { snapshot });
        var (count, oldest, newest, kinds) = await connection.QuerySingleAsync<(int, DateTimeOffset?, DateTimeOffset?, string[]?)>(
            $"SELECT count(*)::int, min(first_time), max(first_time), array_agg(DISTINCT kind) FROM durable.dead_letters WHERE {Replayable}", parameters);
        return new ReplayPreview { Count = count, Oldest = oldest, Newest = newest, Kinds = kinds ?? [] };
    }

    /// <summary>Closes a PENDING letter; returns it, or null if it is not PENDING.</summary>
    public static async Task<StoredDeadLetter?> DiscardAsync(NpgsqlConnection connection, Guid id, string reason, DateTimeOffset now) =>
        await connection.QuerySingleOrDefaultAsync<StoredDeadLetter>(
            $"UPDATE durable.dead_letters SET state = 'DISCARDED', discard_reason = @reason, closed_time = @now WHERE id = @id AND state = 'PENDING' RETURNING {Fields}",
            new { id, reason, now });

    /// <summary>Closes all PENDING letters that match, as newer work takes their place; returns them.</summary>
    public static async Task<IReadOnlyList<StoredDeadLetter>> SupersedeAsync(NpgsqlConnection connection, DeadLetterFilter filter, DateTimeOffset now)
    {
        var parameters = Parameters(filter);
        parameters.AddDynamicParams(new { now });
        return (await connection.QueryAsync<StoredDeadLetter>(
            $"UPDATE durable.dead_letters SET state = 'SUPERSEDED', closed_time = @now WHERE state = 'PENDING' AND {Matches} RETURNING {Fields}", parameters)).AsList();
    }

    /// <summary>Lets consumers take messages again that they had given up.</summary>
    public static async Task ForgetConsumedAsync(NpgsqlConnection connection, IReadOnlyCollection<StoredDeadLetter> letters) =>
        await connection.ExecuteAsync(
            "DELETE FROM durable.inbox_messages WHERE (message_id, consumer) IN (SELECT * FROM unnest(@ids, @consumers))",
            new { ids = letters.Select(letter => letter.ItemId).ToArray(), consumers = letters.Select(letter => letter.Group).ToArray() });

    private static DynamicParameters Parameters(DeadLetterFilter filter) => new(new
    {
        Source = filter.Source?.ToString().ToUpperInvariant(),
        filter.ItemId,
        filter.Kind,
        filter.Group,
        filter.Key,
        filter.Reason,
        State = filter.State?.ToString().ToUpperInvariant(),
        filter.ErrorClass,
        filter.ErrorStatus,
        filter.Policy,
        filter.TraceId,
        filter.MinAttempts,
        filter.MaxAttempts,
        filter.MinGeneration,
        filter.MaxGeneration,
        FirstFrom = filter.FirstFrom?.ToUniversalTime(),
        FirstTo = filter.FirstTo?.ToUniversalTime(),
        LastFrom = filter.LastFrom?.ToUniversalTime(),
        LastTo = filter.LastTo?.ToUniversalTime(),
    });

    // Postgres takes no NUL in text; a cut may fall inside a character, whose remains the decoder replaces.
    private static string Shorten(string error)
    {
        error = error.Replace('\0', '\uFFFD');
        var bytes = Encoding.UTF8.GetBytes(error);
        return bytes.Length <= MaxErrorBytes ? error : Encoding.UTF8.GetString(bytes, 0, MaxErrorBytes - 3).TrimEnd('\uFFFD');
    }

    private sealed record Notice
    {
        public required string Kind { get; init; }

        public required string Reason { get; init; }

        public required int Count { get; init; }

        public required Guid LetterId { get; init; }

        public string? TraceParent { get; init; }

        public DeadLetterAdded ToEvent(string service, DateTimeOffset now) => new()
        {
            Service = service,
            Time = now,
            Resource = $"deadLetters/{LetterId}",
            TraceId = TraceParent?.Split('-').ElementAtOrDefault(1),
            Kind = Kind,
            Reason = Reason,
            Count = Count,
        };
    }
}

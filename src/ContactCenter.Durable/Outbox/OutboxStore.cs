using ContactCenter.Durable.DeadLetters;
using Npgsql;
using NpgsqlTypes;
using static ContactCenter.Durable.SqlParameters;

namespace ContactCenter.Durable.Outbox;

/// <summary>All SQL of the outbox: one statement each to add, claim, remove and postpone.</summary>
/// <param name="dataSource">The service's database.</param>
/// <param name="letters">Takes the messages that are given up.</param>
internal sealed class OutboxStore(NpgsqlDataSource dataSource, DeadLetterStore letters) : IDisposable
{
    /// <summary>Lanes over which keys are spread; the number of rows in <c>outbox_lanes</c>.</summary>
    public const int Lanes = 16;

    // Writers of a key hold one of 1,024 locks from here to the end of their commit, so that seq is commit order (DUR-11).
    private const string LockKeys =
        "SELECT pg_advisory_xact_lock(1868854642, hash) FROM (SELECT DISTINCT hashtext(key) & 1023 AS hash FROM unnest($1) AS key WHERE key IS NOT NULL ORDER BY hash) AS hashes";

    private const string Insert =
        """
        INSERT INTO durable.outbox_messages (lane, id, key, type, exchange, mandatory, payload, time, trace_parent)
        SELECT hashtext(coalesce(key, id::text)) & 15, id, key, type, exchange, mandatory, payload, time, trace_parent
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS m (id, key, type, exchange, mandatory, payload, time, trace_parent)
        """;

    private const string Claim = "SELECT * FROM durable.claim_outbox($1, $2, $3, $4)";

    private const string RemoveAndRelease = "SELECT durable.remove_from_outbox($1, $2, $3)";

    private const string Postpone =
        """
        UPDATE durable.outbox_messages m
        SET refusals = m.refusals + 1, lone_refusals = m.lone_refusals + r.lone, due_time = now() + r.delay
        FROM unnest($1, $2, $3, $4) AS r (lane, seq, lone, delay)
        WHERE m.lane = r.lane AND m.seq = r.seq
        """;

    private const string Remove = "DELETE FROM durable.outbox_messages WHERE lane = $1 AND seq = $2";

    private const string Refused = "SELECT count(*) FROM (SELECT FROM durable.outbox_messages WHERE due_time IS NOT NULL LIMIT $1) AS counted";

    private const string Backlog =
        """
        SELECT (SELECT count(*) FROM (SELECT FROM durable.outbox_messages LIMIT $1) AS counted),
               (SELECT extract(epoch FROM now() - min(m.time))::float8
                FROM durable.outbox_lanes l CROSS JOIN LATERAL (SELECT time FROM durable.outbox_messages o WHERE o.lane = l.lane ORDER BY o.seq LIMIT 1) AS m)
        """;

    private const string Waiting =
        """
        SELECT min(m.first_seq), max(m.last_seq)
        FROM durable.outbox_lanes l
        CROSS JOIN LATERAL (SELECT min(o.seq) AS first_seq, max(o.seq) AS last_seq FROM durable.outbox_messages o WHERE o.lane = l.lane) AS m
        """;

    private readonly KeptConnection _kept = new(dataSource);

    /// <summary>The commands that add messages in the caller's transaction and hold their keys until it ends; none if there are no messages.</summary>
    public static IEnumerable<NpgsqlBatchCommand> AddCommands(IReadOnlyList<OutboxMessage> messages)
    {
        var keys = messages.Select(message => message.Key).ToArray();
        if (System.Array.Exists(keys, key => key is not null))
            yield return new NpgsqlBatchCommand(LockKeys) { Parameters = { Array(keys, NpgsqlDbType.Text) } };
        if (messages.Count > 0)
            yield return new NpgsqlBatchCommand(Insert)
            {
                Parameters =
                {
                    Array(messages.Select(message => message.Id), NpgsqlDbType.Uuid),
                    Array(keys, NpgsqlDbType.Text),
                    Array(messages.Select(message => message.Type), NpgsqlDbType.Text),
                    Array(messages.Select(message => message.Exchange), NpgsqlDbType.Text),
                    Array(messages.Select(message => message.Mandatory), NpgsqlDbType.Boolean),
                    Array(messages.Select(message => message.Payload), NpgsqlDbType.Json),
                    Array(messages.Select(message => message.Time), NpgsqlDbType.TimestampTz),
                    Array(messages.Select(message => message.TraceParent), NpgsqlDbType.Text),
                },
            };
    }

    /// <summary>Takes free lanes that have something to publish and reads the head of each.</summary>
    /// <param name="claim">Names the claim; <see cref="RemoveAsync"/> ends it.</param>
    /// <param name="lease">After this time others may take the lanes, should this process be gone.</param>
    /// <param name="batchSize">Most messages to read.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<ClaimedMessage>> ClaimAsync(Guid claim, TimeSpan lease, int batchSize, CancellationToken cancellationToken)
    {
        // Half of the lanes, so that a second loop or process always finds some.
        const int LanesPerClaim = Lanes / 2;
        await using var loan = await _kept.TakeAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Claim, loan.Connection);
        command.Parameters.Add(Value(claim));
        command.Parameters.Add(Value(lease));
        command.Parameters.Add(Value(LanesPerClaim));
        command.Parameters.Add(Value(Math.Max(1, batchSize / LanesPerClaim)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<ClaimedMessage>();
        while (await reader.ReadAsync(cancellationToken))
        {
            messages.Add(new ClaimedMessage(
                reader.GetInt16(0),
                reader.GetInt64(1),
                reader.GetInt32(10),
                reader.GetInt32(11),
                new OutboxMessage(
                    reader.GetGuid(2),
                    reader.IsDBNull(3) ? null : reader.GetString(3),
                    reader.GetString(4),
                    reader.GetString(5),
                    reader.GetBoolean(6),
                    reader.GetFieldValue<byte[]>(7),
                    reader.GetFieldValue<DateTimeOffset>(8),
                    reader.IsDBNull(9) ? null : reader.GetString(9))));
        }

        return messages;
    }

    /// <summary>Removes published messages and gives the claim's lanes back, in one statement.</summary>
    public async Task RemoveAsync(Guid claim, IReadOnlyCollection<ClaimedMessage> published, CancellationToken cancellationToken)
    {
        await using var loan = await _kept.TakeAsync(cancellationToken);
        await using var command = new NpgsqlCommand(RemoveAndRelease, loan.Connection);
        command.Parameters.Add(Value(claim));
        command.Parameters.Add(Array(published.Select(message => message.Lane), NpgsqlDbType.Smallint));
        command.Parameters.Add(Array(published.Select(message => message.Seq), NpgsqlDbType.Bigint));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Lets refused messages wait; each holds back its own key.</summary>
    public async Task PostponeAsync(IReadOnlyCollection<Refusal> refusals, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Postpone);
        command.Parameters.Add(Array(refusals.Select(refusal => refusal.Message.Lane), NpgsqlDbType.Smallint));
        command.Parameters.Add(Array(refusals.Select(refusal => refusal.Message.Seq), NpgsqlDbType.Bigint));
        command.Parameters.Add(Array(refusals.Select(refusal => refusal.Lone ? 1 : 0), NpgsqlDbType.Integer));
        command.Parameters.Add(Array(refusals.Select(refusal => refusal.Delay), NpgsqlDbType.Interval));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Moves a message that the broker does not take to the dead letters, in one transaction.</summary>
    public async Task BuryAsync(ClaimedMessage claimed, string error, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var message = claimed.Message;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var remove = new NpgsqlCommand(Remove, connection)
        {
            Parameters = { Value(claimed.Lane), Value(claimed.Seq) },
        };
        await remove.ExecuteNonQueryAsync(cancellationToken);
        await letters.AddAsync(connection, new DeadLetter(
            DeadLetterSource.Outbox,
            message.Id,
            message.Type,
            message.Exchange,
            message.Key,
            "REFUSED",
            "broker",
            error,
            claimed.Refusals + 1,
            message.Time,
            now,
            message.Payload,
            Policy: null,
            message.TraceParent,
            ItemSeq: claimed.Seq));
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>How many messages wait for their next try after a refusal, counted up to <paramref name="limit"/>.</summary>
    public async Task<long> CountRefusedAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Refused);
        command.Parameters.Add(Value(limit));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>How many messages wait, counted up to <paramref name="limit"/>, and for how long the oldest has.</summary>
    public async Task<(long Pending, TimeSpan OldestAge)> ReadBacklogAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Backlog);
        command.Parameters.Add(Value(limit));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.IsDBNull(1) ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Max(0, reader.GetDouble(1))));
    }

    /// <summary>The first and the last message that wait; null if none does.</summary>
    public async Task<OutboxSpan?> ReadWaitingAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Waiting);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.IsDBNull(0) ? null : new OutboxSpan(reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <inheritdoc />
    public void Dispose() => _kept.Dispose();
}

/// <summary>A message whose lane this process holds.</summary>
/// <param name="Lane">Its lane.</param>
/// <param name="Seq">Its place in the order of its key.</param>
/// <param name="Refusals">How often the broker has refused it.</param>
/// <param name="LoneRefusals">How often the broker has refused it while taking others.</param>
/// <param name="Message">What to publish.</param>
internal sealed record ClaimedMessage(short Lane, long Seq, int Refusals, int LoneRefusals, OutboxMessage Message);

/// <summary>A message that the broker did not take.</summary>
/// <param name="Message">The message.</param>
/// <param name="Delay">Pause before the next try.</param>
/// <param name="Lone">Whether the broker has taken others since it last refused one.</param>
internal sealed record Refusal(ClaimedMessage Message, TimeSpan Delay, bool Lone);

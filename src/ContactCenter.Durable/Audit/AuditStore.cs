using Dapper;
using Npgsql;
using NpgsqlTypes;
using static ContactCenter.Durable.SqlParameters;

namespace ContactCenter.Durable.Audit;

/// <summary>All SQL of the audit log.</summary>
internal static class AuditStore
{
    private const string Add = "SELECT durable.add_audit_entries($1, $2, $3, $4, $5, $6, $7)";

    // One process at a time writes about the refused calls of an actor; what was written within the minute is seen.
    private const string LockActor = "SELECT pg_advisory_xact_lock(1635083369, hashtext(@actor))";

    /// <summary>The command that writes entries.</summary>
    public static NpgsqlBatchCommand AddCommand(IReadOnlyCollection<(DateTimeOffset Time, AuditEntry Entry)> entries) => new(Add)
    {
        Parameters =
        {
            Array(entries.Select(entry => entry.Time), NpgsqlDbType.TimestampTz),
            Array(entries.Select(entry => entry.Entry.Actor), NpgsqlDbType.Text),
            Array(entries.Select(entry => entry.Entry.Action), NpgsqlDbType.Text),
            Array(entries.Select(entry => entry.Entry.Resource), NpgsqlDbType.Text),
            Array(entries.Select(entry => entry.Entry.RequestId), NpgsqlDbType.Text),
            Array(entries.Select(entry => entry.Entry.Result), NpgsqlDbType.Text),
            Array(entries.Select(entry => entry.Entry.Details?.ToJsonString() ?? "{}"), NpgsqlDbType.Jsonb),
        },
    };

    /// <summary>Lists entries that follow a position.</summary>
    /// <param name="connection">The connection to use.</param>
    /// <param name="filter">Which entries.</param>
    /// <param name="after">Time and number of the entry before the first, or null for the beginning.</param>
    /// <param name="newestFirst">The order.</param>
    /// <param name="limit">Most entries to return.</param>
    public static async Task<IReadOnlyList<StoredAuditEntry>> ListAsync(
        NpgsqlConnection connection, AuditFilter filter, (DateTimeOffset Time, long Seq)? after, bool newestFirst, int limit)
    {
        var (direction, comparison) = newestFirst ? ("DESC", "<") : ("ASC", ">");
        return (await connection.QueryAsync<StoredAuditEntry>(
            $"""
            SELECT seq, time, actor, action, resource, request_id AS RequestId, result, details::text AS details
            FROM durable.audit_entries
            WHERE (@Actor::text IS NULL OR actor = @Actor)
              AND (@Action::text IS NULL OR action = @Action)
              AND (@Resource::text IS NULL OR resource = @Resource)
              AND (@RequestId::text IS NULL OR request_id = @RequestId)
              AND (@Result::text IS NULL OR result = @Result)
              AND (@From::timestamptz IS NULL OR time >= @From)
              AND (@To::timestamptz IS NULL OR time < @To)
              AND (@afterSeq::bigint IS NULL OR (time, seq) {comparison} (@afterTime::timestamptz, @afterSeq))
            ORDER BY time {direction}, seq {direction}
            LIMIT @limit
            """,
            new
            {
                filter.Actor,
                filter.Action,
                filter.Resource,
                filter.RequestId,
                filter.Result,
                filter.From,
                filter.To,
                afterSeq = after?.Seq,
                afterTime = after?.Time,
                limit,
            })).AsList();
    }

    /// <summary>Waits for other writers about refused calls of an actor, then reads which of its actions were entered as refused since a time.</summary>
    public static async Task<IReadOnlyCollection<string>> LockAndReadDeniedAsync(NpgsqlConnection connection, string actor, DateTimeOffset since)
    {
        await connection.ExecuteAsync(LockActor, new { actor });
        return (await connection.QueryAsync<string>(
            "SELECT DISTINCT action FROM durable.audit_entries WHERE actor = @actor AND result = @denied AND time > @since",
            new { actor, denied = AuditEntry.Denied, since })).AsList();
    }

    /// <summary>Drops the months that ended before a time.</summary>
    public static async Task DropMonthsAsync(NpgsqlDataSource dataSource, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT durable.drop_audit_partitions($1)");
        command.Parameters.Add(Value(before));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

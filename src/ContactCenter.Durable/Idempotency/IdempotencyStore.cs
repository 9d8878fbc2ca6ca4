using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace ContactCenter.Durable.Idempotency;

/// <summary>All SQL of the idempotency keys.</summary>
internal static class IdempotencyStore
{
    private const string Lock = "SELECT pg_advisory_xact_lock(1768190061, hashtext(concat_ws('|', $1, $2, $3)))";

    private const string Find =
        "SELECT request_hash, response FROM durable.idempotency_keys WHERE caller = $1 AND method = $2 AND request_id = $3 AND created_time > $4";

    /// <summary>Waits until no other transaction holds the key, then reads its answer.</summary>
    /// <returns>Null if the key is new or its retention is over.</returns>
    public static async Task<StoredAnswer?> LockAndFindAsync(NpgsqlConnection connection, CallKey key, DateTimeOffset after, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(Lock) { Parameters = { Text(key.Caller), Text(key.Method), Text(key.RequestId.ToString()) } },

                // A statement of its own, so that it sees what the key's last holder has committed.
                new NpgsqlBatchCommand(Find) { Parameters = { Text(key.Caller), Text(key.Method), new NpgsqlParameter<Guid> { TypedValue = key.RequestId }, Time(after) } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new StoredAnswer(reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1)) : null;
    }

    /// <summary>Stores the answer in the transaction of the effect, in place of one whose retention is over.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, CallKey key, StoredAnswer answer, DateTimeOffset now) =>
        await connection.ExecuteAsync(
            """
            INSERT INTO durable.idempotency_keys (caller, method, request_id, request_hash, response, created_time)
            VALUES (@Caller, @Method, @RequestId, @RequestHash, @Response, @now)
            ON CONFLICT ON CONSTRAINT pk_idempotency_keys DO UPDATE
            SET request_hash = excluded.request_hash, response = excluded.response, created_time = excluded.created_time
            """,
            new { key.Caller, key.Method, key.RequestId, answer.RequestHash, answer.Response, now });

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter<DateTimeOffset> Time(DateTimeOffset value) => new() { TypedValue = value };
}

/// <summary>What a call answered.</summary>
/// <param name="RequestHash">SHA-256 of the request without its request_id.</param>
/// <param name="Response">The response's bytes.</param>
internal sealed record StoredAnswer(byte[] RequestHash, byte[] Response);

using Dapper;
using Npgsql;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>All SQL of the API keys.</summary>
internal static class ApiKeyStore
{
    private const string Columns =
        """
        id AS Id, name AS Name, scopes AS Scopes, create_time AS CreateTime, expire_time AS ExpireTime,
        revoke_time AS RevokeTime, last_use_time AS LastUseTime, replaced_by AS ReplacedBy
        """;

    // Whoever changes a key raises the version in the same transaction; its row lock makes later versions visible later.
    private const string Raise = "UPDATE callers.api_key_version SET version = version + 1";

    /// <summary>Reads the version, and if it is another one than the given, all keys that are valid or will be.</summary>
    public static async Task<(long Version, IReadOnlyList<ValidKey> Keys)> LoadAsync(
        NpgsqlConnection connection, long version, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT v.version, k.id, k.secret_hash, k.scopes, k.expire_time
            FROM callers.api_key_version v
            LEFT JOIN callers.api_keys k ON v.version <> $1 AND k.revoke_time IS NULL AND k.expire_time > $2
            """,
            connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = version }, new NpgsqlParameter<DateTimeOffset> { TypedValue = now } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<ValidKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            version = reader.GetInt64(0);
            if (!reader.IsDBNull(1))
            {
                var caller = new Caller(reader.GetString(1), reader.GetFieldValue<string[]>(3));
                keys.Add(new ValidKey(caller, reader.GetFieldValue<byte[]>(2), reader.GetFieldValue<DateTimeOffset>(4)));
            }
        }

        return (version, keys);
    }

    public static Task AddAsync(NpgsqlConnection connection, ApiKeyInfo key, byte[] secretHash) =>
        connection.ExecuteAsync(
            $"""
            INSERT INTO callers.api_keys (id, name, secret_hash, scopes, create_time, expire_time)
            VALUES (@Id, @Name, @secretHash, @Scopes, @CreateTime, @ExpireTime);
            {Raise}
            """,
            new { key.Id, key.Name, secretHash, key.Scopes, key.CreateTime, key.ExpireTime });

    /// <summary>Stores a configured key, or what its configuration changed; one that was revoked stays revoked.</summary>
    public static Task PutAsync(NpgsqlConnection connection, ApiKeyInfo key, byte[] secretHash) =>
        connection.ExecuteAsync(
            $"""
            WITH put AS (
              INSERT INTO callers.api_keys AS k (id, name, secret_hash, scopes, create_time, expire_time)
              VALUES (@Id, @Name, @secretHash, @Scopes, @CreateTime, @ExpireTime)
              ON CONFLICT ON CONSTRAINT pk_api_keys DO UPDATE
              SET name = excluded.name, secret_hash = excluded.secret_hash, scopes = excluded.scopes, expire_time = excluded.expire_time
              WHERE (k.name, k.secret_hash, k.scopes, k.expire_time) IS DISTINCT FROM (excluded.name, excluded.secret_hash, excluded.scopes, excluded.expire_time)
              RETURNING 1)
            {Raise} WHERE EXISTS (SELECT FROM put)
            """,
            new { key.Id, key.Name, secretHash, key.Scopes, key.CreateTime, key.ExpireTime });

    /// <summary>Lists keys by id.</summary>
    public static async Task<IReadOnlyList<ApiKeyInfo>> ListAsync(NpgsqlConnection connection, string after, int limit) =>
        [.. await connection.QueryAsync<ApiKeyInfo>($"SELECT {Columns} FROM callers.api_keys WHERE id > @after ORDER BY id LIMIT @limit", new { after, limit })];

    public static Task<ApiKeyInfo?> FindForUpdateAsync(NpgsqlConnection connection, string id) =>
        connection.QuerySingleOrDefaultAsync<ApiKeyInfo>($"SELECT {Columns} FROM callers.api_keys WHERE id = @id FOR UPDATE", new { id });

    public static Task ReplaceAsync(NpgsqlConnection connection, string id, string replacedBy, DateTimeOffset expireTime) =>
        connection.ExecuteAsync("UPDATE callers.api_keys SET replaced_by = @replacedBy, expire_time = @expireTime WHERE id = @id", new { id, replacedBy, expireTime });

    public static Task RevokeAsync(NpgsqlConnection connection, string id, DateTimeOffset now) =>
        connection.ExecuteAsync($"UPDATE callers.api_keys SET revoke_time = @now WHERE id = @id; {Raise}", new { id, now });

    /// <summary>Notes last uses; a later one that another replica noted stays.</summary>
    public static Task NoteUsesAsync(NpgsqlConnection connection, IReadOnlyCollection<KeyValuePair<string, DateTimeOffset>> uses, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE callers.api_keys k SET last_use_time = u.time
            FROM unnest(@ids, @times) AS u (id, time)
            WHERE k.id = u.id AND (k.last_use_time IS NULL OR k.last_use_time < u.time)
            """,
            new { ids = uses.Select(use => use.Key).ToArray(), times = uses.Select(use => use.Value).ToArray() },
            cancellationToken: cancellationToken));
}

/// <summary>A key that is valid until its expiry, as the check needs it.</summary>
/// <param name="Caller">Who holds it.</param>
/// <param name="SecretHash">SHA-256 of its secret.</param>
/// <param name="ExpireTime">From when on it is not valid.</param>
internal sealed record ValidKey(Caller Caller, byte[] SecretHash, DateTimeOffset ExpireTime);

using ContactCenter.Egress.Http;
using ContactCenter.Egress.Secrets;
using Dapper;
using Npgsql;

namespace ContactCenter.Egress.Destinations;

/// <summary>All SQL of the destinations.</summary>
internal sealed class DestinationStore(NpgsqlDataSource database, SecretKeyRing keys, TimeProvider time)
{
    /// <summary>Lists a destination that is called for the first time, or whose defaults the program has changed.</summary>
    public async Task RecordAsync(Destination destination, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO egress.destinations AS known (id, name, origin, defaults, client_key, created_time, updated_time)
            VALUES (@Id, @Name, @Origin, @Defaults::jsonb, @ClientKey, @Now, @Now)
            ON CONFLICT (id) DO UPDATE SET
              defaults = excluded.defaults, client_key = CASE WHEN known.settings IS NULL THEN excluded.client_key ELSE known.client_key END
            WHERE known.defaults <> excluded.defaults
            """,
            new
            {
                destination.Id,
                destination.Name,
                destination.Origin,
                Defaults = StoredDestination.Json(DestinationSettings.Of(destination)),
                ClientKey = Sealed(destination.Id, destination.Tls.ClientKey),
                Now = time.GetUtcNow().UtcDateTime,
            },
            cancellationToken: cancellationToken));
    }

    /// <summary>Reads what operators have changed.</summary>
    public async Task<IReadOnlyList<StoredDestination>> ReadChangedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<StoredDestination>(new CommandDefinition(
            $"SELECT {StoredDestination.Columns} FROM egress.destinations WHERE settings IS NOT NULL OR breaker_resets > 0",
            cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Reads a page by name and origin.</summary>
    public async Task<IReadOnlyList<StoredDestination>> ListAsync(string? afterId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<StoredDestination>(new CommandDefinition(
            $"""
            SELECT {StoredDestination.Columns} FROM egress.destinations
            WHERE @afterId::text IS NULL OR (name, origin) > (SELECT name, origin FROM egress.destinations WHERE id = @afterId)
            ORDER BY name, origin LIMIT @limit
            """,
            new { afterId, limit },
            cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Reads one and locks it until the end of the transaction.</summary>
    public static Task<StoredDestination?> LockAsync(NpgsqlConnection connection, string id, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<StoredDestination>(new CommandDefinition(
            $"SELECT {StoredDestination.Columns} FROM egress.destinations WHERE id = @id FOR UPDATE", new { id }, cancellationToken: cancellationToken));

    public Task<StoredDestination> UpdateAsync(NpgsqlConnection connection, string id, DestinationSettings settings, CancellationToken cancellationToken) =>
        connection.QuerySingleAsync<StoredDestination>(new CommandDefinition(
            $"""
            UPDATE egress.destinations
            SET settings = @Settings::jsonb, client_key = @ClientKey, version = version + 1, updated_time = @Now
            WHERE id = @id
            RETURNING {StoredDestination.Columns}
            """,
            new
            {
                id,
                Settings = StoredDestination.Json(settings),
                ClientKey = Sealed(id, settings.Tls.ClientKey),
                Now = time.GetUtcNow().UtcDateTime,
            },
            cancellationToken: cancellationToken));

    public static Task<StoredDestination> ResetBreakerAsync(NpgsqlConnection connection, string id, CancellationToken cancellationToken) =>
        connection.QuerySingleAsync<StoredDestination>(new CommandDefinition(
            $"UPDATE egress.destinations SET breaker_resets = breaker_resets + 1 WHERE id = @id RETURNING {StoredDestination.Columns}",
            new { id },
            cancellationToken: cancellationToken));

    private string? Sealed(string id, string clientKey) =>
        clientKey.Length == 0 ? null : keys.Encrypt(StoredDestination.Place(id), clientKey);
}

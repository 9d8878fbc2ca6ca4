using ContactCenter.Durable;
using ContactCenter.Egress.Secrets;
using ContactCenter.Storage.V1;
using Dapper;
using Google.Protobuf;
using Npgsql;

namespace ContactCenter.StorageExport.Stores;

/// <summary>All SQL of the settings of stores and their secrets.</summary>
/// <param name="database">The service's database.</param>
/// <param name="keys">Encrypts secrets.</param>
public sealed class SettingsStore(DurableDatabase database, SecretKeyRing keys)
{
    private const string Columns = "store_id AS StoreId, revision AS Revision, definition AS Definition, create_time AS CreateTime, update_time AS UpdateTime";

    /// <summary>The column of secrets, so that it follows a change of the key (SEC-2).</summary>
    public static SecretColumn SecretColumn { get; } = new("storage", new("store_secrets", "value", ""), "store_id || '/' || name");

    /// <summary>Finds the settings of the store that files are written to; null if nothing is configured.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<StoredSettings?> FindAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await FindAsync(connection);
    }

    /// <summary>As <see cref="FindAsync(CancellationToken)"/>, on a connection.</summary>
    /// <param name="connection">The connection.</param>
    public static async Task<StoredSettings?> FindAsync(NpgsqlConnection connection) =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM storage.stores WHERE active"))?.ToSettings();

    /// <summary>Finds the settings of a store, also of one that files are not written to any more.</summary>
    /// <param name="storeId">The store, which there is.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<StoredSettings> FindAsync(Guid storeId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await connection.QuerySingleAsync<Row>($"SELECT {Columns} FROM storage.stores WHERE store_id = @storeId", new { storeId })).ToSettings();
    }

    /// <summary>As <see cref="FindAsync(CancellationToken)"/>, and keeps others from changing any.</summary>
    /// <param name="connection">In a transaction.</param>
    public static async Task<StoredSettings?> LockAsync(NpgsqlConnection connection)
    {
        // A lock of rows would not keep two from configuring the first store at once.
        await connection.ExecuteAsync("LOCK TABLE storage.stores IN SHARE ROW EXCLUSIVE MODE");
        return await FindAsync(connection);
    }

    /// <summary>Reads what a store is logged in to with.</summary>
    /// <param name="storeId">The store.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<StoreSecrets> ReadSecretsAsync(Guid storeId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var values = (await connection.QueryAsync<(string Name, string Value)>(new CommandDefinition(
            "SELECT name, value FROM storage.store_secrets WHERE store_id = @storeId", new { storeId }, cancellationToken: cancellationToken)))
            .ToDictionary(row => row.Name, row => keys.Decrypt(Place(storeId, row.Name), row.Value), StringComparer.Ordinal);
        return new(values.GetValueOrDefault("password"), values.GetValueOrDefault("private_key"), values.GetValueOrDefault("passphrase"));
    }

    /// <summary>Keeps settings with all their secrets, and makes their store the one that files are written to.</summary>
    /// <param name="connection">In a transaction that has locked them.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="secrets">Their secrets.</param>
    public async Task KeepAsync(NpgsqlConnection connection, StoredSettings settings, StoreSecrets secrets)
    {
        (string Name, string? Value)[] all = [("password", secrets.Password), ("private_key", secrets.PrivateKey), ("passphrase", secrets.Passphrase)];
        var values = all.Where(secret => secret.Value is not null).ToList();
        await connection.ExecuteAsync(
            """
            UPDATE storage.stores SET active = false WHERE active AND store_id <> @StoreId;
            INSERT INTO storage.stores (store_id, active, revision, definition, create_time, update_time)
            VALUES (@StoreId, true, @Revision, @definition, @CreateTime, @UpdateTime)
            ON CONFLICT (store_id) DO UPDATE SET active = true, revision = excluded.revision, definition = excluded.definition, update_time = excluded.update_time,
              is_down = false, health_reason = '', health_detail = '', health_time = excluded.update_time, next_probe_time = NULL;
            DELETE FROM storage.store_secrets WHERE store_id = @StoreId;
            INSERT INTO storage.store_secrets (store_id, name, value) SELECT @StoreId, * FROM unnest(@names, @values)
            """,
            new
            {
                settings.StoreId,
                settings.Revision,
                definition = settings.Definition.ToByteArray(),
                settings.CreateTime,
                settings.UpdateTime,
                names = values.Select(secret => secret.Name).ToArray(),
                values = values.Select(secret => keys.Encrypt(Place(settings.StoreId, secret.Name), secret.Value!)).ToArray(),
            });
    }

    private static SecretPlace Place(Guid storeId, string name) => new(SecretColumn.Place.Table, SecretColumn.Place.Column, $"{storeId}/{name}");

    private sealed record Row(Guid StoreId, long Revision, byte[] Definition, DateTime CreateTime, DateTime UpdateTime)
    {
        public StoredSettings ToSettings() => new(StoreId, Revision, Store.Parser.ParseFrom(Definition), new(CreateTime), new(UpdateTime));
    }
}

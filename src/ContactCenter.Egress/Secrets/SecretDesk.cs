using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.Egress.Secrets;

/// <summary>A stored secret as it is shown: never its value (SEC-3).</summary>
/// <param name="Name">Its name.</param>
/// <param name="SetTime">When it was set last.</param>
/// <param name="KeyId">The key under which it is encrypted.</param>
public sealed record SecretView(string Name, DateTimeOffset SetTime, string KeyId);

/// <summary>A secret's name or value is not accepted; nothing was changed.</summary>
/// <param name="field"><c>name</c> or <c>value</c>.</param>
/// <param name="description">One sentence that does not repeat the value.</param>
public sealed class SecretInvalidException(string field, string description) : Exception(description)
{
    /// <summary><c>name</c> or <c>value</c>.</summary>
    public string Field { get; } = field;
}

/// <summary>Secrets by name, which configurations refer to; write-only for people (SEC-1, SEC-3).</summary>
/// <param name="database">The service's database.</param>
/// <param name="keys">Encrypts every value.</param>
/// <param name="time">When a secret was set.</param>
public sealed class SecretDesk(NpgsqlDataSource database, SecretKeyRing keys, TimeProvider time)
{
    private const int MaxName = 128;
    private const int MaxValue = 16 << 10;

    /// <summary>Sets a secret, or sets it anew.</summary>
    /// <param name="transaction">The caller's; not committed here.</param>
    /// <param name="name">1 to 128 letters, digits, dots, hyphens and underscores.</param>
    /// <param name="value">1 to 16,384 characters.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The secret as it is shown.</returns>
    /// <exception cref="SecretInvalidException">Name or value is not accepted.</exception>
    public async Task<SecretView> SetAsync(DurableTransaction transaction, string name, string value, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > MaxName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
            throw new SecretInvalidException("name", $"A secret's name has 1 to {MaxName} letters, digits, '.', '-' or '_'.");
        if (value.Length is 0 or > MaxValue)
            throw new SecretInvalidException("value", $"A secret's value has 1 to {MaxValue:N0} characters; this one has {value.Length:N0}.");
        var now = time.GetUtcNow();
        await transaction.Connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO egress.secrets (name, value, secret_time) VALUES (@name, @value, @now)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value, secret_time = excluded.secret_time
            """,
            new { name, value = keys.Encrypt(Place(name), value), now = now.UtcDateTime },
            cancellationToken: cancellationToken));
        return new SecretView(name, now, keys.ActiveKey);
    }

    /// <summary>Lists all secrets by name.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The secrets as they are shown.</returns>
    public async Task<IReadOnlyList<SecretView>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Name, DateTime Time, string KeyId)>(new CommandDefinition(
            "SELECT name, secret_time, split_part(value, '.', 2) FROM egress.secrets ORDER BY name", cancellationToken: cancellationToken));
        return [.. rows.Select(row => new SecretView(row.Name, new DateTimeOffset(row.Time, TimeSpan.Zero), row.KeyId))];
    }

    /// <summary>Reads a secret for use; its value is masked in everything that this process logs from now on.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The value, or null when it is not set.</returns>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The stored value is damaged.</exception>
    public async Task<string?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var stored = await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            "SELECT value FROM egress.secrets WHERE name = @name", new { name }, cancellationToken: cancellationToken));
        return stored is null ? null : keys.Decrypt(Place(name), stored);
    }

    private static SecretPlace Place(string name) => new("secrets", "value", name);
}

using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>
/// The valid keys of this service, checked without the database (SEC-7). They are read again when a call comes and they are
/// older than 3 s, so that a change takes effect within 5 s (SEC-10) and an idle process asks nothing.
/// </summary>
/// <param name="dataSource">The service's database.</param>
/// <param name="clock">Age of what is known, and expiry.</param>
/// <param name="logger">Told when the keys cannot be read.</param>
internal sealed partial class ApiKeyCache(NpgsqlDataSource dataSource, TimeProvider clock, ILogger<ApiKeyCache> logger)
{
    /// <summary>From this age on the keys are read again, while calls go on with those known.</summary>
    private static readonly TimeSpan RenewAge = TimeSpan.FromSeconds(3);

    /// <summary>From this age on a call waits for them.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(4);

    /// <summary>How long reading may take, and the pause after reading failed or found an unknown key still unknown.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(1);

    // Compared with when no key has the id, so that this takes as long as a wrong secret.
    private static readonly byte[] NoKey = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);

    private readonly Lock _lock = new();
    private volatile Snapshot _known = new(0, FrozenDictionary<string, ValidKey>.Empty, long.MinValue);
    private Task? _reading;
    private long _lastRead;

    /// <summary>How many keys are valid now.</summary>
    public int Count => _known.Keys.Values.Count(key => key.ExpireTime > clock.GetUtcNow());

    /// <summary>Reads the keys; at the start of the service, when there is nothing yet to go on with.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public Task LoadAsync(CancellationToken cancellationToken) => ReadAsync(cancellationToken);

    /// <summary>Finds who holds a key.</summary>
    /// <returns>Null if the key is unknown, expired or revoked, or has another secret.</returns>
    public async ValueTask<Caller?> AuthenticateAsync(ApiKey key)
    {
        var age = _known.Age(clock);
        if (age >= MaxAge)
            await RenewAsync();
        else if (age >= RenewAge)
            _ = RenewAsync();
        // A key may have been made a moment ago, by another replica.
        if (!_known.Keys.ContainsKey(key.Id))
            await RenewAsync();
        return Check(key);
    }

    /// <summary>Whether a caller's key is still valid, for calls that last.</summary>
    public async Task<bool> IsValidAsync(Caller caller)
    {
        if (_known.Age(clock) >= RenewAge)
            await RenewAsync();
        return _known.Keys.TryGetValue(caller.Id, out var key) && key.ExpireTime > clock.GetUtcNow();
    }

    private Caller? Check(ApiKey key)
    {
        var known = _known.Keys.GetValueOrDefault(key.Id);
        var same = CryptographicOperations.FixedTimeEquals(key.Hash(), known?.SecretHash ?? NoKey);
        return same && known is not null && known.ExpireTime > clock.GetUtcNow() ? known.Caller : null;
    }

    // One at a time, and once a second at most: unknown keys, which anybody can send, are no load for the database.
    private Task RenewAsync()
    {
        lock (_lock)
        {
            if (_reading is { IsCompleted: false })
                return _reading;
            if (_reading is not null && clock.GetElapsedTime(_lastRead) < ReadLimit)
                return Task.CompletedTask;
            _lastRead = clock.GetTimestamp();
            return _reading = Task.Run(TryReadAsync);
        }
    }

    private async Task TryReadAsync()
    {
        using var limit = new CancellationTokenSource(ReadLimit);
        try
        {
            await ReadAsync(limit.Token);
        }
        catch (Exception failure)
        {
            // The keys known so far stay valid: nobody can revoke one while the database is away.
            LogNotRead(failure);
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var begin = clock.GetTimestamp();
        var known = _known;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var (version, keys) = await ApiKeyStore.LoadAsync(connection, known.Version, clock.GetUtcNow(), cancellationToken);
        _known = version == known.Version
            ? known with { ReadAt = begin }
            : new Snapshot(version, keys.ToFrozenDictionary(key => key.Caller.Id), begin);
    }

    [LoggerMessage(1, LogLevel.Warning, "The API keys could not be read again; those known stay valid")]
    private partial void LogNotRead(Exception failure);

    private sealed record Snapshot(long Version, FrozenDictionary<string, ValidKey> Keys, long ReadAt)
    {
        public TimeSpan Age(TimeProvider clock) => ReadAt == long.MinValue ? TimeSpan.MaxValue : clock.GetElapsedTime(ReadAt);
    }
}

using ContactCenter.Durable;
using Npgsql;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>
/// Creates, rotates and revokes the keys of this service (SEC-6, SEC-10). The methods that change something write with the
/// caller's transaction, which they do not commit; a change takes effect in every replica within 5 s of the commit.
/// </summary>
public sealed class ApiKeyDesk
{
    /// <summary>How long a key lives unless it is said: 365 days.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(365);

    /// <summary>How long a key lives at most: 730 days.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(730);

    /// <summary>How long a rotated key lives on unless it is said: 7 days.</summary>
    public static readonly TimeSpan DefaultOverlap = TimeSpan.FromDays(7);

    /// <summary>How long a rotated key lives on at most: 30 days.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(30);

    internal const int MaxNameLength = 100;

    private readonly NpgsqlDataSource _dataSource;
    private readonly ServiceArea _area;
    private readonly TimeProvider _clock;

    internal ApiKeyDesk(NpgsqlDataSource dataSource, ServiceArea area, TimeProvider clock) =>
        (_dataSource, _area, _clock) = (dataSource, area, clock);

    /// <summary>Makes a key.</summary>
    /// <param name="transaction">Commits the key, with the entry about it.</param>
    /// <param name="name">What people call it, 1 to 100 characters.</param>
    /// <param name="scopes">What it allows: full names, such as <c>crm.read</c>, at least one.</param>
    /// <param name="lifetime">More than zero, at most <see cref="MaxLifetime"/>; <see cref="DefaultLifetime"/> if not given.</param>
    /// <returns>The key, which cannot be read again.</returns>
    /// <exception cref="ApiKeyFieldException">Name, scopes or lifetime are out of range.</exception>
    public async Task<CreatedApiKey> CreateAsync(
        DurableTransaction transaction, string name, IReadOnlyCollection<string> scopes, TimeSpan? lifetime = null)
    {
        if (name.Length is 0 or > MaxNameLength)
            throw new ApiKeyFieldException("name", $"must have 1 to {MaxNameLength} characters");
        if (_area.FaultOf(scopes) is { } fault)
            throw new ApiKeyFieldException("scopes", fault);
        return await AddAsync(transaction, name, scopes, lifetime);
    }

    /// <summary>Lists keys by id, also those that are not valid any more.</summary>
    /// <param name="after">Id of the last key of the previous page; empty for the first.</param>
    /// <param name="limit">Most keys to return, 1 to 1,001: one more than a page, which tells whether another follows.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<ApiKeyInfo>> ListAsync(string after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Math.Clamp(limit, 1, 1_001), limit);
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        return await ApiKeyStore.ListAsync(connection, after, limit);
    }

    /// <summary>Makes a key with the name and scopes of another, which from now on lives for the overlap at most.</summary>
    /// <param name="transaction">Commits both keys, with the entry about them.</param>
    /// <param name="id">The key to replace.</param>
    /// <param name="overlap">Zero to <see cref="MaxOverlap"/>; <see cref="DefaultOverlap"/> if not given.</param>
    /// <param name="lifetime">Of the new key, as in <see cref="CreateAsync"/>.</param>
    /// <returns>The new key, which cannot be read again.</returns>
    /// <exception cref="ApiKeyFieldException">Overlap or lifetime are out of range.</exception>
    /// <exception cref="ApiKeyNotFoundException">No key has this id.</exception>
    /// <exception cref="ApiKeyStateException">The key is revoked, expired, or replaced already.</exception>
    public async Task<CreatedApiKey> RotateAsync(
        DurableTransaction transaction, string id, TimeSpan? overlap = null, TimeSpan? lifetime = null)
    {
        var livesOn = overlap ?? DefaultOverlap;
        if (livesOn < TimeSpan.Zero || livesOn > MaxOverlap)
            throw new ApiKeyFieldException("overlap", $"must be 0 to {MaxOverlap.Days} days");
        var old = await ApiKeyStore.FindForUpdateAsync(transaction.Connection, id) ?? throw new ApiKeyNotFoundException(id);
        var now = _clock.GetUtcNow();
        var obstacle = old.RevokeTime is not null ? "it was revoked"
            : old.ReplacedBy is not null ? $"{old.ReplacedBy} has replaced it already"
            : old.ExpireTime <= now ? "it has expired"
            : null;
        if (obstacle is not null)
            throw new ApiKeyStateException(id, obstacle);
        var created = await AddAsync(transaction, old.Name, old.Scopes, lifetime);
        var end = now + livesOn;
        await ApiKeyStore.ReplaceAsync(transaction.Connection, id, created.Info.Id, end < old.ExpireTime ? end : old.ExpireTime);
        return created;
    }

    /// <summary>Ends a key at once; one that is revoked already stays as it is.</summary>
    /// <param name="transaction">Commits the end, with the entry about it.</param>
    /// <param name="id">The key.</param>
    /// <returns>The key as it is now.</returns>
    /// <exception cref="ApiKeyNotFoundException">No key has this id.</exception>
    public async Task<ApiKeyInfo> RevokeAsync(DurableTransaction transaction, string id)
    {
        var key = await ApiKeyStore.FindForUpdateAsync(transaction.Connection, id) ?? throw new ApiKeyNotFoundException(id);
        if (key.RevokeTime is not null)
            return key;
        var now = _clock.GetUtcNow();
        await ApiKeyStore.RevokeAsync(transaction.Connection, id, now);
        return key with { RevokeTime = now };
    }

    private async Task<CreatedApiKey> AddAsync(
        DurableTransaction transaction, string name, IReadOnlyCollection<string> scopes, TimeSpan? lifetime)
    {
        var lives = lifetime ?? DefaultLifetime;
        if (lives <= TimeSpan.Zero || lives > MaxLifetime)
            throw new ApiKeyFieldException("lifetime", $"must be more than 0 and at most {MaxLifetime.Days} days");
        var key = ApiKey.Create();
        var now = _clock.GetUtcNow();
        var info = new ApiKeyInfo { Id = key.Id, Name = name, Scopes = [.. scopes.Distinct()], CreateTime = now, ExpireTime = now + lives };
        await ApiKeyStore.AddAsync(transaction.Connection, info, key.Hash());
        return new CreatedApiKey(info, key);
    }
}

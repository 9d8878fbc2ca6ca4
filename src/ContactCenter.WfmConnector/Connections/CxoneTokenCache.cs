using System.Globalization;
using System.Security.Cryptography;
using ContactCenter.Egress.Secrets;
using StackExchange.Redis;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>
/// The shared token in Redis, encrypted, so that calls do without the database (WFM-11). Postgres holds the truth: a cache that is
/// away, empty or out of date costs a look there.
/// </summary>
/// <param name="redis">Null without Redis.</param>
/// <param name="keys">Encrypts the token.</param>
/// <param name="timeProvider">Now.</param>
public sealed class CxoneTokenCache(IConnectionMultiplexer? redis, SecretKeyRing keys, TimeProvider timeProvider)
{
    private const string DeleteIfSame = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    /// <summary>Finds the token of a configuration.</summary>
    /// <param name="revision">Of the configuration: a token is for one address and key.</param>
    /// <returns>Its version and text; null if there is none that need not be renewed yet.</returns>
    public async Task<(long Version, string Text)?> FindAsync(long revision) =>
        await ReadAsync(revision) is { } box && Open(revision, box) is var (version, renewTime, text) && timeProvider.GetUtcNow() < renewTime ? (version, text) : null;

    /// <summary>Keeps a token until it is to be renewed. Called by one process at a time, so that an older one never takes the place of a newer one.</summary>
    /// <param name="revision">Of the configuration.</param>
    /// <param name="version">Of the token.</param>
    /// <param name="renewTime">When it is to be renewed.</param>
    /// <param name="text">The token.</param>
    public Task StoreAsync(long revision, long version, DateTimeOffset renewTime, string text)
    {
        var box = keys.Encrypt(Place(revision), string.Create(CultureInfo.InvariantCulture, $"{version}|{renewTime.ToUnixTimeMilliseconds()}|{text}"));
        var life = renewTime - timeProvider.GetUtcNow();
        return TryAsync(database => life > TimeSpan.Zero ? database.StringSetAsync(Key(revision), box, life) : Task.FromResult(false));
    }

    /// <summary>Drops a token unless it is a newer one.</summary>
    /// <param name="revision">Of the configuration.</param>
    /// <param name="version">Of the token.</param>
    public async Task DropAsync(long revision, long version)
    {
        if (await ReadAsync(revision) is { } box && Open(revision, box) is var (known, _, _) && known <= version)
            await TryAsync(database => database.ScriptEvaluateAsync(DeleteIfSame, [Key(revision)], [box]));
    }

    private async Task<string?> ReadAsync(long revision) => await TryAsync(async database => (string?)await database.StringGetAsync(Key(revision)));

    private async Task<T?> TryAsync<T>(Func<IDatabase, Task<T>> ask)
    {
        if (redis is null)
            return default;
        try
        {
            return await ask(redis.GetDatabase()).WaitAsync(AnswerLimit);
        }
        catch (Exception error) when (error is RedisException or TimeoutException or ObjectDisposedException)
        {
            return default;
        }
    }

    private (long Version, DateTimeOffset RenewTime, string Text)? Open(long revision, string box)
    {
        try
        {
            return keys.Decrypt(Place(revision), box).Split('|', 3) is [var version, var renewTime, var text]
                ? (long.Parse(version, CultureInfo.InvariantCulture), DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(renewTime, CultureInfo.InvariantCulture)), text)
                : null;
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            // Of another key, or not one of ours.
            return null;
        }
    }

    private static SecretPlace Place(long revision) => new("redis", "cxone_tokens", revision.ToString(CultureInfo.InvariantCulture));

    private static string Key(long revision) => string.Create(CultureInfo.InvariantCulture, $"wfm:{{cxone}}:tokens:{revision}");
}

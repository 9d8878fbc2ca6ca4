using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ContactCenter.Egress.Secrets;
using StackExchange.Redis;

namespace ContactCenter.Egress.OAuth;

/// <summary>Access tokens in memory and, encrypted, in Redis (EGR-30); Postgres holds the truth.</summary>
internal sealed class TokenCache(IConnectionMultiplexer? redis, string service, SecretKeyRing keys, TimeProvider time)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    // So soon do all replicas follow when a grant is revoked or configured anew.
    private static readonly TimeSpan MemoryLife = TimeSpan.FromSeconds(4);

    private readonly ConcurrentDictionary<string, (AccessToken Token, long End)> _memory = new(StringComparer.Ordinal);

    public AccessToken? InMemory(string grantId) =>
        _memory.TryGetValue(grantId, out var known) && time.GetTimestamp() < known.End ? known.Token : null;

    public async Task<AccessToken?> InRedisAsync(string grantId)
    {
        if (redis is null)
            return null;
        try
        {
            string? box = await redis.GetDatabase().StringGetAsync(Key(grantId)).WaitAsync(AnswerLimit);
            if (box is null || keys.Decrypt(Place(grantId), box).Split('|', 3) is not [var version, var renewTime, var value])
                return null;
            var token = new AccessToken(
                value,
                long.Parse(version, CultureInfo.InvariantCulture),
                DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(renewTime, CultureInfo.InvariantCulture)));
            Remember(grantId, token);
            return token;
        }
        catch (Exception error) when (IsCacheLoss(error))
        {
            return null;
        }
    }

    public async Task StoreAsync(string grantId, AccessToken token)
    {
        Remember(grantId, token);
        var life = token.RenewTime - time.GetUtcNow();
        if (redis is null || life <= TimeSpan.Zero)
            return;
        try
        {
            var text = string.Create(
                CultureInfo.InvariantCulture, $"{token.Version}|{token.RenewTime.ToUnixTimeMilliseconds()}|{token.Value}");
            await redis.GetDatabase().StringSetAsync(Key(grantId), keys.Encrypt(Place(grantId), text), life).WaitAsync(AnswerLimit);
        }
        catch (Exception error) when (IsCacheLoss(error))
        {
            // The next process reads Postgres instead.
        }
    }

    /// <summary>Makes all replicas read the grant again.</summary>
    public async Task ForgetAsync(string grantId)
    {
        _memory.TryRemove(grantId, out _);
        try
        {
            if (redis is not null)
                await redis.GetDatabase().KeyDeleteAsync(Key(grantId)).WaitAsync(AnswerLimit);
        }
        catch (Exception error) when (IsCacheLoss(error))
        {
            // Without Redis replicas read the database as soon as their memory has expired.
        }
    }

    private void Remember(string grantId, AccessToken token) =>
        _memory[grantId] = (token, time.GetTimestamp() + (long)(MemoryLife.TotalSeconds * time.TimestampFrequency));

    private static SecretPlace Place(string grantId) => new("redis", "access_token", grantId);

    private static bool IsCacheLoss(Exception error) =>
        error is RedisException or TimeoutException or CryptographicException or FormatException or ObjectDisposedException;

    private string Key(string grantId) =>
        $"egress:{{{service}}}:token:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(grantId)).AsSpan(0, 12))}";
}

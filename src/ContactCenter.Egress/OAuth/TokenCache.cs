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

    private readonly ConcurrentDictionary<string, AccessToken> _memory = new(StringComparer.Ordinal);

    public AccessToken? InMemory(string grantId) => _memory.GetValueOrDefault(grantId);

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
            _memory[grantId] = token;
            return token;
        }
        catch (Exception error) when (IsCacheLoss(error))
        {
            return null;
        }
    }

    public async Task StoreAsync(string grantId, AccessToken token)
    {
        _memory[grantId] = token;
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

    private static SecretPlace Place(string grantId) => new("redis", "access_token", grantId);

    private static bool IsCacheLoss(Exception error) =>
        error is RedisException or TimeoutException or CryptographicException or FormatException or ObjectDisposedException;

    private string Key(string grantId) =>
        $"egress:{{{service}}}:token:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(grantId)).AsSpan(0, 12))}";
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using ContactCenter.Durable;
using ContactCenter.Egress.Secrets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContactCenter.Egress.OAuth;

/// <summary>Hands out access tokens; of all callers in all replicas one refreshes a grant (EGR-26 to EGR-30).</summary>
internal sealed partial class AccessTokens(
    GrantStore store,
    TokenEndpoint endpoint,
    TokenCache cache,
    SecretKeyRing keys,
    TimeProvider time,
    ILogger<AccessTokens> logger)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Unauthorized = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Unavailable = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Id, long Refused), Lazy<Task<AccessToken>>> _flights = new();

    /// <summary>A token that can be sent.</summary>
    /// <param name="grantId">The grant.</param>
    /// <param name="refused">The token that a 401 refused; one of a newer version is needed (EGR-29). Null otherwise.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the refresh that others wait for too.</param>
    public async Task<AccessToken> GetAsync(string grantId, AccessToken? refused, CancellationToken cancellationToken)
    {
        var above = refused?.Version ?? -1;
        if (IsUsable(cache.InMemory(grantId), above) is { } known)
            return known;

        var flight = _flights.GetOrAdd((grantId, above), key => new Lazy<Task<AccessToken>>(() => FlyAsync(key.Id, key.Refused)));
        return await flight.Value.WaitAsync(cancellationToken);
    }

    private async Task<AccessToken> FlyAsync(string grantId, long above)
    {
        try
        {
            // Leaves the dictionary's factory at once; the work must not run under its lock.
            await Task.Yield();
            if (IsUsable(await cache.InRedisAsync(grantId), above) is { } shared)
                return shared;
            var token = await ObtainAsync(grantId, above);
            await cache.StoreAsync(grantId, token);
            return token;
        }
        catch (Exception error) when (error is NpgsqlException or CryptographicException or OutboxFullException)
        {
            throw new EgressException(
                EgressException.Wait("GRANT_UNAVAILABLE", "The stored grant cannot be read now.", Unavailable).Failure, error);
        }
        finally
        {
            _flights.TryRemove((grantId, above), out _);
        }
    }

    private async Task<AccessToken> ObtainAsync(string grantId, long above)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var grant = await store.ReadAsync(grantId, CancellationToken.None)
                ?? throw new EgressException(new EgressFailure(ErrorClass.Denied, "GRANT_NOT_FOUND", "There is no such grant."));
            if (IsUsable(grant.Token(keys), above) is { } stored)
                return stored;
            if (grant.StateValue != GrantState.Active)
                throw EgressException.Unauthorised(Unauthorized);
            if (await store.LeaseAsync(grant, Lease, CancellationToken.None) is { } held)
            {
                if (await RefreshAsync(held) is { } token)
                    return token;
            }
            else if (time.GetElapsedTime(started) > WaitLimit)
            {
                throw EgressException.Wait("GRANT_UNAVAILABLE", "Another process refreshes the grant for too long.", Unavailable);
            }
            else
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 + Random.Shared.Next(100)), time);
            }
        }
    }

    /// <summary>Asks the provider; null when another's newer tokens are stored and have to be read.</summary>
    private async Task<AccessToken?> RefreshAsync(StoredGrant held)
    {
        var result = await endpoint.RefreshAsync(held.Opened(keys), CancellationToken.None);
        if (result.Answer is { } answer)
        {
            EgressTelemetry.TokenRequests.Add(1, new KeyValuePair<string, object?>("result", "ok"));
            return await store.StoreTokensAsync(held, answer, CancellationToken.None)
                ? new AccessToken(answer.AccessToken, held.Version + 1, answer.RenewTime)
                : null;
        }

        if (result.RefusedBecause is { } reason)
        {
            EgressTelemetry.TokenRequests.Add(1, new KeyValuePair<string, object?>("result", "refused"));
            if (!await store.RefuseAsync(held, reason, CancellationToken.None))
                return null;
            LogRefused(held.Id, reason);
            throw EgressException.Unauthorised(Unauthorized);
        }

        EgressTelemetry.TokenRequests.Add(1, new KeyValuePair<string, object?>("result", "failed"));
        await store.ReleaseAsync(held, CancellationToken.None);
        LogFailed(held.Id, result.Failure?.Reason);
        throw EgressException.Wait(
            "GRANT_UNAVAILABLE", $"The token endpoint failed: {result.Failure?.Reason}.", result.Failure?.Delay ?? Unavailable);
    }

    private AccessToken? IsUsable(AccessToken? token, long above) =>
        token is not null && token.Version > above && token.RenewTime > time.GetUtcNow() ? token : null;

    [LoggerMessage(LogLevel.Error, "Grant {GrantId} was refused by its provider ({Reason}) and has to be authorised again")]
    private partial void LogRefused(string grantId, string reason);

    [LoggerMessage(LogLevel.Warning, "Grant {GrantId} could not be refreshed: {Reason}")]
    private partial void LogFailed(string grantId, string? reason);
}

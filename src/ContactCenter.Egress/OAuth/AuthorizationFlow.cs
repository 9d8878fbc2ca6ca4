using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ContactCenter.Durable;
using ContactCenter.Egress.Secrets;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Egress.OAuth;

/// <summary>The authorisation of a grant by a person: authorization code with PKCE S256 (EGR-24, EGR-25).</summary>
internal sealed partial class AuthorizationFlow
{
    private static readonly TimeSpan StateLife = TimeSpan.FromMinutes(10);

    private readonly GrantStore _store;
    private readonly TokenEndpoint _endpoint;
    private readonly SecretKeyRing _keys;
    private readonly TimeProvider _time;
    private readonly ILogger<AuthorizationFlow> _logger;

    public AuthorizationFlow(
        GrantStore store, TokenEndpoint endpoint, SecretKeyRing keys, TimeProvider time, ILogger<AuthorizationFlow> logger)
    {
        _store = store;
        _endpoint = endpoint;
        _keys = keys;
        _time = time;
        _logger = logger;
    }

    /// <summary>Begins an authorisation.</summary>
    /// <param name="transaction">The caller's; not committed here.</param>
    /// <param name="grantId">A grant of kind <see cref="GrantKind.AuthorizationCode"/>.</param>
    /// <param name="caller">Who begins it; recorded with the state.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The provider's address to open; usable once, within 10 minutes.</returns>
    public async Task<string> StartAsync(DurableTransaction transaction, string grantId, string caller, CancellationToken cancellationToken)
    {
        var stored = await _store.ReadAsync(grantId, cancellationToken) ?? throw new GrantNotFoundException(grantId);
        if (stored.Configuration() is not { Kind: GrantKind.AuthorizationCode, AuthorizationUrl.Length: > 0 } grant)
            throw new GrantKindException(grantId, stored.Configuration().Kind);

        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var state = grant.StatePrefix.Length > 0 ? $"{grant.StatePrefix}.{nonce}" : nonce;
        var verifier = grant.UsePkce ? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)) : null;
        var hash = Hash(state);
        await _store.BeginAuthorizationAsync(
            transaction.Connection,
            new PendingAuthorization
            {
                StateHash = hash,
                GrantId = grantId,
                Caller = caller,
                CodeVerifier = verifier is null ? null : _keys.Encrypt(Place(hash), verifier),
                ExpireTime = (_time.GetUtcNow() + StateLife).UtcDateTime,
            },
            cancellationToken);
        return AuthorizationUrl(grant, state, verifier);
    }

    /// <summary>Takes the provider's answer at <c>GET /oauth/callback</c>.</summary>
    /// <param name="state">Parameter <c>state</c>.</param>
    /// <param name="code">Parameter <c>code</c>.</param>
    /// <param name="error">Parameter <c>error</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the grant was stored. If not, why is shown by <see cref="GrantStore.GetAsync"/> and never to the browser.</returns>
    public async Task<bool> CompleteAsync(string? state, string? code, string? error, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(state) || state.Length > 1_024)
            return false;
        var hash = Hash(state);
        if (await _store.TakeAuthorizationAsync(hash, cancellationToken) is not { } pending
            || await _store.ReadAsync(pending.GrantId, cancellationToken) is not { } stored)
        {
            return false;
        }

        if (!string.IsNullOrEmpty(error) || string.IsNullOrEmpty(code) || code.Length > 4_096)
            return await RefuseAsync(pending, "the provider answered with an error or without a code", cancellationToken);

        var verifier = pending.CodeVerifier is { } box ? _keys.Decrypt(Place(hash), box) : null;
        var result = await _endpoint.ExchangeAsync(stored.Opened(_keys), code, verifier, cancellationToken);
        if (result.Answer is not { } answer)
            return await RefuseAsync(pending, result.RefusedBecause ?? result.Failure?.Reason ?? "", cancellationToken);
        if (!await _store.StoreTokensAsync(stored, answer, cancellationToken))
            return await RefuseAsync(pending, "the grant was changed meanwhile", cancellationToken);
        LogAuthorized(pending.GrantId, pending.Caller);
        return true;
    }

    private async Task<bool> RefuseAsync(PendingAuthorization pending, string reason, CancellationToken cancellationToken)
    {
        LogRefused(pending.GrantId, reason);
        await _store.NoteAuthorizationErrorAsync(pending.GrantId, reason, cancellationToken);
        return false;
    }

    private static string AuthorizationUrl(GrantConfiguration grant, string state, string? verifier)
    {
        var url = new StringBuilder(grant.AuthorizationUrl);
        var separator = grant.AuthorizationUrl.Contains('?') ? '&' : '?';
        Add("response_type", "code");
        Add("client_id", grant.ClientId);
        Add("redirect_uri", grant.RedirectUri);
        Add("scope", grant.Scope);
        Add("access_type", grant.AccessType);
        Add("state", state);
        if (verifier is not null)
        {
            Add("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))));
            Add("code_challenge_method", "S256");
        }

        return url.ToString();

        void Add(string name, string value)
        {
            if (value.Length == 0)
                return;
            url.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
    }

    private static byte[] Hash(string state) => SHA256.HashData(Encoding.UTF8.GetBytes(state));

    private static SecretPlace Place(byte[] stateHash) =>
        new("oauth_authorizations", "code_verifier", Convert.ToHexStringLower(stateHash));

    [LoggerMessage(LogLevel.Information, "Grant {GrantId} was authorised; begun by {Caller}")]
    private partial void LogAuthorized(string grantId, string caller);

    [LoggerMessage(LogLevel.Warning, "The authorisation of grant {GrantId} failed: {Reason}")]
    private partial void LogRefused(string grantId, string reason);
}

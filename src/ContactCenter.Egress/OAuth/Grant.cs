namespace ContactCenter.Egress.OAuth;

/// <summary>How a grant gets its access tokens (EGR-24).</summary>
public enum GrantKind
{
    /// <summary>Client id and secret alone (RFC 6749, 4.4).</summary>
    ClientCredentials,

    /// <summary>A refresh token that was given by configuration (RFC 6749, 6).</summary>
    RefreshToken,

    /// <summary>A refresh token that a person's authorisation gave (RFC 6749, 4.1).</summary>
    AuthorizationCode,

    /// <summary>An assertion signed with a service account's key (RFC 7523).</summary>
    ServiceAccount,
}

/// <summary>Whether a grant can be used.</summary>
public enum GrantState
{
    /// <summary>Configured; nobody has authorised it yet.</summary>
    Unauthorized,

    /// <summary>Usable.</summary>
    Active,

    /// <summary>The provider refused it; kept for inspection until it is authorised again (EGR-28).</summary>
    ReauthorizationRequired,
}

/// <summary>What an owner configures about a grant; secrets are write-only (SEC-3).</summary>
/// <param name="Id">The grant's id, 1 to 128 characters.</param>
/// <param name="Kind">How it gets its access tokens.</param>
/// <param name="TokenUrl">The token endpoint.</param>
/// <param name="ClientId">The client id; the service account's e-mail for an assertion.</param>
public sealed record GrantConfiguration(string Id, GrantKind Kind, string TokenUrl, string ClientId)
{
    /// <summary>The authorisation endpoint; needed for <see cref="GrantKind.AuthorizationCode"/>.</summary>
    public string AuthorizationUrl { get; init; } = "";

    /// <summary>Scopes, separated by blanks; empty for none.</summary>
    public string Scope { get; init; } = "";

    /// <summary>Sent as <c>access_type</c> to the authorisation endpoint, such as <c>offline</c>; empty for none.</summary>
    public string AccessType { get; init; } = "";

    /// <summary>Sent as <c>redirect_uri</c> to both endpoints; empty for neither.</summary>
    public string RedirectUri { get; init; } = "";

    /// <summary>Stands before the random part of <c>state</c>; empty for none.</summary>
    public string StatePrefix { get; init; } = "";

    /// <summary>Whether PKCE with S256 is used; default yes.</summary>
    public bool UsePkce { get; init; } = true;

    /// <summary>Whether id and secret go into an Authorization header rather than the form; default the form.</summary>
    public bool ClientAuthInHeader { get; init; }

    /// <summary>The client secret; empty for none. Null keeps the stored one.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The refresh token of <see cref="GrantKind.RefreshToken"/>. Null keeps the stored one.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>The PEM private key of <see cref="GrantKind.ServiceAccount"/>. Null keeps the stored one.</summary>
    public string? PrivateKey { get; init; }

    /// <summary>The key's id, sent as <c>kid</c> in an assertion; empty for none.</summary>
    public string PrivateKeyId { get; init; } = "";

    /// <summary>Never shows secrets.</summary>
    /// <returns>Id and kind.</returns>
    public override string ToString() => $"{Id} ({Kind})";
}

/// <summary>A stored grant as it is shown: which secrets are set, never what they are (SEC-3).</summary>
/// <param name="Configuration">What is configured; all secrets are null.</param>
/// <param name="State">Whether it can be used.</param>
/// <param name="Version">Rises with every stored token.</param>
/// <param name="HasClientSecret">Whether a client secret is set.</param>
/// <param name="HasRefreshToken">Whether a refresh token is set.</param>
/// <param name="HasPrivateKey">Whether a private key is set.</param>
/// <param name="SecretTime">When a secret was set last.</param>
/// <param name="KeyId">The key under which its secrets are encrypted; null when none is set.</param>
/// <param name="LastError">Why the provider refused it; null if it did not.</param>
/// <param name="LastAuthorizationError">Why the last authorisation by a person failed; null if it did not.</param>
public sealed record GrantView(
    GrantConfiguration Configuration,
    GrantState State,
    long Version,
    bool HasClientSecret,
    bool HasRefreshToken,
    bool HasPrivateKey,
    DateTimeOffset SecretTime,
    string? KeyId,
    string? LastError,
    string? LastAuthorizationError);

/// <summary>A token that can be sent, with what decides when it is renewed.</summary>
/// <param name="Value">The secret text.</param>
/// <param name="Version">The version of the grant that stored it.</param>
/// <param name="RenewTime">From here on it is renewed before use (EGR-29).</param>
public sealed record AccessToken(string Value, long Version, DateTimeOffset RenewTime)
{
    /// <summary>Never shows the token.</summary>
    /// <returns>Version and time.</returns>
    public override string ToString() => $"version {Version}, renewed at {RenewTime:O}";
}

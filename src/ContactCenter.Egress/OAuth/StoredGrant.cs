using System.Text.Json;
using ContactCenter.Egress.Secrets;

namespace ContactCenter.Egress.OAuth;

/// <summary>One row of <c>egress.oauth_grants</c>; the four secrets as they are stored.</summary>
internal sealed record StoredGrant
{
    public const string Columns =
        """
        id AS Id, kind AS Kind, token_url AS TokenUrl, client_id AS ClientId, settings AS Settings,
        client_secret AS ClientSecret, refresh_token AS RefreshToken, private_key AS PrivateKey,
        access_token AS AccessToken, renew_time AS RenewTime, state AS State, last_error AS LastError,
        last_authorization_error AS LastAuthorizationError, version AS Version, fence AS Fence, secret_time AS SecretTime
        """;

    public required string Id { get; init; }

    public required string Kind { get; init; }

    public required string TokenUrl { get; init; }

    public required string ClientId { get; init; }

    public required string Settings { get; init; }

    public string? ClientSecret { get; init; }

    public string? RefreshToken { get; init; }

    public string? PrivateKey { get; init; }

    public string? AccessToken { get; init; }

    public DateTime? RenewTime { get; init; }

    public required string State { get; init; }

    public string? LastError { get; init; }

    public string? LastAuthorizationError { get; init; }

    public required long Version { get; init; }

    public required long Fence { get; init; }

    public required DateTime SecretTime { get; init; }

    public GrantState StateValue => Enum.Parse<GrantState>(State);

    public static SecretPlace Place(string id, string column) => new("oauth_grants", column, id);

    /// <summary>The configuration without secrets.</summary>
    public GrantConfiguration Configuration()
    {
        var settings = JsonSerializer.Deserialize<GrantSettings>(Settings) ?? new GrantSettings();
        return new GrantConfiguration(Id, Enum.Parse<GrantKind>(Kind), TokenUrl, ClientId)
        {
            AuthorizationUrl = settings.AuthorizationUrl,
            Scope = settings.Scope,
            AccessType = settings.AccessType,
            RedirectUri = settings.RedirectUri,
            StatePrefix = settings.StatePrefix,
            UsePkce = settings.UsePkce,
            ClientAuthInHeader = settings.ClientAuthInHeader,
            PrivateKeyId = settings.PrivateKeyId,
        };
    }

    /// <summary>The configuration with its secrets in plain text, for the token endpoint alone.</summary>
    public GrantConfiguration Opened(SecretKeyRing keys) => Configuration() with
    {
        ClientSecret = Open(keys, "client_secret", ClientSecret),
        RefreshToken = Open(keys, "refresh_token", RefreshToken),
        PrivateKey = Open(keys, "private_key", PrivateKey),
    };

    public AccessToken? Token(SecretKeyRing keys) =>
        Open(keys, "access_token", AccessToken) is { } token && RenewTime is { } time
            ? new AccessToken(token, Version, new DateTimeOffset(time, TimeSpan.Zero))
            : null;

    public GrantView View() => new(
        Configuration(),
        StateValue,
        Version,
        ClientSecret is not null,
        RefreshToken is not null,
        PrivateKey is not null,
        new DateTimeOffset(SecretTime, TimeSpan.Zero),
        (ClientSecret ?? RefreshToken ?? PrivateKey ?? AccessToken) is { } stored ? SecretKeyRing.KeyIdOf(stored) : null,
        LastError,
        LastAuthorizationError);

    private string? Open(SecretKeyRing keys, string column, string? stored) =>
        stored is null ? null : keys.Decrypt(Place(Id, column), stored);
}

/// <summary>What column <c>settings</c> holds.</summary>
internal sealed record GrantSettings
{
    public string AuthorizationUrl { get; init; } = "";

    public string Scope { get; init; } = "";

    public string AccessType { get; init; } = "";

    public string RedirectUri { get; init; } = "";

    public string StatePrefix { get; init; } = "";

    public bool UsePkce { get; init; } = true;

    public bool ClientAuthInHeader { get; init; }

    public string PrivateKeyId { get; init; } = "";

    public static GrantSettings Of(GrantConfiguration grant) => new()
    {
        AuthorizationUrl = grant.AuthorizationUrl,
        Scope = grant.Scope,
        AccessType = grant.AccessType,
        RedirectUri = grant.RedirectUri,
        StatePrefix = grant.StatePrefix,
        UsePkce = grant.UsePkce,
        ClientAuthInHeader = grant.ClientAuthInHeader,
        PrivateKeyId = grant.PrivateKeyId,
    };
}

using ContactCenter.Contracts;
using ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>The secrets inside of a connector's configuration: write-only, kept by an update that leaves them empty (CRM-24).</summary>
internal static class ConnectorSecrets
{
    /// <summary>Longest secret, in characters.</summary>
    public const int LongestSecret = 16_384;

    /// <summary>Name of the password.</summary>
    public const string Password = "password";

    /// <summary>Name of the client secret.</summary>
    public const string ClientSecret = "client_secret";

    /// <summary>Every secret that the authentication needs.</summary>
    /// <param name="authentication">Null for none.</param>
    public static IEnumerable<ConnectorSecret> Of(Authentication? authentication) => authentication switch
    {
        { Basic: { } basic } => [new(Password, "connector.authentication.basic.password", basic.Password)],
        { CustomHeaders: { } headers } => headers.Headers.Select((header, i) =>
            new ConnectorSecret(HeaderName(header.Key), $"connector.authentication.custom_headers.headers[{i}].value", header.Value)),
        { Oauth2: { } oauth } => [new(ClientSecret, "connector.authentication.oauth2.client_secret", oauth.ClientSecret)],
        _ => [],
    };

    /// <summary>Name of the value of a header field.</summary>
    /// <param name="key">The field's key.</param>
    public static string HeaderName(string key) => "header:" + key.ToLowerInvariant();

    /// <summary>Refuses a connector that lacks a secret, or would send a stored one to where it was not meant for.</summary>
    /// <param name="connector">As it is to be saved.</param>
    /// <param name="stored">As it is stored; null if it is new.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static void Check(Connector connector, Connector? stored, ConnectorFindings findings)
    {
        var kept = Of(stored?.Authentication).Select(secret => secret.Name).ToHashSet(StringComparer.Ordinal);
        var leadsElsewhere = stored is not null && Origins(connector).Except(Origins(stored), StringComparer.OrdinalIgnoreCase).Any();
        foreach (var secret in Of(connector.Authentication))
        {
            if (secret.Value.Length > LongestSecret)
                findings.Refuse(secret.Field, SharedErrors.FieldInvalid, $"must have at most {LongestSecret:N0} characters");
            else if (secret.Value.Length == 0 && !kept.Contains(secret.Name))
                findings.Refuse(secret.Field, CrmErrors.FieldRequired, "is required");
            else if (secret.Value.Length == 0 && leadsElsewhere)
                findings.Refuse(secret.Field, CrmErrors.FieldRequired, "has to be entered again, since an endpoint or the token URL leads to another scheme, host or port");
        }
    }

    /// <summary>A connector without its secrets, which says that they are stored.</summary>
    /// <param name="connector">A connector that <see cref="Check"/> has not refused.</param>
    public static Connector Without(Connector connector)
    {
        var stripped = connector.Clone();
        if (stripped.Authentication?.Basic is { } basic)
            (basic.Password, basic.HasPassword) = ("", true);
        if (stripped.Authentication?.Oauth2 is { } oauth)
            (oauth.ClientSecret, oauth.HasClientSecret) = ("", true);
        foreach (var header in stripped.Authentication?.CustomHeaders?.Headers ?? [])
            (header.Value, header.HasValue) = ("", true);
        return stripped;
    }

    private static IEnumerable<string> Origins(Connector connector) =>
        from url in ConnectorReader.EndpointsOf(connector).Select(endpoint => endpoint.Endpoint.Url).Append(connector.Authentication?.Oauth2?.TokenUrl ?? "")
        let literal = url.Split('{')[0]
        where Uri.IsWellFormedUriString(literal, UriKind.Absolute)
        select new Uri(literal).GetLeftPart(UriPartial.Authority);
}

/// <summary>A secret inside of a configuration.</summary>
/// <param name="Name">Its name among those of the connector.</param>
/// <param name="Field">Path of its field.</param>
/// <param name="Value">Empty if it is not given.</param>
internal sealed record ConnectorSecret(string Name, string Field, string Value);

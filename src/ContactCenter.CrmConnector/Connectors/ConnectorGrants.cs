using ContactCenter.Crm.V1;
using ContactCenter.Egress.OAuth;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>The grants of connectors with OAuth 2.0 (CRM-15 to CRM-22); tokens and the client secret are Egress' alone.</summary>
/// <param name="grants">Where they are.</param>
/// <param name="options">Settings of the deployment.</param>
public sealed class ConnectorGrants(GrantStore grants, IOptions<CrmOptions> options)
{
    private const string CallbackPath = "/oauth/callback";

    /// <summary>The grant of a connector.</summary>
    /// <param name="connectorId">The connector.</param>
    public static string IdOf(string connectorId) => $"connectors/{connectorId}";

    /// <summary>Makes a connector's grant what its configuration says; removes it if that says nothing.</summary>
    /// <param name="connection">In the transaction that saves the connector.</param>
    /// <param name="connectorId">The connector.</param>
    /// <param name="oauth">As configured; an empty secret keeps the stored one. Null for another method.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task SaveAsync(NpgsqlConnection connection, string connectorId, OAuth2Authentication? oauth, CancellationToken cancellationToken) => oauth is null
        ? GrantStore.DeleteAsync(connection, IdOf(connectorId), cancellationToken)
        : grants.SaveAsync(
            connection,
            new(IdOf(connectorId), GrantKind.AuthorizationCode, oauth.TokenUrl, oauth.ClientId)
            {
                AuthorizationUrl = oauth.AuthorizationUrl,
                Scope = oauth.Scope,
                AccessType = oauth.AccessType,
                RedirectUri = oauth.IncludeRedirectUrl ? options.Value.PublicBaseUrl + CallbackPath : "",
                StatePrefix = oauth.State,
                UsePkce = !oauth.HasUsePkce || oauth.UsePkce,
                ClientAuthInHeader = oauth.ClientAuthentication == ClientAuthentication.Basic,
                ClientSecret = oauth.ClientSecret.Length > 0 ? oauth.ClientSecret : null,
            },
            cancellationToken);

    /// <summary>Finds the grant of a connector.</summary>
    /// <param name="connectorId">The connector.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if it has none.</returns>
    public Task<GrantView?> FindAsync(string connectorId, CancellationToken cancellationToken) => grants.GetAsync(IdOf(connectorId), cancellationToken);
}

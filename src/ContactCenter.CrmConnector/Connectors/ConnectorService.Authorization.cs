using ContactCenter.Contracts;
using ContactCenter.Egress.OAuth;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    /// <inheritdoc />
    public override async Task<V1.StartAuthorizationResponse> StartAuthorization(V1.StartAuthorizationRequest request, ServerCallContext context)
    {
        var id = await WithGrantAsync(request.ConnectorId, context);
        await using var transaction = await database.BeginAsync(context.CancellationToken);
        var url = await authorizations.StartAuthorizationAsync(transaction, ConnectorGrants.IdOf(id), context.GetCaller().Actor, context.CancellationToken);
        Audit(transaction, context, "connectors.startAuthorization", id, requestId: "");
        await transaction.CommitAsync(context.CancellationToken);
        return new() { AuthorizationUrl = url };
    }

    /// <inheritdoc />
    public override async Task<V1.RevokeAuthorizationResponse> RevokeAuthorization(V1.RevokeAuthorizationRequest request, ServerCallContext context)
    {
        var id = await WithGrantAsync(request.ConnectorId, context);
        return await calls.RunAsync(context, request, async transaction =>
        {
            await authorizations.RevokeAsync(transaction, ConnectorGrants.IdOf(id), context.CancellationToken);
            Audit(transaction, context, "connectors.revokeAuthorization", id, request.RequestId);
            return new V1.RevokeAuthorizationResponse();
        });
    }

    /// <inheritdoc />
    public override async Task<V1.GetAuthorizationStatusResponse> GetAuthorizationStatus(V1.GetAuthorizationStatusRequest request, ServerCallContext context)
    {
        var id = await WithGrantAsync(request.ConnectorId, context);
        var grant = await grants.FindAsync(id, context.CancellationToken) ?? throw NotFound(id);
        return new()
        {
            State = grant.State switch
            {
                GrantState.Active => V1.AuthorizationState.Authorized,
                GrantState.ReauthorizationRequired => V1.AuthorizationState.ReauthorizationRequired,
                _ => V1.AuthorizationState.Unauthorized,
            },
            LastError = grant.LastError ?? "",
            LastAuthorizationError = grant.LastAuthorizationError ?? "",
        };
    }

    /// <summary>The id of a connector that has a grant.</summary>
    private async Task<string> WithGrantAsync(string connectorId, ServerCallContext context) =>
        (await FindAsync(connectorId, context)).Definition.Authentication?.Oauth2 is not null
            ? connectorId
            : throw RpcErrors.FailedPrecondition(Domain, CrmErrors.AuthenticationNotOAuth2, "The connector does not use OAuth 2.0.");
}

using ContactCenter.Egress.OAuth;
using ContactCenter.Operations.V1;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    /// <inheritdoc />
    public override async Task<ListGrantsResponse> ListGrants(ListGrantsRequest request, ServerCallContext context)
    {
        var (page, next) = PageOf(await grants.ListAsync(context.CancellationToken), grant => grant.Configuration.Id, request.PageSize, request.PageToken, new ListGrantsRequest());
        var response = new ListGrantsResponse { NextPageToken = next };
        response.Grants.AddRange(page.Select(MessageOf));
        return response;
    }

    /// <inheritdoc />
    public override async Task<StartAuthorizationResponse> StartAuthorization(StartAuthorizationRequest request, ServerCallContext context)
    {
        var id = Required(request.GrantId, "grant_id");
        var url = "";
        var response = await ChangeAsync(request, context, async transaction =>
        {
            url = await grants.StartAuthorizationAsync(transaction, id, context.GetCaller().Actor, context.CancellationToken);
            return new Deed<StartAuthorizationResponse>(new(), "grants.startAuthorization", $"grants/{id}");
        });

        // Only after the answer was stored: the address carries the secret state, of which the database has the hash alone.
        response.AuthorizationUrl = url;
        return response;
    }

    /// <inheritdoc />
    public override Task<RevokeGrantResponse> RevokeGrant(RevokeGrantRequest request, ServerCallContext context)
    {
        var id = Required(request.GrantId, "grant_id");
        return ChangeAsync(request, context, async transaction =>
            new Deed<RevokeGrantResponse>(new() { Grant = MessageOf(await grants.RevokeAsync(transaction, id, context.CancellationToken)) }, "grants.revoke", $"grants/{id}"));
    }

    private static Grant MessageOf(GrantView view) => new()
    {
        Id = view.Configuration.Id,
        Kind = (V1.GrantKind)(view.Configuration.Kind + 1),
        TokenUrl = view.Configuration.TokenUrl,
        AuthorizationUrl = view.Configuration.AuthorizationUrl,
        ClientId = view.Configuration.ClientId,
        Scope = view.Configuration.Scope,
        State = (V1.GrantState)(view.State + 1),
        Version = view.Version,
        HasClientSecret = view.HasClientSecret,
        HasRefreshToken = view.HasRefreshToken,
        HasPrivateKey = view.HasPrivateKey,
        SecretTime = view.SecretTime.ToTimestamp(),
        LastError = view.LastError ?? "",
        LastAuthorizationError = view.LastAuthorizationError ?? "",
    };
}

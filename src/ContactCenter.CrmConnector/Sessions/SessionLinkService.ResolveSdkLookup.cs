using ContactCenter.Contracts;
using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Outbound;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Events.Insights;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Sessions;

public sealed partial class SessionLinkService
{
    private const int LongestIdentity = 1_024;

    /// <inheritdoc />
    public override async Task<V1.ResolveSdkLookupResponse> ResolveSdkLookup(V1.ResolveSdkLookupRequest request, ServerCallContext context)
    {
        var session = Identity(request);
        var (connector, remembered) = await ConnectorForAsync(session, context.CancellationToken);
        var found = await crm.FindAsync(connector, session with { AccountId = remembered }, context.CancellationToken);
        var (template, values) = (connector.Template, found.Session);
        return new()
        {
            AccountId = OperationMessages.IdOf(values.AccountId),
            AccountUrl = template.Address(template.AccountUrl, values) ?? "",
            RecordId = OperationMessages.IdOf(values.RecordId),
            RecordUrl = template.Address(template.RecordUrl, values) ?? "",
            Warnings = { found.Warnings },
        };
    }

    // The connection is back before the CRM is asked.
    private async Task<(LoadedConnector Connector, VariableValue Remembered)> ConnectorForAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        if (await connectors.FindActiveAsync(connection) is not { } connector || !connector.Template.Endpoints.Values.Any(endpoint => endpoint.IsFind))
            throw RpcErrors.FailedPrecondition(Domain, CrmErrors.EndpointNotConfigured, "No connector is in use that finds accounts or records.");
        var user = SessionRow.EndUserOf(new SessionEndUserFacts(null, null, null, null, session.Email, session.PhoneNumber));
        return (connector, user is null ? VariableValue.None : await SessionStore.RememberedAsync(connection, connector.Stored.ConnectorId, user));
    }

    private static Session Identity(V1.ResolveSdkLookupRequest request)
    {
        (string Field, string Value)[] values =
            [("name", request.Name), ("email", request.Email), ("phone", request.Phone), ("identifier", request.Identifier), ("custom_user_id", request.CustomUserId)];
        if (values.All(value => string.IsNullOrWhiteSpace(value.Value)))
            throw RpcErrors.InvalidArgument(Domain, CrmErrors.FieldRequired, [.. values.Select(value => (value.Field, "one of these is required"))]);
        var tooLong = values.Where(value => value.Value.Length > LongestIdentity).Select(value => (value.Field, $"must have at most {LongestIdentity:N0} characters")).ToList();
        return tooLong.Count > 0 ? throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, tooLong) : new()
        {
            IsSdk = true,
            IsMobile = request.Mobile,
            Name = request.Name,
            Email = request.Email,
            PhoneNumber = request.Phone,
            CustomUserId = request.CustomUserId,
            SdkName = request.Name,
            SdkEmail = request.Email,
            SdkPhone = request.Phone,
            SdkIdentifier = request.Identifier,
        };
    }
}

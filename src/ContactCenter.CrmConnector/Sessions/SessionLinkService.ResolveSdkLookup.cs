using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Outbound;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Events.Insights;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Sessions;

public sealed partial class SessionLinkService
{
    /// <inheritdoc />
    public override async Task<V1.ResolveSdkLookupResponse> ResolveSdkLookup(V1.ResolveSdkLookupRequest request, ServerCallContext context)
    {
        var session = Identity(request);
        var connector = await FindingConnectorAsync("accounts or records", endpoint => endpoint.IsFind, context.CancellationToken);
        var remembered = await RememberedAsync(connector, session, context.CancellationToken);
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

    private async Task<VariableValue> RememberedAsync(LoadedConnector connector, Session session, CancellationToken cancellationToken)
    {
        if (SessionRow.EndUserOf(new SessionEndUserFacts(null, null, null, null, session.Email, session.PhoneNumber)) is not { } user)
            return VariableValue.None;
        await using var connection = await database.OpenAsync(cancellationToken);
        return await SessionStore.RememberedAsync(connection, connector.Stored.ConnectorId, user);
    }

    private static Session Identity(V1.ResolveSdkLookupRequest request)
    {
        CheckCriteria([("name", request.Name), ("email", request.Email), ("phone", request.Phone), ("identifier", request.Identifier), ("custom_user_id", request.CustomUserId)]);
        return new()
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

using System.Globalization;
using ContactCenter.Contracts;
using ContactCenter.CrmConnector.Answers;
using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Outbound;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Sessions;

// The search of an agent (CRM-93).
public sealed partial class SessionLinkService
{
    private const int LongestCriterion = 1_024;

    /// <inheritdoc />
    public override async Task<V1.FindAccountsResponse> FindAccounts(V1.FindAccountsRequest request, ServerCallContext context)
    {
        var accountId = OperationMessages.IdOf(request.AccountId);
        CheckCriteria([("phone", request.Phone), ("email", request.Email), ("name", request.Name), ("account_id", accountId.Text)]);
        var connector = await FindingConnectorAsync(
            "accounts", endpoint => endpoint.Kind is V1.EndpointKind.FindAccountByQuery or V1.EndpointKind.FindAccountById, context.CancellationToken);
        var session = new Session { PhoneNumber = request.Phone, Email = request.Email, Name = request.Name, AccountId = accountId };
        var found = accountId.IsEmpty ? [] : await crm.ListAsync(connector, V1.EndpointKind.FindAccountById, session, context.CancellationToken);
        if (found.Count == 0)
            found = await crm.ListAsync(connector, V1.EndpointKind.FindAccountByQuery, session, context.CancellationToken);
        var template = connector.Template;
        var response = new V1.FindAccountsResponse { Warnings = { Unreadable(found) } };
        response.Accounts.AddRange(found.Where(account => account.Id is not null).Select(account => new V1.FoundAccount
        {
            AccountId = OperationMessages.IdOf(account.Id!.Value),
            AccountUrl = template.Address(template.AccountUrl, session with { AccountId = account.Id.Value }) ?? "",
            Name = account.Name ?? "",
            Phone = account.Phone ?? "",
            Email = account.Email ?? "",
        }));
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.FindRecordsResponse> FindRecords(V1.FindRecordsRequest request, ServerCallContext context)
    {
        var (accountId, recordId) = (OperationMessages.IdOf(request.AccountId), OperationMessages.IdOf(request.RecordId));
        CheckCriteria([("phone", request.Phone), ("email", request.Email), ("name", request.Name), ("account_id", accountId.Text), ("record_id", recordId.Text)]);
        var connector = await FindingConnectorAsync("records", endpoint => endpoint.Kind == V1.EndpointKind.FindRecordByQuery, context.CancellationToken);
        var session = new Session { PhoneNumber = request.Phone, Email = request.Email, Name = request.Name, AccountId = accountId, RecordId = recordId };
        var found = await crm.ListAsync(connector, V1.EndpointKind.FindRecordByQuery, session, context.CancellationToken);
        var template = connector.Template;
        var response = new V1.FindRecordsResponse { Warnings = { Unreadable(found) } };
        response.Records.AddRange(found.Where(record => record.Id is not null).Select(record => new V1.FoundRecord
        {
            RecordId = OperationMessages.IdOf(record.Id!.Value),
            RecordUrl = template.Address(template.RecordUrl, session with { RecordId = record.Id.Value }) ?? "",
            Subject = record.Subject ?? "",
            Status = record.Status ?? "",
        }));
        return response;
    }

    private static void CheckCriteria(IReadOnlyList<(string Field, string Value)> values)
    {
        if (values.All(value => string.IsNullOrWhiteSpace(value.Value)))
            throw RpcErrors.InvalidArgument(Domain, CrmErrors.FieldRequired, [.. values.Select(value => (value.Field, "one of these is required"))]);
        var tooLong = values.Where(value => value.Value.Length > LongestCriterion).Select(value => (value.Field, $"must have at most {LongestCriterion:N0} characters")).ToList();
        if (tooLong.Count > 0)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, tooLong);
    }

    private static IEnumerable<V1.Warning> Unreadable(IReadOnlyList<Answer> found) =>
        from place in found.Index()
        where place.Item.Violation is not null
        select new V1.Warning { Code = place.Item.Violation, Subject = place.Index.ToString(CultureInfo.InvariantCulture), Message = "This element has no id that can be used; it is left out." };

    // The connection is back before the CRM is asked.
    private async Task<LoadedConnector> FindingConnectorAsync(string what, Func<RequestTemplate, bool> finds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connectors.FindActiveAsync(connection) is { } connector && connector.Template.Endpoints.Values.Any(finds)
            ? connector
            : throw RpcErrors.FailedPrecondition(Domain, CrmErrors.EndpointNotConfigured, $"No connector is in use that finds {what}.");
    }
}

using System.Globalization;
using ContactCenter.Contracts;
using ContactCenter.CrmConnector.Outbound;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.OAuth;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.Storage.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>Keeps the configurations of CRMs; <c>connector_service.proto</c> is its specification.</summary>
/// <param name="store">Where the connectors are.</param>
/// <param name="reader">Checks and parses connectors.</param>
/// <param name="grants">The grants of connectors with OAuth 2.0.</param>
/// <param name="authorizations">Has persons authorise them.</param>
/// <param name="requests">Makes calls of rendered requests.</param>
/// <param name="tester">Makes the calls of tests.</param>
/// <param name="policies">What follows failed calls.</param>
/// <param name="stores">Knows whether external storage is configured.</param>
/// <param name="database">The service's database.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="options">Settings of the deployment.</param>
/// <param name="timeProvider">Now.</param>
public sealed partial class ConnectorService(
    ConnectorStore store,
    ConnectorReader reader,
    ConnectorGrants grants,
    GrantDesk authorizations,
    CrmRequests requests,
    LiveTester tester,
    CrmPolicies policies,
    StoreService.StoreServiceClient stores,
    DurableDatabase database,
    IdempotentCalls calls,
    IOptions<CrmOptions> options,
    TimeProvider timeProvider) : V1.ConnectorService.ConnectorServiceBase
{
    private const string Domain = CrmErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    private static string Required(string value, string field) =>
        value.Length > 0 ? value : throw RpcErrors.InvalidArgument(Domain, CrmErrors.FieldRequired, field, "is required");

    private static V1.Connector Required(V1.Connector? connector) =>
        connector ?? throw RpcErrors.InvalidArgument(Domain, CrmErrors.FieldRequired, "connector", "is required");

    private static RpcException NotFound(string id) => RpcErrors.NotFound(Domain, CrmErrors.ConnectorNotFound, "connector", id);

    private static void Audit(DurableTransaction transaction, ServerCallContext context, string action, string id, string requestId, IEnumerable<string>? changed = null) =>
        transaction.Audit(new AuditEntry(
            context.GetCaller().Actor, action, $"connectors/{id}", requestId, Details: changed is null ? null : AuditEntry.Changed(changed)));

    /// <summary>Everything that can be said about a connector before it is saved.</summary>
    private ConnectorFindings Check(V1.Connector connector, V1.Connector? stored, IReadOnlyCollection<string> known)
    {
        var findings = new ConnectorFindings();
        reader.Read(connector, findings);
        foreach (var (field, name) in ConnectorReader.EndpointsOf(connector).Select(endpoint => ($"{endpoint.Field}.retry_policy", endpoint.Endpoint.RetryPolicy)).Prepend(("connector.retry_policy", connector.RetryPolicy)))
        {
            if (name.Length > 0 && !known.Contains(name))
                findings.Refuse(field, SharedErrors.FieldInvalid, "must name a retry policy");
        }

        ConnectorSecrets.Check(connector, stored, findings);
        return findings;
    }

    private async Task<StoredConnector> FindAsync(string id, ServerCallContext context) =>
        await store.FindAsync(Required(id, "connector_id"), context.CancellationToken) ?? throw NotFound(id);

    private static async Task<StoredConnector> LockAsync(DurableTransaction transaction, string id) =>
        await ConnectorStore.LockAsync(transaction.Connection, id) ?? throw NotFound(id);

    private static async Task<StoredConnector> LockAsync(DurableTransaction transaction, string id, string etag)
    {
        var stored = await LockAsync(transaction, id);
        return etag == stored.Etag ? stored : throw RpcErrors.Aborted(Domain, CrmErrors.EtagMismatch, $"The connector was changed: its revision is {stored.Revision} now.");
    }

    /// <summary>Keeps what a connector that was saved brings: its revision, its secrets and its grant.</summary>
    private async Task KeepAsync(DurableTransaction transaction, StoredConnector saved, V1.Authentication? authentication, ServerCallContext context)
    {
        var secrets = ConnectorSecrets.Of(authentication).Where(secret => secret.Name != ConnectorSecrets.ClientSecret).ToList();
        await store.KeepAsync(transaction.Connection, saved, secrets, context.GetCaller().Actor);
        await grants.SaveAsync(transaction.Connection, saved.ConnectorId, authentication?.Oauth2, context.CancellationToken);
    }

    /// <summary>What is stored of a connector that has been checked: without secrets and without what the service sets.</summary>
    private static V1.Connector DefinitionOf(V1.Connector connector)
    {
        var definition = ConnectorSecrets.Without(connector);
        (definition.ConnectorId, definition.State, definition.Etag, definition.Revision) = ("", V1.ConnectorState.Unspecified, "", 0);
        (definition.CreateTime, definition.UpdateTime) = (null, null);
        return definition;
    }

    private static string Part(long number) => number.ToString(CultureInfo.InvariantCulture);
}

using ContactCenter.Operations;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    /// <inheritdoc />
    public override async Task<V1.UpdateConnectorResponse> UpdateConnector(V1.UpdateConnectorRequest request, ServerCallContext context)
    {
        var connector = Required(request.Connector);
        Required(connector.ConnectorId, "connector.connector_id");
        Required(connector.Etag, "connector.etag");
        var known = await policies.NamesAsync(context.CancellationToken);
        return await calls.RunAsync(context, request, async transaction =>
        {
            var stored = await LockAsync(transaction, connector.ConnectorId, connector.Etag);
            var findings = Check(connector, stored.Definition, known);
            findings.ThrowIfRefused();
            var updated = stored with { Revision = stored.Revision + 1, Definition = DefinitionOf(connector), UpdateTime = RpcTimes.Whole(timeProvider.GetUtcNow()) };
            await ConnectorStore.ReplaceAsync(transaction.Connection, updated);
            await KeepAsync(transaction, updated, connector.Authentication, context);
            var changed = FieldPaths.Changed(stored.Definition, updated.Definition).Concat(
                from secret in ConnectorSecrets.Of(connector.Authentication) where secret.Value.Length > 0 select secret.Field["connector.".Length..]);
            Audit(transaction, context, "connectors.update", updated.ConnectorId, request.RequestId, changed);
            return new V1.UpdateConnectorResponse { Connector = updated.ToMessage(), Warnings = { findings.Warnings } };
        });
    }
}

using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    /// <inheritdoc />
    public override async Task<V1.CreateConnectorResponse> CreateConnector(V1.CreateConnectorRequest request, ServerCallContext context)
    {
        var connector = Required(request.Connector);
        var findings = Check(connector, stored: null, await policies.NamesAsync(context.CancellationToken));
        findings.ThrowIfRefused();
        return await calls.RunAsync(context, request, async transaction =>
        {
            // As precise as it is stored, so that an answer equals what is read later.
            var now = RpcTimes.Whole(timeProvider.GetUtcNow());
            var created = new StoredConnector { ConnectorId = connector.ConnectorId, Revision = 1, Definition = DefinitionOf(connector), CreateTime = now, UpdateTime = now };
            if (!await ConnectorStore.AddAsync(transaction.Connection, created))
                throw RpcErrors.AlreadyExists(Domain, CrmErrors.ConnectorExists, $"There is a connector '{created.ConnectorId}'.");
            await KeepAsync(transaction, created, connector.Authentication, context);
            Audit(transaction, context, "connectors.create", created.ConnectorId, request.RequestId);
            return new V1.CreateConnectorResponse { Connector = created.ToMessage(), Warnings = { findings.Warnings } };
        });
    }
}

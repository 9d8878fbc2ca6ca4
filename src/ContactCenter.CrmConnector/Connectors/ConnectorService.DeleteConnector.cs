using ContactCenter.Contracts;
using ContactCenter.CrmConnector.Outbound;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    /// <inheritdoc />
    public override Task<V1.DeleteConnectorResponse> DeleteConnector(V1.DeleteConnectorRequest request, ServerCallContext context)
    {
        Required(request.ConnectorId, "connector_id");
        Required(request.Etag, "etag");
        return calls.RunAsync(context, request, async transaction =>
        {
            await LockAsync(transaction, request.ConnectorId, request.Etag);
            if (await OperationStore.AnyUnfinishedAsync(transaction.Connection, request.ConnectorId))
                throw RpcErrors.FailedPrecondition(Domain, CrmErrors.OperationsPending, "Operations of the connector are not over.");
            await ConnectorStore.DeleteAsync(transaction.Connection, request.ConnectorId);
            await grants.SaveAsync(transaction.Connection, request.ConnectorId, null, context.CancellationToken);
            Audit(transaction, context, "connectors.delete", request.ConnectorId, request.RequestId);
            return new V1.DeleteConnectorResponse();
        });
    }
}

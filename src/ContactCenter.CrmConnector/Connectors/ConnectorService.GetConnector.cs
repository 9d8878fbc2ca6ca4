using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    /// <inheritdoc />
    public override async Task<V1.GetConnectorResponse> GetConnector(V1.GetConnectorRequest request, ServerCallContext context) =>
        new() { Connector = (await FindAsync(request.ConnectorId, context)).ToMessage() };
}

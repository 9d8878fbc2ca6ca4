using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    /// <inheritdoc />
    public override async Task<V1.ValidateConnectorResponse> ValidateConnector(V1.ValidateConnectorRequest request, ServerCallContext context)
    {
        var connector = Required(request.Connector);
        var stored = await store.FindAsync(connector.ConnectorId, context.CancellationToken);
        var findings = Check(connector, stored?.Definition, await policies.NamesAsync(context.CancellationToken));
        return new() { Problems = { findings.Problems }, Warnings = { findings.Warnings } };
    }
}

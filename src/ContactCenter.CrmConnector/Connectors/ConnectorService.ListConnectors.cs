using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    /// <inheritdoc />
    public override async Task<V1.ListConnectorsResponse> ListConnectors(V1.ListConnectorsRequest request, ServerCallContext context)
    {
        var all = new V1.ListConnectorsRequest();
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, all, 1)?[0] ?? "";
        var connectors = await store.ListAsync(after, size + 1, context.CancellationToken);
        var response = new V1.ListConnectorsResponse { Connectors = { connectors.Take(size).Select(connector => connector.ToMessage()) } };
        if (connectors.Count > size)
            response.NextPageToken = Paging.Token(all, connectors[size - 1].ConnectorId);
        return response;
    }
}

using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    /// <inheritdoc />
    public override async Task<V1.ListConnectorRevisionsResponse> ListConnectorRevisions(V1.ListConnectorRevisionsRequest request, ServerCallContext context)
    {
        var present = await FindAsync(request.ConnectorId, context);
        var filter = new V1.ListConnectorRevisionsRequest { ConnectorId = request.ConnectorId };
        var size = Pages.Size(request.PageSize);
        var before = Pages.Position(request.PageToken, filter, 1)?.Number(0) ?? long.MaxValue;
        var revisions = await store.ListRevisionsAsync(present.ConnectorId, before, size + 1, context.CancellationToken);
        var response = new V1.ListConnectorRevisionsResponse
        {
            Revisions =
            {
                from revision in revisions.Take(size)
                select new V1.ConnectorRevision
                {
                    Revision = revision.Revision,
                    Author = revision.Author,
                    SaveTime = revision.SaveTime.ToTimestamp(),
                    Connector = (present with { Revision = revision.Revision, Definition = revision.Definition }).ToMessage(),
                }
            },
        };
        if (revisions.Count > size)
            response.NextPageToken = Paging.Token(filter, Part(revisions[size - 1].Revision));
        return response;
    }
}

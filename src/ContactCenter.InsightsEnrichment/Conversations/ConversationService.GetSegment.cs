using ContactCenter.Contracts;
using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    /// <inheritdoc />
    public override async Task<GetSegmentResponse> GetSegment(GetSegmentRequest request, ServerCallContext context)
    {
        var id = Required(request.SegmentId, "segment_id");
        return await store.FindSegmentAsync(id, context.CancellationToken) is { } found
            ? new() { Segment = ConversationMessages.Of(found) }
            : throw RpcErrors.NotFound(Domain, InsightsErrors.SegmentNotFound, "segment", id);
    }
}

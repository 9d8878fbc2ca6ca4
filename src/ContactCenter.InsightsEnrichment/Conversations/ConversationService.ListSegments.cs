using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    private static readonly short[] KindsShownByDefault =
        [(short)SegmentKind.Queue, (short)SegmentKind.Conversation, (short)SegmentKind.MissedConversation, (short)SegmentKind.RejectedConversation];

    /// <inheritdoc />
    public override async Task<ListSegmentsResponse> ListSegments(ListSegmentsRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var (start, end) = Range(filter.StartTime, filter.EndTime);
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 2);
        var kinds = filter.Kinds.Count == 0 ? KindsShownByDefault : [.. filter.Kinds.Select(kind => (short)kind)];
        var rows = await store.ListSegmentsAsync(
            new(start, end, Given(filter.AccountSid), Given(filter.ConversationId), Given(filter.TaskSid), Given(filter.QueueSid), Given(filter.AgentSid),
                kinds, after?.Time(0), after?[1], size + 1),
            context.CancellationToken);

        var response = new ListSegmentsResponse();
        response.Segments.AddRange(rows.Take(size).Select(ConversationMessages.Of));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(rows[size - 1].Value.StartTime), rows[size - 1].Value.SegmentId);
        return response;
    }
}

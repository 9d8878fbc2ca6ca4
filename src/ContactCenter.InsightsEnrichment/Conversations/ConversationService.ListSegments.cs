using ContactCenter.Contracts;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Metrics;
using ContactCenter.ServiceDefaults;
using Google.Protobuf;
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
        if (request.FilterToken.Length > 0)
            return await ListSegmentsOfCellAsync(request, size, context.CancellationToken);
        var after = Pages.Position(request.PageToken, filter, 2);
        var kinds = filter.Kinds.Count == 0 ? KindsShownByDefault : [.. filter.Kinds.Select(kind => (short)kind)];
        var rows = await store.ListSegmentsAsync(
            new(start, end, Given(filter.AccountSid), Given(filter.ConversationId), Given(filter.TaskSid), Given(filter.QueueSid), Given(filter.AgentSid),
                kinds, after?.Time(0), after?[1], size + 1),
            context.CancellationToken);

        return PageOf(rows, size, filter);
    }

    private async Task<ListSegmentsResponse> ListSegmentsOfCellAsync(ListSegmentsRequest request, int size, CancellationToken cancellationToken)
    {
        if (request.Filter is not null)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "filter_token", "cannot be combined with filter");
        var query = FilterToken.Read(request.FilterToken, catalog);
        var binding = new ListSegmentsRequest { FilterToken = request.FilterToken };
        var after = Pages.Position(request.PageToken, binding, 2);
        return PageOf(await store.ListSegmentsAsync(query, after?.Time(0), after?[1], size + 1, cancellationToken), size, binding);
    }

    private static ListSegmentsResponse PageOf(List<Stored<Segment>> rows, int size, IMessage binding)
    {
        var response = new ListSegmentsResponse();
        response.Segments.AddRange(rows.Take(size).Select(ConversationMessages.Of));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(binding, Paging.Part(rows[size - 1].Value.StartTime), rows[size - 1].Value.SegmentId);
        return response;
    }
}

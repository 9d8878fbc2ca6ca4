using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    /// <inheritdoc />
    public override async Task<ListConversationsResponse> ListConversations(ListConversationsRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var (start, end) = Range(filter.StartTime, filter.EndTime);
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 3);
        var rows = await store.ListAsync(
            new(start, end, Given(filter.AccountSid), Given(filter.QueueSid), Given(filter.AgentSid), Given(filter.Channel),
                ConversationMessages.WordOf(filter.Abandoned), Given(filter.CustomerId), after?.Time(0), after?[1], after?[2], size + 1),
            context.CancellationToken);

        var response = new ListConversationsResponse();
        response.Conversations.AddRange(rows.Take(size).Select(ConversationMessages.Of));
        if (rows.Count > size)
        {
            var last = rows[size - 1];
            response.NextPageToken = Paging.Token(filter, Paging.Part(last.Value.StartTime), last.ConversationId, last.AccountSid);
        }

        return response;
    }
}

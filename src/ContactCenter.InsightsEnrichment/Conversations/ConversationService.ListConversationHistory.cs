using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    /// <inheritdoc />
    public override async Task<ListConversationHistoryResponse> ListConversationHistory(ListConversationHistoryRequest request, ServerCallContext context)
    {
        var id = Required(request.ConversationId, "conversation_id");
        var size = Pages.Size(request.PageSize);
        var filter = new ListConversationHistoryRequest { ConversationId = id, AccountSid = request.AccountSid };
        var before = Pages.Position(request.PageToken, filter, 1)?.Id(0);
        var rows = await decisions.HistoryAsync(id, Given(request.AccountSid), before, size + 1, context.CancellationToken);

        var response = new ListConversationHistoryResponse();
        response.Entries.AddRange(rows.Take(size).Select(CorrectionMessages.Of));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].EntryId.ToString());
        return response;
    }
}

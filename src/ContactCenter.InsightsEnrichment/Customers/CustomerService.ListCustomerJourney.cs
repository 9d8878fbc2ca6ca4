using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Customers;

public sealed partial class CustomerService
{
    /// <inheritdoc />
    public override async Task<ListCustomerJourneyResponse> ListCustomerJourney(ListCustomerJourneyRequest request, ServerCallContext context)
    {
        var id = await ShownAsync(request.CustomerId, context.CancellationToken);
        var size = Pages.Size(request.PageSize);
        var filter = new ListCustomerJourneyRequest { CustomerId = request.CustomerId };
        var after = Pages.Position(request.PageToken, filter, 3);
        var rows = await conversations.ListAsync(
            new(null, null, null, null, null, null, null, id, after?.Time(0), after?[1], after?[2], size + 1), context.CancellationToken);

        var response = new ListCustomerJourneyResponse();
        response.Entries.AddRange(rows.Take(size).Select(row => new JourneyEntry { Conversation = ConversationMessages.Of(row) }));
        if (rows.Count > size)
        {
            var last = rows[size - 1];
            response.NextPageToken = Paging.Token(filter, Paging.Part(last.Value.StartTime), last.ConversationId, last.AccountSid);
        }

        return response;
    }
}

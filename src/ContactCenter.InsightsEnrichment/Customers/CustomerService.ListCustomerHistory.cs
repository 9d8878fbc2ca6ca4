using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Customers;

public sealed partial class CustomerService
{
    /// <inheritdoc />
    public override async Task<ListCustomerHistoryResponse> ListCustomerHistory(ListCustomerHistoryRequest request, ServerCallContext context)
    {
        var id = Required(request.CustomerId, "customer_id");
        var size = Pages.Size(request.PageSize);
        var filter = new ListCustomerHistoryRequest { CustomerId = id };
        var before = Pages.Position(request.PageToken, filter, 1)?.Id(0);
        var rows = await store.HistoryAsync(id, before, size + 1, context.CancellationToken);

        var response = new ListCustomerHistoryResponse();
        response.Entries.AddRange(rows.Take(size).Select(CustomerMessages.Of));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].EntryId.ToString());
        return response;
    }
}

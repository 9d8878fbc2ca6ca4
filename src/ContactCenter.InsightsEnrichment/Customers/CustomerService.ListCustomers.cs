using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Customers;

public sealed partial class CustomerService
{
    /// <inheritdoc />
    public override async Task<ListCustomersResponse> ListCustomers(ListCustomersRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 1)?[0] ?? "";
        var ids = string.IsNullOrWhiteSpace(filter.LinkKey)
            ? await store.ListAsync(filter.Merged, after, size + 1, context.CancellationToken)
            : await OfKeyAsync(filter, context.CancellationToken);

        var response = new ListCustomersResponse();
        var customers = await store.ReadAsync([.. ids.Take(size)], filter.Merged, context.CancellationToken);
        response.Customers.AddRange(customers.Select(CustomerMessages.Of));
        if (ids.Count > size)
            response.NextPageToken = Paging.Token(filter, ids[size - 1]);
        return response;
    }

    /// <summary>The customer that a key leads to: the one it is shown as or, among those that were merged, the key's own.</summary>
    private async Task<List<string>> OfKeyAsync(CustomerFilter filter, CancellationToken cancellationToken)
    {
        var own = rules.Value.Customers.IdOf(filter.LinkKey);
        var shown = await store.ShownAsync(own, cancellationToken);
        if (shown is null || (filter.Merged && shown == own))
            return [];
        return [filter.Merged ? own : shown];
    }
}

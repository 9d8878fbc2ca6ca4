using ContactCenter.Insights.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Customers;

public sealed partial class CustomerService
{
    /// <inheritdoc />
    public override async Task<GetCustomerResponse> GetCustomer(GetCustomerRequest request, ServerCallContext context)
    {
        var id = await ShownAsync(request.CustomerId, context.CancellationToken);
        var customers = await store.ReadAsync([id], alone: false, context.CancellationToken);
        var response = new GetCustomerResponse { Customer = CustomerMessages.Of(customers[0]) };
        if (request.IncludeFieldHistory)
        {
            response.FieldHistory.AddRange((await store.ValuesAsync(id, context.CancellationToken)).Select(value => new CustomerFieldValue
            {
                Field = value.Field,
                Value = value.Value,
                EventTime = value.Time.ToTimestamp(),
                ConversationId = value.ConversationId,
                AccountSid = value.AccountSid,
            }));
        }

        return response;
    }
}

using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Customers;

public sealed partial class CustomerService
{
    /// <inheritdoc />
    public override async Task<EraseCustomerResponse> EraseCustomer(EraseCustomerRequest request, ServerCallContext context)
    {
        var by = Instruction.Of(context, request.Reason, dryRun: false);
        var id = await ShownAsync(request.CustomerId, context.CancellationToken);
        return await calls.RunAsync(context, request, async transaction =>
        {
            var receipt = await erasure.EraseAsync(transaction, id, by, context.CancellationToken);
            by.Audit(transaction, "customers.erase", $"customers/{id}", request.RequestId);
            return new EraseCustomerResponse
            {
                Entry = CustomerMessages.Of(receipt.Entry),
                ConversationCount = receipt.Conversations,
                EventCount = receipt.Events,
                SessionCount = receipt.Sessions,
                OpenConversationCount = receipt.Open,
            };
        });
    }
}

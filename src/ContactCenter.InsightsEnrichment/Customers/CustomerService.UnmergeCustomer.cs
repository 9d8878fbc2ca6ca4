using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Customers;

public sealed partial class CustomerService
{
    /// <inheritdoc />
    public override Task<UnmergeCustomerResponse> UnmergeCustomer(UnmergeCustomerRequest request, ServerCallContext context)
    {
        var source = Required(request.CustomerId, "customer_id");
        var by = Instruction.Of(context, request.Reason, request.DryRun);
        return calls.RunAsync(context, request, async transaction =>
        {
            var (moved, entry) = await desk.UnmergeAsync(transaction, source, by);
            by.Audit(transaction, "customers.unmerge", $"customers/{source}", request.RequestId);
            return new UnmergeCustomerResponse { Moved = CustomerMessages.Of(moved), Entry = CustomerMessages.Of(entry) };
        });
    }
}

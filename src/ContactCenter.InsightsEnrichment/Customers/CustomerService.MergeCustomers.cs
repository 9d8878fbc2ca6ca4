using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Customers;

public sealed partial class CustomerService
{
    /// <inheritdoc />
    public override Task<MergeCustomersResponse> MergeCustomers(MergeCustomersRequest request, ServerCallContext context)
    {
        var source = Required(request.SourceCustomerId, "source_customer_id");
        var target = Required(request.TargetCustomerId, "target_customer_id");
        var by = Instruction.Of(context, request.Reason, request.DryRun);
        return calls.RunAsync(context, request, async transaction =>
        {
            var (moved, entry) = await desk.MergeAsync(transaction, source, target, by);
            by.Audit(transaction, "customers.merge", $"customers/{source}", request.RequestId, target);
            return new MergeCustomersResponse { Moved = CustomerMessages.Of(moved), Entry = CustomerMessages.Of(entry) };
        });
    }
}

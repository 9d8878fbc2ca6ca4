using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    /// <inheritdoc />
    public override async Task<WithdrawRelinkResponse> WithdrawRelink(WithdrawRelinkRequest request, ServerCallContext context)
    {
        var id = Required(request.ConversationId, "conversation_id");
        var by = Instruction.Of(context, request.Reason, request.DryRun);
        return await calls.RunAsync(context, request, async transaction =>
        {
            var (moved, entry) = await customers.WithdrawRelinkAsync(transaction, id, Given(request.AccountSid), by, context.CancellationToken);
            by.Audit(transaction, "conversations.withdrawRelink", $"conversations/{id}", request.RequestId);
            return new WithdrawRelinkResponse { Moved = CustomerMessages.Of(moved), Entry = CustomerMessages.Of(entry) };
        });
    }
}

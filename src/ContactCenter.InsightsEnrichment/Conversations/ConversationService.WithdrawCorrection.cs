using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    /// <inheritdoc />
    public override Task<WithdrawCorrectionResponse> WithdrawCorrection(WithdrawCorrectionRequest request, ServerCallContext context)
    {
        var id = Required(request.CorrectionId, "correction_id");
        var by = Instruction.Of(context, request.Reason, dryRun: false);
        return calls.RunAsync(context, request, async transaction =>
        {
            var entry = await corrections.WithdrawAsync(transaction, id, by, context.CancellationToken);
            by.Audit(transaction, "conversations.withdrawCorrection", $"corrections/{id}", request.RequestId);
            return new WithdrawCorrectionResponse { Entry = CorrectionMessages.Of(entry) };
        });
    }
}

using ContactCenter.Contracts;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    /// <inheritdoc />
    public override Task<CorrectSegmentResponse> CorrectSegment(CorrectSegmentRequest request, ServerCallContext context)
    {
        var target = request.TargetCase switch
        {
            CorrectSegmentRequest.TargetOneofCase.SegmentId => new CorrectionTarget(Required(request.SegmentId, "segment_id"), null, Given(request.AccountSid)),
            CorrectSegmentRequest.TargetOneofCase.ConversationId => new(null, Required(request.ConversationId, "conversation_id"), Given(request.AccountSid)),
            _ => throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, "target", "is required: segment_id or conversation_id"),
        };
        var values = CorrectionRules.Read(request.Attributes, request.Labels, request.Measures);
        var by = Instruction.Of(context, request.Reason, dryRun: false);
        return calls.RunAsync(context, request, async transaction =>
        {
            var correction = await corrections.CorrectAsync(transaction, target, values, ConversationDecision.Correct, by, context.CancellationToken);
            by.Audit(transaction, "conversations.correct", target.SegmentId is { } segment ? $"segments/{segment}" : $"conversations/{target.ConversationId}", request.RequestId);
            return new CorrectSegmentResponse { Correction = CorrectionMessages.Of(correction) };
        });
    }
}

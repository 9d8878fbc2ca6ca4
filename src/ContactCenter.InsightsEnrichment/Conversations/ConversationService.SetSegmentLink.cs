using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.Recordings;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    /// <inheritdoc />
    public override Task<SetSegmentLinkResponse> SetSegmentLink(SetSegmentLinkRequest request, ServerCallContext context)
    {
        var segment = Required(request.SegmentId, "segment_id");
        var link = CorrectionRules.Link(Required(request.SegmentLink, SegmentRecording.Link), SegmentRecording.Link);
        var by = new Instruction(context.GetCaller().Actor, request.Reason, DryRun: false);
        return calls.RunAsync(context, request, async transaction =>
        {
            var correction = await corrections.CorrectAsync(
                transaction, new(segment, null, null), new() { [SegmentRecording.Link] = link }, ConversationDecision.SetSegmentLink, by, context.CancellationToken);
            by.Audit(transaction, "conversations.setSegmentLink", $"segments/{segment}", request.RequestId);
            return new SetSegmentLinkResponse { Correction = CorrectionMessages.Of(correction) };
        });
    }
}

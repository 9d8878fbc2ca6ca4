using ContactCenter.Contracts;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    /// <inheritdoc />
    public override async Task<RelinkConversationResponse> RelinkConversation(RelinkConversationRequest request, ServerCallContext context)
    {
        var id = Required(request.ConversationId, "conversation_id");
        var target = request.TargetCase switch
        {
            RelinkConversationRequest.TargetOneofCase.CustomerId => Required(request.CustomerId, "customer_id"),
            RelinkConversationRequest.TargetOneofCase.ExternalId when !string.IsNullOrWhiteSpace(request.ExternalId) =>
                rules.Value.Customers.IdOf(request.ExternalId),
            _ => throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, "target", "is required: customer_id or external_id"),
        };
        var by = Instruction.Of(context, request.Reason, request.DryRun);
        return await calls.RunAsync(context, request, async transaction =>
        {
            var mustBeKnown = request.TargetCase == RelinkConversationRequest.TargetOneofCase.CustomerId;
            var (moved, entry) = await customers.RelinkAsync(transaction, id, Given(request.AccountSid), target, mustBeKnown, by, context.CancellationToken);
            by.Audit(transaction, "conversations.relink", $"conversations/{id}", request.RequestId, target);
            return new RelinkConversationResponse { Moved = CustomerMessages.Of(moved), Entry = CustomerMessages.Of(entry) };
        });
    }
}

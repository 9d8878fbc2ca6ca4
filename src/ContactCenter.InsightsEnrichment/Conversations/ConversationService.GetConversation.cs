using ContactCenter.Contracts;
using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    /// <inheritdoc />
    public override async Task<GetConversationResponse> GetConversation(GetConversationRequest request, ServerCallContext context)
    {
        var id = Required(request.ConversationId, "conversation_id");
        return await store.FindAsync(id, Given(request.AccountSid), context.CancellationToken) switch
        {
            [var found] => new() { Conversation = ConversationMessages.Of(found) },
            [] => throw RpcErrors.NotFound(Domain, InsightsErrors.ConversationNotFound, "conversation", id),
            _ => throw RpcErrors.InvalidArgument(Domain, InsightsErrors.AccountRequired, "account_sid", "is required: several accounts have a conversation of this id"),
        };
    }
}

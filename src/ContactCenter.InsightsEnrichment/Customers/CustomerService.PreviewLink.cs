using System.Text;
using ContactCenter.Contracts;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Customers;

public sealed partial class CustomerService
{
    /// <inheritdoc />
    public override async Task<PreviewLinkResponse> PreviewLink(PreviewLinkRequest request, ServerCallContext context)
    {
        if (!TaskAttributes.TryRead(Encoding.UTF8.GetBytes(request.TaskAttributes), out var attributes))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "task_attributes", "must be the text of a JSON object");

        var response = new PreviewLinkResponse();
        var current = rules.Value.Customers;
        foreach (var step in current.Keys.Explain(ConversationCustomer.CandidatesOf(request.ConversationId, attributes)))
        {
            var explanation = CustomerMessages.Of(step, current.Ids);
            response.Explanations.Add(explanation);
            if (explanation.Used)
            {
                var shown = await store.ShownAsync(explanation.CustomerId, context.CancellationToken);
                response.Known = shown is not null;
                response.CustomerId = shown ?? explanation.CustomerId;
            }
        }

        return response;
    }
}

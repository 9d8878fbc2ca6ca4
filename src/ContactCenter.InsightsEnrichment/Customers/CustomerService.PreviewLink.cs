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
        foreach (var step in rules.Keys.Explain(ConversationCustomer.CandidatesOf(request.ConversationId, attributes)))
        {
            // Without an id the conversation cannot name anybody.
            var customerId = step.Key is { Value.Length: > 0 } key ? rules.Ids.Of(key) : "";
            var used = step.NotUsed == NotUsed.Used && customerId.Length > 0;
            response.Explanations.Add(new LinkExplanation
            {
                Source = (CustomerLinkSource)step.Source,
                Raw = step.Raw ?? "",
                Normalised = step.Key?.Value ?? "",
                KeyKind = customerId.Length > 0 ? (CustomerKeyKind)step.Key!.Kind : CustomerKeyKind.Unspecified,
                CustomerId = customerId,
                Used = used,
                WhyNot = used ? LinkRefusal.Unspecified : step.NotUsed == NotUsed.Used ? LinkRefusal.NotGiven : (LinkRefusal)step.NotUsed,
            });
            if (used)
            {
                var shown = await store.ShownAsync(customerId, context.CancellationToken);
                response.Known = shown is not null;
                response.CustomerId = shown ?? customerId;
            }
        }

        return response;
    }
}

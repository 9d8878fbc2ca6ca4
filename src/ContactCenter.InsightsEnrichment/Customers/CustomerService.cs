using ContactCenter.Contracts;
using ContactCenter.Durable.Idempotency;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.ServiceDefaults;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>Serves customers and takes decisions about them; <c>customer_service.proto</c> is its specification.</summary>
/// <param name="store">Where they are.</param>
/// <param name="conversations">Their journeys.</param>
/// <param name="desk">Carries out decisions.</param>
/// <param name="erasure">Erases customers.</param>
/// <param name="rules">Which values name a customer.</param>
/// <param name="calls">Answers of repeated calls.</param>
public sealed partial class CustomerService(
    CustomerStore store, ConversationStore conversations, CustomerDesk desk, CustomerErasure erasure, CurrentRules rules, IdempotentCalls calls) : V1.CustomerService.CustomerServiceBase
{
    private const string Domain = InsightsErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    private static string Required(string value, string field) => value.Length > 0
        ? value
        : throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, field, "is required");

    private async Task<string> ShownAsync(string customerId, CancellationToken cancellationToken) =>
        await store.ShownAsync(Required(customerId, "customer_id"), cancellationToken)
        ?? throw RpcErrors.NotFound(Domain, InsightsErrors.CustomerNotFound, "customer", customerId);
}

using ContactCenter.Contracts;
using ContactCenter.Durable.Idempotency;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.DataSets;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Hipaa;
using ContactCenter.InsightsEnrichment.Recordings;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>Serves conversations and segments; <c>conversation_service.proto</c> is its specification.</summary>
/// <param name="store">Where they are.</param>
/// <param name="customers">Carries out decisions about their customers.</param>
/// <param name="rules">Which values name a customer.</param>
/// <param name="corrections">Carries out decisions about their values.</param>
/// <param name="taskLinks">Carries out decisions about their tasks.</param>
/// <param name="preview">Shows what attributes would lead to.</param>
/// <param name="filter">What attributes go through before.</param>
/// <param name="linkChecker">Looks at links of recordings.</param>
/// <param name="decisions">What was decided.</param>
/// <param name="calls">Answers of repeated calls.</param>
/// <param name="catalog">What cells of metrics are cells of.</param>
public sealed partial class ConversationService(
    ConversationStore store,
    CustomerDesk customers,
    CurrentRules rules,
    CorrectionDesk corrections,
    TaskLinkDesk taskLinks,
    EnrichmentPreview preview,
    EntryFilter filter,
    LinkChecker linkChecker,
    CorrectionStore decisions,
    IdempotentCalls calls,
    DataSetCatalog catalog) : V1.ConversationService.ConversationServiceBase
{
    private const string Domain = InsightsErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    private static string Required(string value, string field) => value.Length > 0
        ? value
        : throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, field, "is required");

    /// <summary>Empty means that the field does not narrow the list.</summary>
    private static string? Given(string value) => value.Length > 0 ? value : null;

    private static (DateTimeOffset? Start, DateTimeOffset? End) Range(Timestamp? start, Timestamp? end)
    {
        var range = (Start: RpcTimes.Read(start, Domain, "filter.start_time"), End: RpcTimes.Read(end, Domain, "filter.end_time"));
        return range.Start >= range.End
            ? throw RpcErrors.InvalidArgument(Domain, InsightsErrors.RangeInvalid, "filter.end_time", "must be after start_time")
            : range;
    }
}

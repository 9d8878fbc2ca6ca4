using ContactCenter.InsightsEnrichment.Agents;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>What enrichment depends on besides the events.</summary>
/// <param name="Accounts">Whose events are processed.</param>
/// <param name="Segments">What decides about segments.</param>
/// <param name="Customers">What decides about their customers.</param>
/// <param name="Agents">How workers' events are understood.</param>
public sealed record EnrichmentRules(TwilioAccounts Accounts, SegmentRules Segments, CustomerRules Customers, AgentSettings Agents)
{
    /// <summary>Version of the rules; kept with every event that they processed (INS-2).</summary>
    public const int Version = 1;
}

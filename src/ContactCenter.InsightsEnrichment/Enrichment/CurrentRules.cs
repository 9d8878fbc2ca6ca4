using ContactCenter.InsightsEnrichment.Agents;
using ContactCenter.InsightsEnrichment.Configuration;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.TaskRouter;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>The rules of enrichment as the settings are now. Whoever needs several of them takes <see cref="Value"/> once, so that they fit.</summary>
/// <param name="accounts">Whose events are processed.</param>
/// <param name="ids">Identities of customers.</param>
/// <param name="enrichment">What decides about segments.</param>
/// <param name="agents">When attributes of workers are taken.</param>
/// <param name="customers">Which values name a customer.</param>
/// <param name="activities">What activities mean.</param>
public sealed class CurrentRules(
    TwilioAccounts accounts, CustomerIds ids, IOptionsMonitor<EnrichmentOptions> enrichment, IOptionsMonitor<AgentOptions> agents, IOptionsMonitor<CustomerOptions> customers,
    IOptionsMonitor<ActivityOptions> activities)
{
    private readonly DerivedSetting<CustomerOptions, CustomerRules> _customers = new(customers, options => new(new(options), ids));

    /// <summary>The rules.</summary>
    public EnrichmentRules Value
    {
        get
        {
            var ofActivities = activities.CurrentValue;
            return new(accounts, enrichment.CurrentValue.ToRules(ofActivities), _customers.Value, new(agents.CurrentValue, ofActivities));
        }
    }
}

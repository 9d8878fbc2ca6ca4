namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>What decides about the customer of a conversation.</summary>
/// <param name="Keys">Which values name a customer.</param>
/// <param name="Ids">Identities of customers.</param>
public sealed record CustomerRules(LinkKeys Keys, CustomerIds Ids)
{
    /// <summary>The customer of an external id.</summary>
    /// <param name="externalId">As given.</param>
    public string IdOf(string externalId) => Ids.Of(Keys.ExternalId(externalId));
}

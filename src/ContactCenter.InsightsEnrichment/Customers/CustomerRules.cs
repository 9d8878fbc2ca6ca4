namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>What decides about the customer of a conversation.</summary>
/// <param name="Keys">Which values name a customer.</param>
/// <param name="Ids">Identities of customers.</param>
public sealed record CustomerRules(LinkKeys Keys, CustomerIds Ids);

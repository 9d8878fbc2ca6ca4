using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment;

return await InsightsEnrichmentHost.Create(args).RunDurableAsync(args);

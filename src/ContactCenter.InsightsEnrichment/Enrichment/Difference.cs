namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>What is different after something was worked out, from what was stored.</summary>
/// <param name="Resource"><c>segments/…</c>, <c>conversations/…</c> or <c>sessions/…</c>.</param>
/// <param name="Before">JSON of what was stored; null if nothing was.</param>
/// <param name="After">JSON of what is; null if it is withdrawn.</param>
public sealed record Difference(string Resource, string? Before, string? After);

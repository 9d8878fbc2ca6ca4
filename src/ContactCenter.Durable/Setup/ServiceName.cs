namespace ContactCenter.Durable;

/// <summary>Resource name of the service that this process runs, such as <c>insights-enrichment</c>.</summary>
/// <param name="Value">The name as given to <see cref="DurableSetup.AddDurable"/>.</param>
public sealed record ServiceName(string Value);

using System.Text.Json.Serialization;

namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>How the values of agents are written to the database.</summary>
[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class AgentJson : JsonSerializerContext;

using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>How segments and conversations are written to the database. A new value may be added; none is ever renamed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Segment))]
[JsonSerializable(typeof(Conversation))]
internal sealed partial class StateJson : JsonSerializerContext
{
    private const string Attributes = "attributes";

    /// <summary>The names of what differs between two documents, in ordinal order; attributes by their own names.</summary>
    /// <param name="before">A document written by this class.</param>
    /// <param name="after">Another.</param>
    public static List<string> Changes(string before, string after)
    {
        var left = JsonNode.Parse(before)!.AsObject();
        var right = JsonNode.Parse(after)!.AsObject();
        return [.. Differing(left, right).SelectMany(name => name == Attributes ? Differing(left[name]!.AsObject(), right[name]!.AsObject()) : [name])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Differing(JsonObject left, JsonObject right) => left.Select(member => member.Key).Union(right.Select(member => member.Key))
        .Where(name => !JsonNode.DeepEquals(left[name], right[name]));
}

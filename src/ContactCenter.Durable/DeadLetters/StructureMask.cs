using System.Text.Json;
using System.Text.Json.Nodes;

namespace ContactCenter.Durable.DeadLetters;

/// <summary>Knows nothing of secrets, and so hides every value of a payload.</summary>
internal sealed class StructureMask : IDeadLetterMask
{
    private const string Hidden = "[masked]";

    /// <inheritdoc />
    public string Error(string error) => error;

    /// <inheritdoc />
    public string Payload(string payload)
    {
        try
        {
            return Hide(JsonNode.Parse(payload)).ToJsonString();
        }
        catch (JsonException)
        {
            return Hidden;
        }
    }

    private static JsonNode Hide(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)Hide(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Hide)]),
        _ => JsonValue.Create(Hidden),
    };
}

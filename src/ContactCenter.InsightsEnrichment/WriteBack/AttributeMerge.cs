using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>Merges changes into a text of attributes, which an update replaces whole (INS-113).</summary>
public static class AttributeMerge
{
    /// <summary>Largest text of attributes in bytes.</summary>
    public const int MostBytes = 65_536;

    private const int Deepest = 64;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Deepest, AllowDuplicateProperties = false };
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a JSON object; null if the text is none, is too large or has a name twice.</summary>
    /// <param name="text">The text.</param>
    public static JsonObject? Parse(string text)
    {
        try
        {
            return Encoding.UTF8.GetByteCount(text) <= MostBytes ? JsonNode.Parse(text, documentOptions: Strict) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Merges: objects member by member, arrays and scalars replace, <c>null</c> removes the name.</summary>
    /// <param name="target">Is changed.</param>
    /// <param name="changes">Is left as it is.</param>
    /// <returns>The target.</returns>
    public static JsonObject Into(JsonObject target, JsonObject changes)
    {
        foreach (var (name, value) in changes)
        {
            if (value is null)
                target.Remove(name);
            else if (value is JsonObject inner)
                target[name] = Into(target[name] as JsonObject is { } existing ? (JsonObject)existing.DeepClone() : [], inner);
            else
                target[name] = value.DeepClone();
        }

        return target;
    }

    /// <summary>Both sets of changes as one: what the later one says wins, and what it removes stays to be removed.</summary>
    /// <param name="earlier">Is changed.</param>
    /// <param name="later">Is left as it is.</param>
    /// <returns>The earlier one.</returns>
    public static JsonObject Add(JsonObject earlier, JsonObject later)
    {
        foreach (var (name, value) in later)
            earlier[name] = value is JsonObject inner && earlier[name] is JsonObject existing ? Add((JsonObject)existing.DeepClone(), inner) : value?.DeepClone();
        return earlier;
    }

    /// <summary>Writes attributes.</summary>
    /// <param name="attributes">The object.</param>
    public static string Text(JsonObject attributes) => attributes.ToJsonString(Readable);
}

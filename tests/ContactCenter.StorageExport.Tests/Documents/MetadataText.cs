using System.Text.Json.Nodes;
using ContactCenter.StorageExport.Documents;
using ContactCenter.StorageExport.Files;

namespace ContactCenter.StorageExport.Tests.Documents;

/// <summary>Makes metadata documents that follow the schemas of the service.</summary>
internal static class MetadataText
{
    /// <summary>The document of a session of which nothing is known that may be unknown.</summary>
    /// <param name="session">Such as <c>call-7</c>.</param>
    /// <param name="changes">What it says besides.</param>
    public static string Of(string session, params (string Key, JsonNode? Value)[] changes)
    {
        var document = Of(session.StartsWith("call", StringComparison.Ordinal) ? SessionKind.Call : SessionKind.Chat, isFull: false);
        document["id"] = long.Parse(session.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture);
        foreach (var (key, value) in changes)
            document[key] = value;
        return document.ToJsonString();
    }

    /// <summary>A document of a kind of session.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="isFull">Whether it says all that can be said, with one element in every list; otherwise what may be left out is, and the rest is null or empty.</param>
    public static JsonObject Of(SessionKind kind, bool isFull)
    {
        var schema = JsonNode.Parse(MetadataSchema.Of(kind).Text)!.AsObject();
        return Make(schema)!.AsObject();

        JsonNode? Make(JsonObject rule)
        {
            if (rule["$ref"]?.GetValue<string>() is { } name)
                return Make(schema["$defs"]![name.Split('/')[^1]]!.AsObject());
            if (rule["const"] is { } constant)
                return constant.DeepClone();
            if (rule["anyOf"] is JsonArray choices)
                return Make(choices[isFull ? 0 : choices.Count - 1]!.AsObject());
            string[] types = rule["type"] is JsonArray several ? [.. several.Select(type => type!.GetValue<string>())] : [rule["type"]!.GetValue<string>()];
            if (!isFull && types.Contains("null"))
                return null;
            return types[0] switch
            {
                "boolean" => false,
                "integer" or "number" => rule["minimum"]?.GetValue<int>() ?? 3,
                "array" => isFull && rule["items"] is JsonObject item ? new JsonArray(Make(item)) : new JsonArray(),
                "string" => Text(rule["pattern"]?.GetValue<string>()),
                "object" => new JsonObject(Members(rule)),
                _ => null,
            };
        }

        IEnumerable<KeyValuePair<string, JsonNode?>> Members(JsonObject rule)
        {
            if (rule["properties"] is not JsonObject properties)
                return [];
            var required = rule["required"]!.AsArray().Select(name => name!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
            return properties.Where(property => property.Value is JsonObject && (isFull || required.Contains(property.Key)))
                .Select(property => KeyValuePair.Create(property.Key, Make(property.Value!.AsObject())));
        }
    }

    private static string Text(string? pattern) => pattern switch
    {
        null => "a text",
        _ when pattern.EndsWith("Z$", StringComparison.Ordinal) => "2026-03-23T20:15:35.473Z",
        _ when pattern.Contains('T', StringComparison.Ordinal) => "2026-03-23T13:12:51.000-07:00",
        _ => "0.5",
    };
}

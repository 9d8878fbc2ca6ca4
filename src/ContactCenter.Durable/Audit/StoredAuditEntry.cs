using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ContactCenter.Durable.Audit;

/// <summary>An audit entry as it is stored.</summary>
public sealed record StoredAuditEntry
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Order of writing; numbers may be missing.</summary>
    public required long Seq { get; init; }

    /// <summary>When, to the millisecond.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Who acted.</summary>
    public required string Actor { get; init; }

    /// <summary>What was done.</summary>
    public required string Action { get; init; }

    /// <summary>What it was done to.</summary>
    public required string Resource { get; init; }

    /// <summary>The call's request_id, or empty.</summary>
    public required string RequestId { get; init; }

    /// <summary>How it ended.</summary>
    public required string Result { get; init; }

    /// <summary>What else matters: a JSON object.</summary>
    public required string Details { get; init; }

    /// <summary>The entry as one line of JSON without white space, keys sorted on every level (DUR-62).</summary>
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            Write(writer, new JsonObject
            {
                ["action"] = Action,
                ["actor"] = Actor,
                ["details"] = JsonNode.Parse(Details),
                ["request_id"] = RequestId,
                ["resource"] = Resource,
                ["result"] = Result,
                ["seq"] = Seq,
                ["time"] = Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            });
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                writer.WriteStartObject();
                foreach (var (name, value) in map.OrderBy(property => property.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonArray list:
                writer.WriteStartArray();
                foreach (var item in list)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}

/// <summary>Chooses audit entries; a null part chooses all.</summary>
public sealed record AuditFilter
{
    /// <summary>Who acted.</summary>
    public string? Actor { get; init; }

    /// <summary>What was done.</summary>
    public string? Action { get; init; }

    /// <summary>What it was done to.</summary>
    public string? Resource { get; init; }

    /// <summary>The call's request_id.</summary>
    public string? RequestId { get; init; }

    /// <summary>How it ended.</summary>
    public string? Result { get; init; }

    /// <summary>At this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this time.</summary>
    public DateTimeOffset? To { get; init; }
}

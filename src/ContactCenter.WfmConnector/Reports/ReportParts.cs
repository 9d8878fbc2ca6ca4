using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>Splits reports that are too large for CXone, where the profile says that it adds parts up (WFM-86).</summary>
internal static class ReportParts
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Splits a report in two whole ones, each with half of the rows of every list. The same bytes give the same parts.</summary>
    /// <param name="body">The report.</param>
    /// <returns>Null if no list has two rows.</returns>
    public static (byte[] First, byte[] Second)? Halve(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return HasTwoRows(document.RootElement) ? (Write(document.RootElement, isFirst: true), Write(document.RootElement, isFirst: false)) : null;
    }

    private static bool HasTwoRows(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.GetArrayLength() > 1,
        JsonValueKind.Object => element.EnumerateObject().Any(property => HasTwoRows(property.Value)),
        _ => false,
    };

    private static byte[] Write(JsonElement report, bool isFirst)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
            Write(json, report, isFirst);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, JsonElement element, bool isFirst)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value, isFirst);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                var half = (element.GetArrayLength() + 1) / 2;
                json.WriteStartArray();
                foreach (var row in isFirst ? element.EnumerateArray().Take(half) : element.EnumerateArray().Skip(half))
                    json.WriteRawValue(row.GetRawText(), skipInputValidation: true);
                json.WriteEndArray();
                break;
            default:
                json.WriteRawValue(element.GetRawText(), skipInputValidation: true);
                break;
        }
    }
}

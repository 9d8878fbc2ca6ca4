using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Hipaa;

/// <summary>Rewrites the text of task attributes: leaves out what HIPAA mode does not let in (INS-108), and applies redaction rules (INS-111).</summary>
/// <param name="rules">By the path of the field.</param>
/// <param name="hash">Makes the replacement of a value whose rule is to hash.</param>
internal sealed class AttributeFilter(IReadOnlyDictionary<string, RedactionRule> rules, Func<string, string> hash)
{
    /// <summary>What masked values read.</summary>
    public const string Masked = "***";

    private const string Conversations = "conversations", Customers = "customers", Flag = "hipaa_enabled";

    // Verbatim in and out: the text is data, never part of a page.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Table 2.9a.
    private static readonly FieldTable KeptAtRoot = FieldTable.Of(
        "channelSid direction from_country hipaa_enabled reason recordings reservation_attributes to_country");

    private static readonly FieldTable KeptOfCustomers = FieldTable.Of(
        """
        acquisition_cost acquisition_date business_value category country customer_attribute_1…3 customer_label_1…3 customer_link customer_manager gender
        market_segment organization region state type year_of_birth
        """.ReplaceLineEndings(" "));

    /// <summary>Whether the attributes ask to be filtered, whatever the mode (INS-108).</summary>
    /// <param name="json">Text of the attributes.</param>
    public static bool AsksForFilter(ReadOnlySpan<byte> json)
    {
        // Most attributes have neither the name nor an escape by which it could be spelled.
        if (json.IndexOf("hipaa_enabled"u8) < 0 && !json.Contains((byte)'\\'))
            return false;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            var asks = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isFlag = reader.ValueTextEquals(Flag);
                reader.Read();
                if (isFlag)
                    asks = reader.TokenType == JsonTokenType.True || (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("true"));
                reader.Skip();
            }

            return asks;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // It cannot be told: better one event too few than one too many.
            return true;
        }
    }

    /// <summary>Rewrites attributes.</summary>
    /// <param name="json">Text of the attributes.</param>
    /// <param name="hipaa">Whether only what HIPAA mode lets in is kept.</param>
    /// <param name="applied">Takes the redaction rules that were applied, each as often.</param>
    /// <returns>The text to store; null if it is no JSON object and so cannot be filtered.</returns>
    public byte[]? Rewrite(ReadOnlySpan<byte> json, bool hipaa, List<RedactionRule> applied)
    {
        var output = new ArrayBufferWriter<byte>(json.Length);
        try
        {
            using var writer = new Utf8JsonWriter(output, Plain);
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            WriteRoot(ref reader, json, writer, hipaa, applied);
            // What follows the object would make the text something else than JSON: the reader says so.
            reader.Read();
            writer.Flush();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }

        return output.WrittenSpan.ToArray();
    }

    private void WriteRoot(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Utf8JsonWriter writer, bool hipaa, List<RedactionRule> applied)
    {
        writer.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name is Conversations or Customers && reader.TokenType == JsonTokenType.StartObject)
            {
                writer.WriteStartObject(name);
                var kept = name == Customers ? KeptOfCustomers : AttributeFields.Conversations;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var field = reader.GetString()!;
                    reader.Read();
                    WriteMember(ref reader, json, writer, field, $"{name}.{field}", !hipaa || kept.Find(field) >= 0, applied);
                }

                writer.WriteEndObject();
            }
            else
            {
                WriteMember(ref reader, json, writer, name, name, !hipaa || KeptAtRoot.Find(name) >= 0, applied);
            }
        }

        writer.WriteEndObject();
    }

    private void WriteMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Utf8JsonWriter writer, string name, string path, bool kept, List<RedactionRule> applied)
    {
        var start = (int)reader.TokenStartIndex;
        var empty = reader.TokenType == JsonTokenType.Null;
        reader.Skip();
        var value = json[start..(int)reader.BytesConsumed];
        if (!kept)
            return;
        if (empty || !rules.TryGetValue(path, out var rule))
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(value, skipInputValidation: true);
            return;
        }

        applied.Add(rule);
        if (rule.Action == RedactionAction.Mask)
            writer.WriteString(name, Masked);
        else if (rule.Action == RedactionAction.Hash)
            writer.WriteString(name, hash(reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(value)));
    }
}

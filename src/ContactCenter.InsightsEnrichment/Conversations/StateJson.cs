using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>How segments and conversations are written to the database. A new value may be added; none is ever renamed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Segment))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
[JsonSerializable(typeof(Conversation))]
[JsonSerializable(typeof(ConversationCustomer))]
internal sealed partial class StateJson : JsonSerializerContext
{
    private static readonly string[] Maps = ["attributes", "labels", "measures"];

    /// <summary>The names of what differs between two documents, in ordinal order; attributes, labels and measures by their own names.</summary>
    /// <param name="before">A document written by this class.</param>
    /// <param name="after">Another.</param>
    public static List<string> Changes(string before, string after)
    {
        var left = JsonNode.Parse(before)!.AsObject();
        var right = JsonNode.Parse(after)!.AsObject();
        return [.. Differing(left, right).SelectMany(name => Maps.Contains(name) ? Differing(Members(left, name), Members(right, name)) : [name])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static JsonObject Members(JsonObject document, string name) => document[name]?.AsObject() ?? [];

    private static IEnumerable<string> Differing(JsonObject left, JsonObject right) => left.Select(member => member.Key).Union(right.Select(member => member.Key))
        .Where(name => !JsonNode.DeepEquals(left[name], right[name]));
}

/// <summary>Writes texts of the object <c>conversations</c> without making texts of what is part of a JSON.</summary>
internal sealed class ConversationFieldsJson : JsonConverter<FieldValues>
{
    /// <inheritdoc />
    public override FieldValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var values = FieldValues.None(AttributeFields.Conversations).Change();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = AttributeFields.Conversations.Find(reader.GetString());
            reader.Read();
            if (field >= 0)
                values.Set(field, reader.GetString());
        }

        return values.Build();
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, FieldValues value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var field in value.All)
        {
            writer.WritePropertyName(value.Table.Name(field.Field));
            if (field.Text is { } text)
                writer.WriteStringValue(text);
            else
                writer.WriteStringValue(value.Utf8(field));
        }

        writer.WriteEndObject();
    }
}

/// <summary>Reads and writes measures in the ordinal order of their names.</summary>
internal sealed class MeasuresJson : JsonConverter<SortedList<string, double>>
{
    /// <inheritdoc />
    public override SortedList<string, double> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var measures = new SortedList<string, double>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            measures[name] = reader.GetDouble();
        }

        return measures;
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, SortedList<string, double> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, number) in value)
            writer.WriteNumber(name, number);
        writer.WriteEndObject();
    }
}

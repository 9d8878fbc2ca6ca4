using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>What is read of a worker's attributes; own attributes beside them are left alone.</summary>
public sealed record WorkerAttributes
{
    /// <summary>No attributes at all.</summary>
    public static WorkerAttributes Empty { get; } = new();

    /// <summary>The values, in full length.</summary>
    public FieldValues Values { get; private init; } = FieldValues.None(AttributeFields.Workers);

    /// <summary>A value; null if it is not given. Without <c>role</c> the array <c>roles</c> stands for it (INS-46).</summary>
    /// <param name="name">One of the names that are read.</param>
    public string? this[string name] => Values.GetValueOrDefault(name) ?? (name == "role" ? Values.GetValueOrDefault("roles") : null);

    /// <summary>Reads the attributes in one pass.</summary>
    /// <param name="json">The text of the event field, which the result goes on using; empty reads as <see cref="Empty"/>.</param>
    /// <param name="attributes">What was read; <see cref="Empty"/> if the text is not a JSON object.</param>
    /// <returns>False if there is a text and it is not a JSON object.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> json, out WorkerAttributes attributes)
    {
        attributes = Empty;
        if (json.IsEmpty)
            return true;
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            List<string>? ignored = null;
            var values = FieldReader.ReadObject(ref reader, AttributeFields.Workers, json, ref ignored);
            reader.Read();
            attributes = new() { Values = values };
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

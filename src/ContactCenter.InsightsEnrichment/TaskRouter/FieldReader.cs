using System.Text.Json;
using System.Text.Unicode;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>Reads the fields of an attribute object (INS-38, INS-45, INS-46).</summary>
internal static class FieldReader
{
    private const string PathSeparator = " ▸ ";
    private const string ListSeparator = ", ";
    private const int MostUnknown = 20;

    /// <summary>Reads the object that the reader stands on; anything else is no values at all.</summary>
    /// <param name="reader">Stands on the value; afterwards on its end.</param>
    /// <param name="table">The fields that are read.</param>
    /// <param name="source">What the reader reads.</param>
    /// <param name="unknown">Takes the first names that are not in the table, cut to their first 64 characters.</param>
    public static FieldValues ReadObject(ref Utf8JsonReader reader, FieldTable table, ReadOnlyMemory<byte> source, ref List<string>? unknown)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return FieldValues.None(table);
        }

        var values = new FieldValues.Builder(table, source);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryReadMember(ref reader, table, values) && (unknown?.Count ?? 0) < MostUnknown)
                NoteUnknown(ref reader, ref unknown);
        }

        return values.Build();
    }

    /// <summary>
    /// Reads the member whose name the reader stands on: null and an empty text are no value, of a repeated name the last counts.
    /// </summary>
    /// <param name="reader">Afterwards on the end of the member's value, or, if its name is not in the table, still on the name.</param>
    /// <param name="table">The fields that are read.</param>
    /// <param name="values">Takes the value.</param>
    public static bool TryReadMember(ref Utf8JsonReader reader, FieldTable table, FieldValues.Builder values)
    {
        var field = reader.ValueIsEscaped ? table.Find(Text(ref reader)) : table.Find(reader.ValueSpan);
        if (field < 0 && !Utf8.IsValid(reader.ValueSpan))
            throw new JsonException("A name is not valid Unicode.");
        if (field < 0)
            return false;
        reader.Read();
        values.Set(ReadValue(ref reader, (byte)field, table.Form(field)));
        return true;
    }

    /// <summary>The first names in the object that values were read from which have no meaning to anybody here.</summary>
    /// <param name="values">What was read of the object.</param>
    public static IReadOnlyList<string> ForeignNames(FieldValues values)
    {
        List<string>? names = null;
        var reader = new Utf8JsonReader(values.Source.Span);
        while (!values.Source.IsEmpty && reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth > 1)
                continue;
            var name = Text(ref reader);
            if (values.Table.Find(name) < 0 && !AttributeFields.OfTwilio.Contains(name) && (names?.Count ?? 0) < MostUnknown)
                (names ??= []).Add(Cut(name));
            reader.Skip();
        }

        return names ?? [];
    }

    /// <summary>A text, checked to be one.</summary>
    public static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            // The store keeps no NUL in texts.
            return reader.GetString()!.Replace('\0', '\uFFFD');
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("A text is not valid Unicode.", exception);
        }
    }

    private static FieldValue ReadValue(ref Utf8JsonReader reader, byte field, FieldForm form)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when reader.ValueIsEscaped || reader.ValueSpan.Length > ushort.MaxValue:
                return Of(field, Text(ref reader));
            case JsonTokenType.String:
                if (!Utf8.IsValid(reader.ValueSpan))
                    throw new JsonException("A text is not valid Unicode.");
                return reader.ValueSpan.IsEmpty ? None(field) : Part(field, reader.TokenStartIndex + 1, reader.ValueSpan.Length, FieldValueKind.Text);
            case JsonTokenType.Number:
                return Part(field, reader.TokenStartIndex, reader.ValueSpan.Length, FieldValueKind.Number);
            case JsonTokenType.True or JsonTokenType.False:
                return Part(field, reader.TokenStartIndex, reader.ValueSpan.Length, FieldValueKind.Text);
            case JsonTokenType.StartArray when form is FieldForm.Path or FieldForm.List:
                return Join(ref reader, field, form == FieldForm.Path ? PathSeparator : ListSeparator);
            case JsonTokenType.StartArray or JsonTokenType.StartObject:
                var start = reader.TokenStartIndex;
                reader.Skip();
                var length = reader.BytesConsumed - start;
                return form == FieldForm.Json ? Part(field, start, length, FieldValueKind.Json) : NotScalar(field);
            default:
                return None(field);
        }
    }

    private static FieldValue Join(ref Utf8JsonReader reader, byte field, string separator)
    {
        var elements = new List<string>();
        var scalar = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
                elements.Add(Text(ref reader));
            else if (reader.TokenType is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False)
                elements.Add(System.Text.Encoding.UTF8.GetString(reader.ValueSpan));
            else
                scalar &= reader.TokenType == JsonTokenType.Null;
            reader.Skip();
        }

        elements.RemoveAll(element => element.Length == 0);
        return scalar ? Of(field, string.Join(separator, elements)) : NotScalar(field);
    }

    private static FieldValue None(byte field) => new() { Field = field };

    private static FieldValue NotScalar(byte field) => new() { Field = field, Kind = FieldValueKind.NotScalar };

    private static FieldValue Of(byte field, string text) => text.Length == 0 ? None(field) : new() { Field = field, Kind = FieldValueKind.Text, Text = text };

    private static FieldValue Part(byte field, long start, long length, FieldValueKind kind) =>
        length <= ushort.MaxValue
            ? new() { Field = field, Kind = kind, Start = (int)start, Length = (ushort)length }
            : NotScalar(field);

    private static void NoteUnknown(ref Utf8JsonReader reader, ref List<string>? unknown)
    {
        (unknown ??= []).Add(Cut(Text(ref reader)));
        reader.Skip();
    }

    private static string Cut(string name) => name.Length <= FieldTable.LongestName ? name : name[..FieldTable.LongestName];
}

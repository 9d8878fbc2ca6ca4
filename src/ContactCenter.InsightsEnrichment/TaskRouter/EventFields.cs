using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>The fields of one event, whichever form it arrived in.</summary>
public sealed class EventFields
{
    private const int LongestName = 64;

    private static readonly EventField[] All = Enum.GetValues<EventField>();

    private static readonly FrozenDictionary<string, EventField>.AlternateLookup<ReadOnlySpan<char>> ByName = All
        .ToFrozenDictionary(field => field.ToString().ToLowerInvariant(), StringComparer.Ordinal)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly ReadOnlyMemory<byte>[] _values = new ReadOnlyMemory<byte>[All.Length];

    /// <summary>The text of a field; null if it is absent or empty.</summary>
    /// <param name="field">Which.</param>
    public string? this[EventField field] =>
        _values[(int)field] is { IsEmpty: false } value ? Encoding.UTF8.GetString(value.Span).Replace('\0', '\uFFFD') : null;

    /// <summary>The text of a field as UTF-8; empty if it is absent.</summary>
    /// <param name="field">Which.</param>
    public ReadOnlyMemory<byte> Utf8(EventField field) => _values[(int)field];

    /// <summary>Reads a form post. Of a repeated name the first value counts.</summary>
    /// <param name="form">The body.</param>
    public static EventFields Read(FormBody form)
    {
        var fields = new EventFields();
        Span<char> name = stackalloc char[LongestName];
        for (var i = 0; i < form.Count; i++)
        {
            if (form.Name(i).Length <= LongestName && Encoding.UTF8.TryGetChars(form.Name(i), name, out var length))
                fields.Set(name[..length], form.Value(i));
        }

        return fields;
    }

    /// <summary>Reads the payload of an Event Streams item; members that are no text keep their JSON spelling.</summary>
    /// <param name="payload">A JSON object.</param>
    public static EventFields Read(JsonElement payload)
    {
        var fields = new EventFields();
        foreach (var member in payload.EnumerateObject())
            fields.Set(member.Name, Encoding.UTF8.GetBytes(TextOf(member.Value)));
        return fields;
    }

    /// <summary>Reads an item of the REST API's list of events: some fields at its root, the others in <c>event_data</c>.</summary>
    /// <param name="item">The item; anything but an object has no fields.</param>
    public static EventFields ReadListed(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
            return new();
        var fields = Read(item);
        fields._values[(int)EventField.EventDescription] = Text(item, "description");
        fields._values[(int)EventField.Timestamp] = Text(item, "event_date");
        fields._values[(int)EventField.TimestampMs] = Text(item, "event_date_ms");
        if (item.TryGetProperty("event_data"u8, out var data) && data.ValueKind == JsonValueKind.Object)
        {
            // What the root says is not said again.
            var inner = Read(data);
            foreach (var field in All)
            {
                if (fields._values[(int)field].IsEmpty)
                    fields._values[(int)field] = inner._values[(int)field];
            }
        }

        return fields;

        static ReadOnlyMemory<byte> Text(JsonElement item, string name) =>
            item.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? Encoding.UTF8.GetBytes(value.ToString()) : default;
    }

    /// <summary>The text of a payload's member.</summary>
    /// <param name="value">Its value.</param>
    internal static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    /// <summary>The field of a name in either spelling; null if it is none that is read.</summary>
    /// <param name="name">As a form or a payload writes it.</param>
    internal static EventField? FieldOf(ReadOnlySpan<char> name)
    {
        if (name.Length > LongestName)
            return null;
        Span<char> normal = stackalloc char[LongestName];
        var length = 0;
        foreach (var character in name)
        {
            if (character != '_')
                normal[length++] = char.ToLowerInvariant(character);
        }

        return ByName.TryGetValue(normal[..length], out var field) ? field : null;
    }

    private void Set(ReadOnlySpan<char> name, ReadOnlyMemory<byte> value)
    {
        if (FieldOf(name) is { } field && _values[(int)field].IsEmpty)
            _values[(int)field] = value;
    }
}

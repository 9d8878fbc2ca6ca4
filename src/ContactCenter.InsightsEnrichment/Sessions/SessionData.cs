using System.Globalization;
using System.Text.Json;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>The fields of a JSON object, found without regard to case (INS-27); of a name given twice the last counts.</summary>
public sealed class SessionData
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.OrdinalIgnoreCase);

    private SessionData()
    {
    }

    /// <summary>No fields.</summary>
    public static SessionData Empty { get; } = new();

    /// <summary>The names as given.</summary>
    public IEnumerable<string> Names => _fields.Keys;

    /// <summary>Takes the fields of an object.</summary>
    /// <param name="element">A JSON object.</param>
    public static SessionData Of(JsonElement element)
    {
        var data = new SessionData();
        foreach (var member in element.EnumerateObject())
            data._fields[member.Name] = member.Value;
        return data;
    }

    /// <summary>The value of a field; null if it is absent or JSON null.</summary>
    /// <param name="name">Its name.</param>
    public JsonElement? Element(string name) =>
        _fields.TryGetValue(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    /// <summary>A text; a number or boolean in its JSON spelling; null for anything else, and for an empty text.</summary>
    /// <param name="name">Name of the field.</param>
    public string? Text(string name) => Element(name) switch
    {
        { ValueKind: JsonValueKind.String } value => value.GetString() is { Length: > 0 } text ? text : null,
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } value => value.GetRawText(),
        _ => null,
    };

    /// <summary>A whole number, also if it is written as a text; null for anything else.</summary>
    /// <param name="name">Name of the field.</param>
    public long? Number(string name) =>
        long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A boolean; null for anything else.</summary>
    /// <param name="name">Name of the field.</param>
    public bool? Flag(string name) => Element(name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>A time in one of the accepted spellings (INS-12).</summary>
    /// <param name="name">Name of the field.</param>
    public DateTimeOffset? Time(string name) => EventTime.Read(Text(name)) is { } time && EventTime.IsAccepted(time) ? time : null;

    /// <summary>An object; without one, <see cref="Empty"/>.</summary>
    /// <param name="name">Name of the field.</param>
    public SessionData Nested(string name) => Element(name) is { ValueKind: JsonValueKind.Object } value ? Of(value) : Empty;
}

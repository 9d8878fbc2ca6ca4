using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>Writes one field of an object.</summary>
/// <typeparam name="T">What the object is written from.</typeparam>
/// <param name="writer">Where to; the name has been written.</param>
/// <param name="value">What from.</param>
internal delegate void FieldWriter<in T>(WireWriter writer, T value);

/// <summary>Our fields of one kind of object, and how each is written.</summary>
/// <typeparam name="T">What the object is written from.</typeparam>
/// <param name="section">Its name in profiles.</param>
/// <param name="fields">By their names.</param>
internal sealed class WireObject<T>(string section, IReadOnlyDictionary<string, FieldWriter<T>> fields)
{
    private readonly ConditionalWeakTable<WireProfile, (JsonEncodedText Name, FieldWriter<T> Write)[]> _picked = [];

    /// <summary>Picks the fields that a profile maps, in its order, then its constants.</summary>
    public (JsonEncodedText Name, FieldWriter<T> Write)[] In(WireProfile profile) => _picked.GetValue(
        profile,
        picked =>
        [
            .. picked.Fields(section).Select(field => (field.Value, fields[field.Key])),
            .. picked.Constants(section).Select(constant => (constant.Key, new FieldWriter<T>((writer, _) => writer.Constant(constant.Value)))),
        ]);
}

/// <summary>Writes JSON as a profile wants it (WFM-91).</summary>
/// <param name="json">Where to.</param>
/// <param name="profile">The profile.</param>
internal sealed class WireWriter(Utf8JsonWriter json, WireProfile profile)
{
    /// <summary>The profile.</summary>
    public WireProfile Profile => profile;

    public void Text(string? text) => json.WriteStringValue(text);

    public void Number(long number) => json.WriteNumberValue(number);

    public void Number(double? number)
    {
        if (number is { } value)
            json.WriteNumberValue((decimal)value);
        else
            json.WriteNullValue();
    }

    public void Constant(string value) => json.WriteRawValue(value);

    public void Flag(bool flag) => json.WriteBooleanValue(flag);

    public void Time(DateTime? time)
    {
        if (time is not { } moment)
            json.WriteNullValue();
        else if (profile.Times == "ISO_8601")
            json.WriteStringValue(moment.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        else
            json.WriteNumberValue((moment - DateTime.UnixEpoch).Ticks / (profile.Times == "EPOCH_SECONDS" ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMillisecond));
    }

    public void Object<T>((JsonEncodedText Name, FieldWriter<T> Write)[] fields, T value)
    {
        json.WriteStartObject();
        foreach (var (name, write) in fields)
        {
            json.WritePropertyName(name);
            write(this, value);
        }

        json.WriteEndObject();
    }

    public void Array<T>((JsonEncodedText Name, FieldWriter<T> Write)[] fields, IEnumerable<T> values)
    {
        json.WriteStartArray();
        foreach (var value in values)
            Object(fields, value);
        json.WriteEndArray();
    }

    /// <summary>One of the two parts of a queue report: never null, never left out (WFM-61).</summary>
    public void Section<T>(string rowsName, (JsonEncodedText Name, FieldWriter<T> Write)[] fields, IEnumerable<T> values)
    {
        if (profile.HasArraySections)
        {
            Array(fields, values);
            return;
        }

        json.WriteStartObject();
        json.WritePropertyName(rowsName);
        Array(fields, values);
        json.WriteEndObject();
    }
}

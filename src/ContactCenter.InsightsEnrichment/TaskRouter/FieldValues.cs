using System.Buffers;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>
/// Values of the fields of one table, in the order of their names. A value that was read and not changed stays part of
/// the JSON that it was read from: a text is only made of it for who asks for one.
/// </summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is read as values, not kept as a collection.")]
public sealed class FieldValues : IReadOnlyDictionary<string, string>
{
    private readonly FieldValue[] _values;

    private FieldValues(FieldTable table, ReadOnlyMemory<byte> source, FieldValue[] values) => (Table, Source, _values) = (table, source, values);

    /// <summary>The fields that may have values.</summary>
    public FieldTable Table { get; }

    /// <inheritdoc />
    public int Count => _values.Length;

    /// <inheritdoc />
    public IEnumerable<string> Keys => _values.Select(value => Table.Name(value.Field));

    /// <inheritdoc />
    public IEnumerable<string> Values => _values.Select(Text);

    /// <summary>The JSON that values may be part of.</summary>
    internal ReadOnlyMemory<byte> Source { get; }

    /// <summary>The values that are there, by field.</summary>
    internal ReadOnlySpan<FieldValue> All => _values;

    /// <inheritdoc />
    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"No value of {key}.");

    /// <summary>No values at all.</summary>
    /// <param name="table">The fields that might have values.</param>
    public static FieldValues None(FieldTable table) => new(table, default, []);

    /// <inheritdoc />
    public bool ContainsKey(string key) => TryGet(Table.Find(key), out _);

    /// <inheritdoc />
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        value = TryGet(Table.Find(key), out var found) && found.Kind != FieldValueKind.NotScalar ? Text(found) : null;
        return value is not null;
    }

    /// <summary>A field's text; null if it has no value.</summary>
    /// <param name="field">Number of the field in the table.</param>
    internal string? Text(int field) => TryGet(field, out var value) && value.Kind != FieldValueKind.NotScalar ? Text(value) : null;

    /// <summary>The text of a value of this object.</summary>
    internal string Text(FieldValue value) => value.Text ?? Encoding.UTF8.GetString(Utf8(value));

    /// <summary>The UTF-8 of a value of this object that has no text of its own.</summary>
    internal ReadOnlySpan<byte> Utf8(FieldValue value) => Source.Span.Slice(value.Start, value.Length);

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() =>
        _values.Where(value => value.Kind != FieldValueKind.NotScalar).Select(value => KeyValuePair.Create(Table.Name(value.Field), Text(value))).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>These values with some replaced.</summary>
    /// <param name="changes">New texts by name; an empty one removes the value.</param>
    public FieldValues With(IEnumerable<KeyValuePair<string, string>> changes)
    {
        var builder = Change();
        foreach (var value in _values)
            builder.Set(value);
        foreach (var (name, text) in changes)
            builder.Set(Table.Find(name), text.Length > 0 ? text : null);
        return builder.Build();
    }

    /// <summary>The same values, each with a text of its own, so that they can stand among those of another JSON.</summary>
    public FieldValues Detached() => new(Table, default, [.. _values.Select(value => value.Kind == FieldValueKind.NotScalar ? value : value with { Text = Text(value) })]);

    /// <summary>Begins other values of the same table that may share parts with these.</summary>
    internal Builder Change() => new(Table, Source);

    private bool TryGet(int field, out FieldValue value)
    {
        foreach (var candidate in _values)
        {
            if (candidate.Field == field)
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Collects values. Of a repeated field the last counts.</summary>
    internal readonly struct Builder
    {
        private readonly FieldTable _table;
        private readonly ReadOnlyMemory<byte> _source;
        private readonly FieldValue[] _values;

        /// <summary>Begins with no values.</summary>
        /// <param name="table">The fields.</param>
        /// <param name="source">The JSON that values may be part of.</param>
        public Builder(FieldTable table, ReadOnlyMemory<byte> source)
        {
            (_table, _source) = (table, source);

            // Empty, as each is given back so.
            _values = ArrayPool<FieldValue>.Shared.Rent(table.Count);
        }

        /// <summary>Whether a field has a value by now.</summary>
        public bool Has(int field) => _values[field].Kind != FieldValueKind.None;

        /// <summary>A field's value by now.</summary>
        public FieldValue Get(int field) => _values[field];

        /// <summary>The text that a field has been set to; null if it has none of its own.</summary>
        public string? Text(int field) => _values[field].Text;

        /// <summary>Sets a value that belongs to the same source.</summary>
        public void Set(FieldValue value) => _values[value.Field] = value;

        /// <summary>Sets a text; null removes the value.</summary>
        public void Set(int field, string? text) => _values[field] = text is null ? default : new() { Field = (byte)field, Kind = FieldValueKind.Text, Text = text };

        /// <summary>Ends the collection.</summary>
        public FieldValues Build()
        {
            var all = _values.AsSpan(0, _table.Count);
            var count = 0;
            foreach (var value in all)
                count += value.Kind == FieldValueKind.None ? 0 : 1;
            var values = count == 0 ? [] : new FieldValue[count];
            foreach (var value in all)
            {
                if (value.Kind != FieldValueKind.None)
                    values[^count--] = value;
            }

            all.Clear();
            ArrayPool<FieldValue>.Shared.Return(_values);
            return new(_table, _source, values);
        }
    }
}

/// <summary>One value: a text of its own, or a part of the JSON that it was read from.</summary>
internal readonly struct FieldValue
{
    /// <summary>The text; null if it is part of the JSON.</summary>
    public string? Text { get; init; }

    /// <summary>Where it begins in the JSON, without quotation mark.</summary>
    public int Start { get; init; }

    /// <summary>Its length in bytes.</summary>
    public ushort Length { get; init; }

    /// <summary>Number of the field.</summary>
    public byte Field { get; init; }

    /// <summary>What it is.</summary>
    public FieldValueKind Kind { get; init; }
}

/// <summary>What a value is.</summary>
internal enum FieldValueKind : byte
{
    /// <summary>No value.</summary>
    None,

    /// <summary>A text.</summary>
    Text,

    /// <summary>JSON in its spelling, where the field takes any.</summary>
    Json,

    /// <summary>A number in its JSON spelling.</summary>
    Number,

    /// <summary>An array or object that the field does not take (INS-45).</summary>
    NotScalar,
}

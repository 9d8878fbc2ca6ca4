using System.Text.Encodings.Web;
using System.Text.Json;

namespace ContactCenter.FollowUpScheduler.Templates;

/// <summary>Values that templates refer to. Inner values hide outer ones and vanish with them, so a record's steps leave no trace in the poll (FUP-19).</summary>
/// <param name="outer">What holds around these; null for nothing.</param>
public sealed class TemplateValues(TemplateValues? outer = null)
{
    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);
    private int _missing;

    internal static JsonSerializerOptions Compact { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How many values were missing in texts (FUP-35), inner ones included.</summary>
    public int Missing => outer?.Missing ?? _missing;

    /// <summary>Sets a value.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    public void Set(string scope, string name, JsonElement value) => _values[$"{scope}.{name}"] = value;

    /// <summary>Sets a text; one that is empty is missing.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="name">The name.</param>
    /// <param name="text">The text.</param>
    public void Set(string scope, string name, string? text)
    {
        if (text is { Length: > 0 })
            Set(scope, name, JsonSerializer.SerializeToElement(text));
    }

    /// <summary>Sets a number.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="name">The name.</param>
    /// <param name="number">The number.</param>
    public void Set(string scope, string name, long number) => Set(scope, name, JsonSerializer.SerializeToElement(number));

    /// <summary>Finds a value.</summary>
    /// <param name="reference">What is asked for.</param>
    /// <returns>Null if it is missing.</returns>
    public JsonElement? Find(Reference reference)
    {
        if (Root(reference.Key) is not { } value)
            return null;
        foreach (var part in reference.Path)
        {
            if (part is int index
                ? value.ValueKind != JsonValueKind.Array || index >= value.GetArrayLength()
                : value.ValueKind != JsonValueKind.Object || !value.TryGetProperty((string)part, out _))
                return null;
            value = part is int element ? value[element] : value.GetProperty((string)part);
        }

        return value;
    }

    internal void CountMissing()
    {
        if (outer is null)
            Interlocked.Increment(ref _missing);
        else
            outer.CountMissing();
    }

    private JsonElement? Root(string key) => _values.TryGetValue(key, out var value) ? value : outer?.Root(key);
}

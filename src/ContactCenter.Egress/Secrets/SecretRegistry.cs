using System.Buffers;

namespace ContactCenter.Egress.Secrets;

/// <summary>The secret values that this process holds, so that no text leaves with one of them (SEC-4).</summary>
/// <remarks>Values of fewer than 6 characters are not taken: masking them would eat ordinary words. The newest 10,000 are kept.</remarks>
public sealed class SecretRegistry
{
    private const int MinLength = 6;
    private const int Capacity = 10_000;

    private readonly Lock _lock = new();
    private readonly LinkedList<string> _order = [];
    private readonly Dictionary<string, LinkedListNode<string>> _values = new(StringComparer.Ordinal);
    private volatile SearchValues<string>? _search;
    private volatile bool _isEmpty = true;

    /// <summary>Registers a value.</summary>
    /// <param name="value">The secret in plain text.</param>
    public void Add(string value)
    {
        if (value.Length < MinLength)
            return;

        lock (_lock)
        {
            if (_values.TryGetValue(value, out var known))
            {
                _order.Remove(known);
                _order.AddLast(known);
                return;
            }

            _values[value] = _order.AddLast(value);
            if (_values.Count > Capacity && _order.First is { } oldest)
            {
                _order.RemoveFirst();
                _values.Remove(oldest.Value);
            }

            _search = null;
            _isEmpty = false;
        }
    }

    /// <summary>Replaces every registered value in a text.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The same text, or one with each value replaced by <c>[redacted]</c>.</returns>
    public string Mask(string text)
    {
        if (_isEmpty || text.Length < MinLength || text.AsSpan().IndexOfAny(Search()) < 0)
            return text;

        string[] longestFirst;
        lock (_lock)
            longestFirst = [.. _values.Keys.OrderByDescending(value => value.Length)];
        foreach (var value in longestFirst)
            text = text.Replace(value, Redactor.Mask, StringComparison.Ordinal);
        return text;
    }

    private SearchValues<string> Search()
    {
        if (_search is { } ready)
            return ready;
        lock (_lock)
            return _search ??= SearchValues.Create([.. _values.Keys], StringComparison.Ordinal);
    }
}

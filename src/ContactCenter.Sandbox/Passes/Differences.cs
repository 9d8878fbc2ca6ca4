using System.Text.Json;
using System.Text.Json.Serialization;

namespace ContactCenter.Sandbox.Passes;

/// <summary>What one part of the suite shows differently from the truth.</summary>
/// <param name="What">What was compared, in plural.</param>
/// <param name="Missing">Entries of the truth that are not shown.</param>
/// <param name="Unexpected">Entries shown that are not true.</param>
public sealed record Differences(string What, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected)
{
    // Short, and exact to the tick; a record's own text cuts times to the second.
    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Whether nothing differs.</summary>
    public bool None => Missing.Count == 0 && Unexpected.Count == 0;

    /// <summary>Compares two sets of facts; an entry that is shown twice is one too many.</summary>
    /// <typeparam name="T">A record whose equality is that of its facts.</typeparam>
    /// <param name="what">What is compared, in plural.</param>
    /// <param name="truth">What must be shown.</param>
    /// <param name="shown">What is shown.</param>
    /// <returns>The differences, in the order of the two sets.</returns>
    public static Differences Between<T>(string what, IEnumerable<T> truth, IEnumerable<T> shown)
        where T : notnull
    {
        var open = truth.CountBy(t => t).ToDictionary();
        var unexpected = new List<string>();
        foreach (var entry in shown)
        {
            if (open.TryGetValue(entry, out var count))
                open[entry] = count - 1;
            if (count <= 0)
                unexpected.Add(JsonSerializer.Serialize(entry, Json));
        }
        return new Differences(what, [.. open.Where(o => o.Value > 0).Select(o => JsonSerializer.Serialize(o.Key, Json))], unexpected);
    }

    /// <summary>One line for each difference.</summary>
    /// <returns>The lines; none when nothing differs.</returns>
    public IEnumerable<string> Lines() =>
    [
        .. Missing.Select(m => $"missing    {m}"),
        .. Unexpected.Select(u => $"unexpected {u}"),
    ];
}

using System.Text.Json;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>A value that differs from the revision before.</summary>
/// <param name="Report">Name of the list: on the wire.</param>
/// <param name="Row">What identifies the row.</param>
/// <param name="Measure">Name on the wire.</param>
/// <param name="Old">JSON; null if the row is new.</param>
/// <param name="New">JSON; null if the row is gone.</param>
public sealed record ReportChange(string Report, string Row, string Measure, string? Old, string? New);

/// <summary>Compares two revisions of a report (WFM-74).</summary>
internal static class ReportChanges
{
    /// <summary>Every value that differs.</summary>
    /// <param name="before">Bytes of the revision before.</param>
    /// <param name="after">Bytes of the new one.</param>
    /// <param name="profile">Which both were written with.</param>
    public static IReadOnlyList<ReportChange> Between(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, WireProfile profile)
    {
        using var old = JsonDocument.Parse(before);
        using var @new = JsonDocument.Parse(after);
        var identity = new[] { ("activity", "start"), ("agent_queue", "queue_id"), ("queue", "queue_id"), ("agent_queue", "agent_id"), ("activity", "agent_id") }
            .Select(name => profile.Fields(name.Item1).FirstOrDefault(field => field.Key == name.Item2).Value.Value).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var (oldRows, newRows) = (Rows(old.RootElement, "", identity), Rows(@new.RootElement, "", identity));
        var changes = new List<ReportChange>();
        foreach (var key in oldRows.Keys.Union(newRows.Keys))
        {
            var (oldValues, newValues) = (Values(oldRows.GetValueOrDefault(key)), Values(newRows.GetValueOrDefault(key)));
            foreach (var measure in oldValues.Keys.Union(newValues.Keys))
            {
                var (oldValue, newValue) = (oldValues.GetValueOrDefault(measure), newValues.GetValueOrDefault(measure));
                if (oldValue != newValue)
                    changes.Add(new(key.List, key.Row, measure, oldValue, newValue));
            }
        }

        return changes;
    }

    private static Dictionary<(string List, string Row), JsonElement> Rows(JsonElement element, string name, HashSet<string> identity)
    {
        var rows = new Dictionary<(string, string), JsonElement>();
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var (key, row) in Rows(property.Value, property.Name, identity))
                    rows.Add(key, row);
            }
            else if (property.Value.ValueKind == JsonValueKind.Array)
            {
                foreach (var row in property.Value.EnumerateArray())
                    rows[(name.Length > 0 ? name : property.Name, string.Join(' ', row.EnumerateObject().Where(field => identity.Contains(field.Name)).Select(field => field.Value.ToString())))] = row;
            }
        }

        return rows;
    }

    private static Dictionary<string, string?> Values(JsonElement row) => row.ValueKind == JsonValueKind.Object
        ? row.EnumerateObject().ToDictionary(field => field.Name, string? (field) => field.Value.GetRawText(), StringComparer.Ordinal)
        : [];
}

using System.Text.Json.Nodes;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.InsightsEnrichment.Warnings;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>Finds what was written to workers and is missing from a later event, as after a log-in by single sign-on (INS-100).</summary>
internal static class OverwrittenAttributes
{
    private const string Code = "worker_attributes_overwritten";

    /// <summary>One warning per attribute and write: the same attributes come with every event of a worker.</summary>
    /// <param name="connection">In the transaction that decides about the events.</param>
    /// <param name="events">Events of workers.</param>
    public static async Task<IReadOnlyList<Warning>> FindAsync(NpgsqlConnection connection, IReadOnlyCollection<RawEvent> events)
    {
        if (events.Count == 0)
            return [];
        var written = (await WorkerUpdateStore.WrittenAsync(connection, [.. events.Select(raw => raw.WorkerSid!).Distinct(StringComparer.Ordinal)]))
            .ToLookup(update => update.WorkerSid, StringComparer.Ordinal);
        var warnings = new List<Warning>();
        var overwritten = new HashSet<WrittenAttributes>();
        foreach (var raw in events.OrderBy(raw => raw.EventTime))
        {
            var updates = written[raw.WorkerSid!].Where(update => update.WrittenTime < raw.EventTime && !overwritten.Contains(update)).ToList();
            if (updates.Count == 0 || raw.ReadFields()[EventField.WorkerAttributes] is not { } text || AttributeMerge.Parse(text) is not { } attributes)
                continue;
            var missing = updates.Select(update => AttributeMerge.Parse(update.Attributes)!).Aggregate(AttributeMerge.Add)
                .Where(change => change.Value is not null && !Has(attributes, change.Key, change.Value)).ToList();
            if (missing.Count == 0)
                continue;
            overwritten.UnionWith(updates);
            warnings.AddRange(missing.Select(change => new Warning(
                raw.AccountSid ?? "", Code, SegmentAttributes.Cut(change.Key.Replace('\0', '\uFFFD')), (change.Value as JsonValue)?.ToString().Replace('\0', '\uFFFD'), raw.RawEventId)));
        }

        await WorkerUpdateStore.SetOverwrittenAsync(connection, overwritten);
        return warnings;
    }

    private static bool Has(JsonObject attributes, string name, JsonNode value) =>
        JsonNode.DeepEquals(AttributeMerge.Into((JsonObject)attributes.DeepClone(), new() { [name] = value.DeepClone() }), attributes);
}

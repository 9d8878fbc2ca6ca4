using ContactCenter.InsightsEnrichment.RawEvents;
using Npgsql;
using NpgsqlTypes;

namespace ContactCenter.InsightsEnrichment.Hipaa;

/// <summary>The SQL by which events that were filtered leave their traces; it runs in the transaction that stores them.</summary>
internal static class EntryFilterStore
{
    /// <summary>Commands that keep sealed bodies and count redactions; none if there is nothing of it.</summary>
    /// <param name="events">Events that are stored.</param>
    public static IEnumerable<NpgsqlBatchCommand> Commands(IReadOnlyList<RawEvent> events)
    {
        var quarantined = events.Where(raw => raw.Quarantined is not null).ToList();
        if (quarantined.Count > 0)
        {
            yield return new("INSERT INTO insights.quarantine (raw_event_id, received_time, data_key, sealed) SELECT * FROM unnest($1, $2, $3, $4)")
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid[]> { TypedValue = [.. quarantined.Select(raw => raw.RawEventId)] },
                    new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. quarantined.Select(raw => raw.ReceivedTime)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                    new NpgsqlParameter<string[]> { TypedValue = [.. quarantined.Select(raw => raw.Quarantined!.Key)] },
                    new NpgsqlParameter<byte[][]> { TypedValue = [.. quarantined.Select(raw => raw.Quarantined!.Box)] },
                },
            };
        }

        // In the order of the key, so that two transactions never wait for each other.
        var counts = events.SelectMany(raw => raw.Redacted, (raw, rule) => (Day: DateOnly.FromDateTime(raw.ReceivedTime.UtcDateTime), rule.Field, Action: rule.Action.ToString().ToLowerInvariant()))
            .GroupBy(applied => applied).Select(group => (group.Key, Count: group.LongCount()))
            .OrderBy(row => row.Key.Day).ThenBy(row => row.Key.Field, StringComparer.Ordinal).ThenBy(row => row.Key.Action, StringComparer.Ordinal).ToList();
        if (counts.Count > 0)
        {
            yield return new(
                """
                INSERT INTO insights.redactions AS r (day, field, action, count) SELECT * FROM unnest($1, $2, $3, $4)
                ON CONFLICT (day, field, action) DO UPDATE SET count = r.count + excluded.count
                """)
            {
                Parameters =
                {
                    new NpgsqlParameter<DateOnly[]> { TypedValue = [.. counts.Select(row => row.Key.Day)] },
                    new NpgsqlParameter<string[]> { TypedValue = [.. counts.Select(row => row.Key.Field)] },
                    new NpgsqlParameter<string[]> { TypedValue = [.. counts.Select(row => row.Key.Action)] },
                    new NpgsqlParameter<long[]> { TypedValue = [.. counts.Select(row => row.Count)] },
                },
            };
        }
    }
}

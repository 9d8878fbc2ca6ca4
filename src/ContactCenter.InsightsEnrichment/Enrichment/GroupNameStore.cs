using ContactCenter.InsightsEnrichment.Conversations;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>All SQL of the names of teams and departments, which belong to their ids (INS-51).</summary>
internal static class GroupNameStore
{
    private static readonly string[] Kinds = ["team", "department"];

    /// <summary>Notes the names that segments have, each unless a later event gave another.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, IEnumerable<SegmentState> segments)
    {
        var rows = (from state in segments
                    where !state.Withdrawn
                    from kind in Kinds
                    let id = Value(state.Segment, kind, "id")
                    let name = Value(state.Segment, kind, "name")
                    where id is not null && name is not null
                    let time = state.Segment.EndTime ?? state.Segment.StartTime
                    group (Name: name, Path: Value(state.Segment, kind, "name_in_hierarchy"), Time: time) by (state.AccountSid, kind, id) into named
                    orderby named.Key.AccountSid, named.Key.kind, named.Key.id
                    select (named.Key, Latest: named.MaxBy(name => (name.Time, name.Name, name.Path)))).ToList();
        if (rows.Count == 0)
            return;
        await connection.ExecuteAsync(
            """
            INSERT INTO insights.group_names AS n (account_sid, kind, group_id, name, name_in_hierarchy, event_time)
            SELECT * FROM unnest(@accounts, @kinds, @ids, @names, @paths, @times)
            ON CONFLICT (account_sid, kind, group_id) DO UPDATE
            SET name = excluded.name, name_in_hierarchy = excluded.name_in_hierarchy, event_time = excluded.event_time
            WHERE (excluded.event_time, excluded.name COLLATE "C") > (n.event_time, n.name COLLATE "C")
            """,
            new
            {
                accounts = rows.Select(row => row.Key.AccountSid).ToArray(),
                kinds = rows.Select(row => row.Key.kind).ToArray(),
                ids = rows.Select(row => row.Key.id).ToArray(),
                names = rows.Select(row => row.Latest.Name).ToArray(),
                paths = rows.Select(row => row.Latest.Path).ToArray(),
                times = rows.Select(row => row.Latest.Time).ToArray(),
            });
    }

    /// <summary>Segments with the latest names of their teams and departments.</summary>
    public static async Task<List<Stored<Segment>>> ApplyAsync(NpgsqlConnection connection, List<Stored<Segment>> segments)
    {
        var keys = (from stored in segments
                    from kind in Kinds
                    let id = Value(stored.Value, kind, "id")
                    where id is not null
                    select (stored.AccountSid, kind, id)).Distinct().ToList();
        if (keys.Count == 0)
            return segments;
        var names = (await connection.QueryAsync<(string Account, string Kind, string Id, string Name, string? Path)>(
            """
            SELECT account_sid, kind, group_id, name, name_in_hierarchy FROM insights.group_names
            JOIN unnest(@accounts, @kinds, @ids) AS k (account_sid, kind, group_id) USING (account_sid, kind, group_id)
            """,
            new { accounts = keys.Select(key => key.AccountSid).ToArray(), kinds = keys.Select(key => key.kind).ToArray(), ids = keys.Select(key => key.id).ToArray() }))
            .ToDictionary(row => (row.Account, row.Kind, row.Id), row => (row.Name, row.Path));
        return [.. segments.Select(stored => stored with { Value = stored.Value with { Attributes = stored.Value.Attributes.With(Named(stored)) } })];

        IEnumerable<KeyValuePair<string, string>> Named(Stored<Segment> stored)
        {
            foreach (var kind in Kinds)
            {
                if (Value(stored.Value, kind, "id") is { } id && names.TryGetValue((stored.AccountSid, kind, id), out var latest))
                {
                    yield return new($"handling_{kind}_name", latest.Name);
                    yield return new($"handling_{kind}_name_in_hierarchy", latest.Path ?? "");
                }
            }
        }
    }

    private static string? Value(Segment segment, string kind, string part) => segment.Attributes.GetValueOrDefault($"handling_{kind}_{part}");
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>All SQL by which enrichment reads and writes agents, their statuses and activities: one statement each, for any number of rows.</summary>
/// <param name="connection">In the transaction of the batch.</param>
internal sealed class AgentBatchStore(NpgsqlConnection connection)
{
    /// <summary>Waits until no other transaction works on these workers and activities; the order of the locks excludes deadlocks.</summary>
    public Task LockAsync(IReadOnlyCollection<string> sids) => sids.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(
        "SELECT pg_advisory_xact_lock(id) FROM (SELECT DISTINCT unnest(@locks) AS id ORDER BY id) AS ordered",
        new { locks = sids.Select(sid => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"agents/{sid}")))).ToArray() });

    /// <summary>What the latest event said about activities.</summary>
    public async Task<List<ActivityEvent>> ActivitiesAsync(string[] sids) =>
        [.. (await connection.QueryAsync<(string, string, string, bool, bool, DateTime, string)>(
            "SELECT activity_sid, account_sid, name, available, deleted, event_time, event_key FROM insights.activities WHERE activity_sid = ANY(@sids)", new { sids }))
            .Select(row => new ActivityEvent(row.Item1, row.Item2, row.Item3, row.Item4, row.Item5, new(row.Item6), row.Item7))];

    /// <summary>Whether agents in an activity take offers, by activity.</summary>
    public async Task<Dictionary<string, bool>> AvailableAsync() =>
        (await connection.QueryAsync<(string Sid, bool Available)>("SELECT activity_sid, available FROM insights.activities WHERE NOT deleted"))
            .ToDictionary(row => row.Sid, row => row.Available, StringComparer.Ordinal);

    /// <summary>Writes what events say about activities.</summary>
    public Task WriteActivitiesAsync(IReadOnlyList<ActivityEvent> activities, DateTimeOffset now) => activities.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(
        """
        INSERT INTO insights.activities (activity_sid, account_sid, name, available, deleted, event_time, event_key, update_time)
        SELECT r.*, @now FROM unnest(@sids, @accounts, @names, @available, @deleted, @times, @keys) AS r
        ON CONFLICT (activity_sid) DO UPDATE SET name = excluded.name, available = excluded.available, deleted = excluded.deleted,
          event_time = excluded.event_time, event_key = excluded.event_key, update_time = excluded.update_time
        """,
        new
        {
            sids = activities.Select(activity => activity.ActivitySid).ToArray(),
            accounts = activities.Select(activity => activity.AccountSid).ToArray(),
            names = activities.Select(activity => activity.Name).ToArray(),
            available = activities.Select(activity => activity.Available).ToArray(),
            deleted = activities.Select(activity => activity.Deleted).ToArray(),
            times = activities.Select(activity => activity.Time).ToArray(),
            keys = activities.Select(activity => activity.Key).ToArray(),
            now,
        });

    /// <summary>Agents as stored.</summary>
    public async Task<List<Agent>> AgentsAsync(string[] sids) =>
        [.. (await connection.QueryAsync<AgentRow>($"SELECT {AgentRow.Columns} FROM insights.agents a WHERE a.agent_sid = ANY(@sids)", new { sids })).Select(row => row.ToAgent())];

    /// <summary>Writes agents.</summary>
    public Task WriteAgentsAsync(IReadOnlyList<Agent> agents) => agents.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(
        """
        INSERT INTO insights.agents (agent_sid, account_sid, worker_name, agent_id, attributes, attributes_time, attributes_key, activity, activity_sid,
          status_time, status_key, date_joined, date_left, revision, test, update_time)
        SELECT r.sid, r.account, r.name, r.attributes ->> 'agent_id', r.attributes, r.attributes_time, r.attributes_key, r.activity, r.activity_sid,
          r.status_time, r.status_key, r.joined, r.left_time, r.revision, r.test, r.update_time
        FROM unnest(@sids, @accounts, @names, @documents::jsonb[], @attributesTimes, @attributesKeys, @activities, @activitySids, @statusTimes, @statusKeys,
          @joined, @left, @revisions, @tests, @updateTimes)
          AS r (sid, account, name, attributes, attributes_time, attributes_key, activity, activity_sid, status_time, status_key, joined, left_time, revision, test, update_time)
        ON CONFLICT (agent_sid) DO UPDATE SET worker_name = excluded.worker_name, agent_id = excluded.agent_id, attributes = excluded.attributes,
          attributes_time = excluded.attributes_time, attributes_key = excluded.attributes_key, activity = excluded.activity, activity_sid = excluded.activity_sid,
          status_time = excluded.status_time, status_key = excluded.status_key, date_joined = excluded.date_joined, date_left = excluded.date_left,
          revision = excluded.revision, test = excluded.test, update_time = excluded.update_time
        """,
        new
        {
            sids = agents.Select(agent => agent.AgentSid).ToArray(),
            accounts = agents.Select(agent => agent.AccountSid).ToArray(),
            names = agents.Select(agent => agent.WorkerName).ToArray(),
            documents = agents.Select(agent => AgentAttributes.Write(agent.Attributes)).ToArray(),
            attributesTimes = agents.Select(agent => agent.AttributesTime).ToArray(),
            attributesKeys = agents.Select(agent => agent.AttributesKey).ToArray(),
            activities = agents.Select(agent => agent.Activity).ToArray(),
            activitySids = agents.Select(agent => agent.ActivitySid).ToArray(),
            statusTimes = agents.Select(agent => agent.StatusTime).ToArray(),
            statusKeys = agents.Select(agent => agent.StatusKey).ToArray(),
            joined = agents.Select(agent => agent.DateJoined).ToArray(),
            left = agents.Select(agent => agent.DateLeft).ToArray(),
            revisions = agents.Select(agent => agent.Revision).ToArray(),
            tests = agents.Select(agent => agent.Test).ToArray(),
            updateTimes = agents.Select(agent => agent.UpdateTime).ToArray(),
        });

    /// <summary>Status segments as stored that were made of some events, by id.</summary>
    public async Task<Dictionary<string, StatusRow>> SegmentsAsync(IReadOnlyCollection<(string AgentSid, string Key, bool IsReconstructed)> sources) =>
        (await connection.QueryAsync<StatusSegmentRow>(
            $"""
            SELECT {StatusSegmentRow.Columns} FROM unnest(@agents, @keys, @reconstructed) AS s (agent, key, is_reconstructed)
            JOIN insights.status_segments g ON g.agent_sid = s.agent AND g.source_key = s.key AND g.reconstructed = s.is_reconstructed
            """,
            new
            {
                agents = sources.Select(source => source.AgentSid).ToArray(),
                keys = sources.Select(source => source.Key).ToArray(),
                reconstructed = sources.Select(source => source.IsReconstructed).ToArray(),
            })).Select(row => row.ToStatus()).ToDictionary(row => row.Segment.SegmentId, StringComparer.Ordinal);

    /// <summary>Writes status segments.</summary>
    public Task WriteSegmentsAsync(IReadOnlyList<StatusRow> rows, DateTimeOffset now) => rows.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(
        """
        INSERT INTO insights.status_segments (segment_id, account_sid, agent_sid, source_key, reconstructed, activity, activity_sid, start_time, end_time,
          revision, withdrawn, test, update_time)
        SELECT r.*, @now FROM unnest(@ids, @accounts, @agents, @keys, @reconstructed, @activities, @activitySids, @starts, @ends, @revisions, @withdrawn, @tests) AS r
        ON CONFLICT (segment_id) DO UPDATE SET activity = excluded.activity, activity_sid = excluded.activity_sid, start_time = excluded.start_time,
          end_time = excluded.end_time, revision = excluded.revision, withdrawn = excluded.withdrawn, update_time = excluded.update_time
        """,
        new
        {
            ids = rows.Select(row => row.Segment.SegmentId).ToArray(),
            accounts = rows.Select(row => row.AccountSid).ToArray(),
            agents = rows.Select(row => row.Segment.AgentSid).ToArray(),
            keys = rows.Select(row => row.Segment.SourceKey).ToArray(),
            reconstructed = rows.Select(row => row.Segment.IsReconstructed).ToArray(),
            activities = rows.Select(row => row.Segment.Activity).ToArray(),
            activitySids = rows.Select(row => row.Segment.ActivitySid).ToArray(),
            starts = rows.Select(row => row.Segment.StartTime).ToArray(),
            ends = rows.Select(row => row.Segment.EndTime).ToArray(),
            revisions = rows.Select(row => row.Revision).ToArray(),
            withdrawn = rows.Select(row => row.Withdrawn).ToArray(),
            tests = rows.Select(row => row.Test).ToArray(),
            now,
        });

    /// <summary>How many conversations agents had accepted and not completed at a time (INS-105).</summary>
    public async Task<Dictionary<(string AgentSid, DateTimeOffset Time), int>> ParallelAsync(IReadOnlyCollection<(string AgentSid, DateTimeOffset Time)> moments) =>
        moments.Count == 0 ? [] : (await connection.QueryAsync<(string Sid, DateTime Time, long Count)>(
            """
            SELECT m.agent, m.time, count(s.segment_id)
            FROM unnest(@agents, @times) AS m (agent, time)
            LEFT JOIN insights.segments s ON s.agent_sid = m.agent AND s.kind IN (2, 3) AND NOT s.withdrawn
              AND s.start_time <= m.time AND s.start_time > m.time - interval '2 days'
              AND (s.kind = 3 OR (s.document ->> 'end_time')::timestamptz > m.time)
            GROUP BY m.agent, m.time
            """,
            new { agents = moments.Select(moment => moment.AgentSid).ToArray(), times = moments.Select(moment => moment.Time).ToArray() }))
            .ToDictionary(row => (row.Sid, new DateTimeOffset(row.Time)), row => (int)row.Count);
}

/// <summary>A status segment with what the store knows about it.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="AccountSid">Its account.</param>
/// <param name="Test">Whether the account is a test environment.</param>
/// <param name="Revision">How often it has changed, from 1.</param>
/// <param name="Withdrawn">Whether later events showed that it never was.</param>
/// <param name="Before">The row as it is stored.</param>
internal sealed record StatusRow(StatusSegment Segment, string AccountSid, bool Test, long Revision, bool Withdrawn, StatusRow? Before = null);

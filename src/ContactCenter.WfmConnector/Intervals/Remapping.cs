using ContactCenter.WfmConnector.Mappings;
using Dapper;
using Npgsql;

namespace ContactCenter.WfmConnector.Intervals;

/// <summary>Lets the present mappings count for the past (WFM-27).</summary>
internal static class Remapping
{
    private const string Activities =
        $"""
        WITH changed AS (
          UPDATE wfm.activity_changes c SET state_id = m.state_id
          FROM (
            SELECT a.agent_sid, o.start_time, coalesce(p.state_id, o.named_state_id) AS state_id
            FROM wfm.agents a JOIN wfm.activity_changes o ON o.agent_sid = a.agent_sid AND o.start_time >= @from AND o.start_time < @until
            LEFT JOIN ({MappingService.PresentActivities}) p ON p.activity_key = o.activity_key) m
          WHERE (c.agent_sid, c.start_time) = (m.agent_sid, m.start_time) AND c.state_id <> m.state_id
          RETURNING c.agent_sid, c.start_time, c.event_id
        ), touched AS (
          INSERT INTO wfm.touches (event_id, from_time, until_time, agent_sid) SELECT event_id, start_time, start_time, agent_sid FROM changed
        )
        SELECT DISTINCT agent_sid FROM changed
        """;

    private const string Contacts =
        """
        WITH changed AS (
          UPDATE wfm.handlings h SET medium = m.medium
          FROM (
            SELECT o.reservation_sid, coalesce(c.medium, o.named_medium) AS medium
            FROM wfm.agents a JOIN wfm.handlings o ON o.agent_sid = a.agent_sid AND o.begin_time >= @from AND o.begin_time < @until
            LEFT JOIN wfm.medium_mappings c ON c.channel = o.channel) m
          WHERE h.reservation_sid = m.reservation_sid AND h.medium <> m.medium
          RETURNING h.agent_sid, h.begin_time, h.end_time
        ), touched AS (
          INSERT INTO wfm.touches (event_id, from_time, until_time) SELECT @eventId, begin_time, coalesce(end_time, 'infinity') FROM changed
        )
        SELECT DISTINCT agent_sid FROM changed
        """;

    /// <summary>
    /// Maps anew what began in a range: changes of activity and contacts of agents. What of it lasts beyond the range is restated like
    /// any late fact.
    /// </summary>
    /// <param name="connection">In a transaction that lets nobody else restate.</param>
    /// <param name="range">The range.</param>
    /// <param name="eventId">Names the change.</param>
    /// <returns>Agents who are otherwise now.</returns>
    public static async Task<string[]> ApplyAsync(NpgsqlConnection connection, IntervalRange range, Guid eventId)
    {
        var parameters = new { from = range.Start, until = range.End, eventId };
        return [.. (await connection.QueryAsync<string>(Activities, parameters)).Union(await connection.QueryAsync<string>(Contacts, parameters), StringComparer.Ordinal)];
    }
}

namespace ContactCenter.InsightsEnrichment.Loads;

/// <summary>
/// The SQL by which a load cuts work into quarters of an hour (INS-104, INS-105). All times lose their milliseconds
/// first, so that the pieces add up to the times of the segment. <c>@number</c> is the load, <c>@reached</c> how far the
/// load before came, <c>@reach</c> how far this one comes.
/// </summary>
internal static class WorkloadTables
{
    private const string Quarter = "interval '15 minutes'";
    private const string Origin = "timestamptz '2000-01-01 00:00:00+00'";

    /// <summary>Rows of segments that turned out never to have been stay, as what they are now (INS-106).</summary>
    public const string Withdraw =
        """
        UPDATE insights.workload w SET kind = 3, load_number = @number
        FROM (SELECT segment_id FROM insights.loaded_segments WHERE load_number = @number AND withdrawn
              UNION ALL SELECT segment_id FROM insights.loaded_status_segments WHERE load_number = @number AND withdrawn) AS gone
        WHERE w.segment_id = gone.segment_id AND w.kind <> 3
        """;

    /// <summary>Handlings to cut: those that the load changed, and those that the load before could not cut to their end.</summary>
    public const string Handlings =
        """
        SELECT segment_id FROM insights.loaded_segments WHERE load_number = @number AND NOT withdrawn
        UNION
        SELECT segment_id FROM insights.loaded_segments WHERE end_time > @reached AND kind = 2 AND agent_sid IS NOT NULL AND NOT withdrawn
        """;

    /// <summary>Statuses to cut: alike, and those during which the load changed what the agent handled.</summary>
    public const string Statuses =
        """
        SELECT segment_id FROM insights.loaded_status_segments WHERE load_number = @number AND NOT withdrawn
        UNION
        SELECT segment_id FROM insights.loaded_status_segments WHERE end_time > @reached AND NOT withdrawn
        UNION
        SELECT g.segment_id
        FROM (SELECT agent_sid, min(touched_from) AS touched_from, max(touched_until) AS touched_until
              FROM insights.loaded_segments WHERE load_number = @number AND agent_sid IS NOT NULL GROUP BY agent_sid) AS s
        JOIN insights.loaded_status_segments g ON g.agent_sid = s.agent_sid AND NOT g.withdrawn AND g.end_time >= s.touched_from AND g.start_time <= s.touched_until
        """;

    /// <summary>Removes the pieces of the segments <c>@ids</c>.</summary>
    public const string Remove = "DELETE FROM insights.workload WHERE segment_id = ANY(@ids)";

    /// <summary>Cuts the handlings <c>@ids</c>.</summary>
    public const string CutHandlings =
        $"""
        INSERT INTO insights.workload (segment_id, start_time, account_sid, agent_sid, kind, interval_start_time, talk_seconds, wrap_up_seconds,
          activity_seconds, idle_seconds, parallel_conversations, test, load_number)
        SELECT h.segment_id, greatest(q.start, h.accepted), h.account_sid, h.agent_sid, 1, q.start,
          greatest(0, extract(epoch FROM least(q.start + {Quarter}, h.hung_up) - greatest(q.start, h.accepted)))::integer,
          greatest(0, extract(epoch FROM least(q.start + {Quarter}, h.completed) - greatest(q.start, h.hung_up)))::integer,
          0, 0, 0, h.test, @number
        FROM (
          SELECT segment_id, account_sid, agent_sid, test, t.accepted, t.accepted + t.talk AS hung_up, t.accepted + t.talk + t.wrap_up AS completed
          FROM insights.loaded_segments
          CROSS JOIN LATERAL (
            SELECT date_trunc('second', start_time) AS accepted, make_interval(secs => coalesce((document -> 'talk_time' ->> 'seconds')::integer, 0)) AS talk,
              make_interval(secs => coalesce((document -> 'wrap_up_time' ->> 'seconds')::integer, 0)) AS wrap_up) AS t
          WHERE segment_id = ANY(@ids) AND kind = 2 AND agent_sid IS NOT NULL AND NOT withdrawn) AS h
        CROSS JOIN LATERAL generate_series(
          date_bin({Quarter}, h.accepted, {Origin}), greatest(h.accepted, h.completed - interval '1 second'), {Quarter}) AS q (start)
        WHERE q.start + {Quarter} <= @reach
        """;

    /// <summary>Cuts the statuses <c>@ids</c> at quarters of an hour and wherever the agent accepted or completed something.</summary>
    public const string CutStatuses =
        $"""
        INSERT INTO insights.workload (segment_id, start_time, account_sid, agent_sid, kind, interval_start_time, talk_seconds, wrap_up_seconds,
          activity, activity_seconds, idle_seconds, parallel_conversations, test, load_number)
        SELECT g.segment_id, p.start, g.account_sid, g.agent_sid, 2, date_bin({Quarter}, p.start, {Origin}), 0, 0, g.activity, p.seconds,
          CASE WHEN n.parallel = 0 AND g.activity = ANY(@available) AND g.activity <> ALL(@offline) THEN p.seconds ELSE 0 END, n.parallel, g.test, @number
        FROM (
          SELECT segment_id, account_sid, agent_sid, activity, test, date_trunc('second', start_time) AS start, date_trunc('second', end_time) AS finish
          FROM insights.loaded_status_segments WHERE segment_id = ANY(@ids) AND end_time IS NOT NULL AND NOT withdrawn) AS g
        CROSS JOIN LATERAL (
          SELECT moment AS start, extract(epoch FROM lead(moment) OVER (ORDER BY moment) - moment)::integer AS seconds
          FROM (
            SELECT g.start AS moment UNION SELECT g.finish
            UNION SELECT generate_series(date_bin({Quarter}, g.start, {Origin}) + {Quarter}, g.finish - interval '1 second', {Quarter})
            UNION SELECT date_trunc('second', m) FROM insights.loaded_segments s CROSS JOIN LATERAL (VALUES (s.start_time), (s.end_time)) AS v (m)
              WHERE s.agent_sid = g.agent_sid AND s.kind IN (2, 3) AND NOT s.withdrawn AND (s.end_time > g.start OR s.end_time IS NULL)
                AND date_trunc('second', m) > g.start AND date_trunc('second', m) < g.finish) AS moments) AS p
        CROSS JOIN LATERAL (
          SELECT count(*)::integer AS parallel FROM insights.loaded_segments s
          WHERE s.agent_sid = g.agent_sid AND s.kind IN (2, 3) AND NOT s.withdrawn AND date_trunc('second', s.start_time) <= p.start
            AND (s.end_time > p.start OR s.end_time IS NULL) AND coalesce(date_trunc('second', s.end_time) > p.start, true)) AS n
        WHERE p.seconds IS NOT NULL AND date_bin({Quarter}, p.start, {Origin}) + {Quarter} <= @reach
        """;
}

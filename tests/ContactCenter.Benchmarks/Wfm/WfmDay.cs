using Dapper;
using Npgsql;

namespace ContactCenter.Benchmarks.Wfm;

/// <summary>One day of 5,000 agents as the connector keeps it: eight hours of work, breaks, and a contact every half an hour.</summary>
internal static class WfmDay
{
    internal const int Agents = 5_000;

    internal static DateTime Start { get; } = new(2026, 3, 2, 0, 0, 0, DateTimeKind.Utc);

    internal static async Task FillAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO wfm.states (state, class, reason_code, reason_text) VALUES ('UNAVAILABLE', 'UNAVAILABLE', 'BREAK', 'Break'), ('UNAVAILABLE', 'UNAVAILABLE', 'LUNCH', 'Lunch');
            INSERT INTO wfm.agents (agent_sid, full_name) SELECT 'WK' || lpad(a::text, 32, '0'), 'Agent ' || a FROM generate_series(1, @Agents) a;
            INSERT INTO wfm.agent_logins (agent_sid, from_time, login_id) SELECT agent_sid, @Start - interval '30 days', right(agent_sid, 6) FROM wfm.agents;
            INSERT INTO wfm.activity_changes (agent_sid, start_time, event_id, state_id, named_state_id)
            SELECT g.agent_sid, date_trunc('milliseconds', @Start + g.shift + c.at), gen_random_uuid(), s.state_id, s.state_id
            FROM (SELECT agent_sid, interval '6 hours' + interval '3.217 seconds' * (row_number() OVER ()) AS shift FROM wfm.agents) g
            CROSS JOIN (VALUES (interval '-8 hours', 1::smallint, NULL), ('0', 2, NULL), ('2 hours', NULL, 'BREAK'), ('2 hours 15 minutes', 2, NULL), ('4 hours', NULL, 'LUNCH'),
              ('4 hours 45 minutes', 2, NULL), ('6 hours 30 minutes', NULL, 'BREAK'), ('6 hours 45 minutes', 2, NULL), ('8 hours', 1, NULL)) c (at, state_id, reason)
            CROSS JOIN LATERAL (SELECT coalesce(c.state_id, (SELECT state_id FROM wfm.states WHERE reason_code = c.reason)) AS state_id) s;
            CREATE TEMP TABLE contacts AS
            SELECT g.agent_sid, g.number, n, date_trunc('milliseconds', @Start + interval '6 hours 5 minutes' + interval '3.217 seconds' * g.number + interval '30.1 minutes' * n) AS accept_time,
              30000 + (g.number * 7919 + n * 104729) % 600000 AS talk_ms, 5000 + (g.number * 31 + n * 977) % 90000 AS wrap_ms, (g.number * 13 + n * 17) % 60000 AS wait_ms,
              'WQ' || lpad((g.number % 40)::text, 32, '0') AS queue_sid
            FROM (SELECT agent_sid, row_number() OVER () AS number FROM wfm.agents) g CROSS JOIN generate_series(0, 14) n;
            INSERT INTO wfm.handlings (reservation_sid, agent_sid, task_sid, named_medium, medium, told_accept_time, told_wrap_up_time, told_end_time)
            SELECT 'WR' || number || '-' || n, agent_sid, 'WT' || number || '-' || n, 5, 5, accept_time, accept_time + talk_ms * interval '1 ms', accept_time + (talk_ms + wrap_ms) * interval '1 ms' FROM contacts;
            INSERT INTO wfm.segments (segment_id, revision, result, is_wait, task_sid, reservation_sid, agent_sid, queue_sid, medium, channel, direction, start_time, end_time, waiting_ms, talk_ms, wrap_up_ms)
            SELECT 'seg_h' || number || '-' || n, 1, 'answered', false, 'WT' || number || '-' || n, 'WR' || number || '-' || n, agent_sid, queue_sid, 5, 'voice', 'INBOUND',
              accept_time, accept_time + (talk_ms + wrap_ms) * interval '1 ms', wait_ms, talk_ms, wrap_ms FROM contacts
            UNION ALL SELECT 'seg_w' || number || '-' || n, 1, NULL, true, 'WT' || number || '-' || n, NULL, NULL, queue_sid, 5, 'voice', 'INBOUND',
              accept_time - wait_ms * interval '1 ms', accept_time, wait_ms, 0, 0 FROM contacts;
            ANALYZE
            """,
            new { Agents, Start },
            commandTimeout: 120,
            cancellationToken: cancellationToken));
    }

    /// <summary>The same figures by one statement as somebody would write it who needs them once: no media, no names, no rounding, no bytes to send.</summary>
    internal const string HandWritten =
        """
        WITH edges AS (
          SELECT agent_sid, start_time AS at, state_id::int AS activity, 0 AS talks, 0 AS wraps FROM wfm.activity_changes WHERE start_time < @until
          UNION ALL SELECT agent_sid, accept_time, NULL, 1, 0 FROM wfm.handlings WHERE accept_time < @until
          UNION ALL SELECT agent_sid, wrap_up_time, NULL, -1, 1 FROM wfm.handlings WHERE wrap_up_time < @until
          UNION ALL SELECT agent_sid, end_time, NULL, 0, -1 FROM wfm.handlings WHERE end_time < @until
        ), running AS (
          SELECT agent_sid, at, activity, lead(at) OVER w AS next_at, sum(talks) OVER w AS talks, sum(wraps) OVER w AS wraps, count(activity) OVER w AS part FROM edges WINDOW w AS (PARTITION BY agent_sid ORDER BY at)
        ), filled AS (
          SELECT agent_sid, at, next_at, talks, wraps, max(activity) OVER (PARTITION BY agent_sid, part) AS activity FROM running
        ), spans AS (
          SELECT agent_sid, at, coalesce(next_at, @until) AS until, CASE WHEN activity = 1 THEN 1 WHEN talks > 0 THEN 3 WHEN wraps > 0 THEN 4 ELSE activity END AS state FROM filled WHERE next_at > at
        ), parts AS (
          SELECT i.start, agent_sid, state, least(s.until, i.start + interval '15 minutes') - greatest(s.at, i.start) AS length, s.until < i.start + interval '15 minutes' AS is_end, s.until - s.at AS whole
          FROM spans s CROSS JOIN LATERAL generate_series(greatest(date_bin('15 minutes', s.at, '2000-01-01Z'), @from), s.until, interval '15 minutes') i (start)
          WHERE s.until > @from AND state <> 1
        ), presence AS (
          SELECT start, agent_sid, state, sum(length) AS present, count(*) FILTER (WHERE is_end) AS activities, sum(whole) FILTER (WHERE is_end) AS completed FROM parts GROUP BY start, agent_sid, state
        ), queues AS (
          SELECT date_bin('15 minutes', end_time, '2000-01-01Z') AS start, queue_sid, agent_sid, count(*) AS answered, count(*) FILTER (WHERE waiting_ms <= 20000) AS in_level,
            sum(waiting_ms) AS waiting, max(waiting_ms) AS longest, sum(talk_ms) AS talk, sum(wrap_up_ms) AS wrap_up
          FROM wfm.segments WHERE result = 'answered' AND end_time >= @from AND end_time < @until GROUP BY 1, 2, 3
        )
        SELECT start, agent_sid, state::text AS key, extract(epoch FROM present)::float8, activities, extract(epoch FROM completed)::float8, 0::numeric, 0::bigint FROM presence
        UNION ALL SELECT start, agent_sid, queue_sid, talk::float8, answered, wrap_up::float8, waiting, longest FROM queues
        UNION ALL SELECT start, NULL, queue_sid, sum(talk)::float8, sum(answered)::bigint, sum(wrap_up)::float8, sum(waiting), max(longest) FROM queues GROUP BY start, queue_sid
        """;
}

using ContactCenter.WfmConnector.AgentStates;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.WfmConnector.Facts;

/// <summary>
/// Ends contacts that nothing was told of for too long at the last that was told (WFM-48), and keeps the contacts that count before
/// their segment is told, or without it: those, and ended talks if contacts end with the talk (WFM-46). All of it follows from the
/// facts and the time: what is told later takes its place.
/// </summary>
/// <param name="states">Told of agents whose contacts ended.</param>
/// <param name="options">When contacts end.</param>
/// <param name="timeProvider">Now.</param>
public sealed class UnfinishedContacts(AgentStateStore states, IOptions<WfmOptions> options, TimeProvider timeProvider)
{
    // A stay in a queue is over once a segment says so; an offer that was not accepted does not end it (WFM-47).
    internal const string HasLeft =
        """
        EXISTS (
          SELECT FROM wfm.segments c
          WHERE c.task_sid = w.task_sid AND c.revision > 0 AND (c.is_wait OR c.result IN ('answered', 'abandoned', 'redirected')) AND c.end_time > w.enter_time)
        """;

    private const string EndSilentHandlings =
        """
        WITH silent AS (
          SELECT h.reservation_sid, h.forced_end_time, greatest(h.begin_time, h.accept_time, h.wrap_up_time, (
            SELECT max(o.change_time) FROM wfm.session_tasks t JOIN wfm.holds o USING (session_name) WHERE t.task_sid = h.task_sid)) AS last_time
          FROM wfm.handlings h
          WHERE h.segment_end_time IS NULL AND h.told_end_time IS NULL AND greatest(h.begin_time, h.accept_time, h.wrap_up_time) < @since
            OR h.segment_end_time IS NULL AND h.told_end_time IS NULL AND h.forced_end_time IS NOT NULL
        ), changed AS (
          UPDATE wfm.handlings h SET forced_end_time = e.end_time
          FROM silent s CROSS JOIN LATERAL (SELECT CASE WHEN s.last_time < @since THEN s.last_time END AS end_time) e
          WHERE h.reservation_sid = s.reservation_sid AND s.forced_end_time IS DISTINCT FROM e.end_time
          RETURNING h.agent_sid, least(s.forced_end_time, e.end_time) AS from_time
        ), touched AS (
          INSERT INTO wfm.touches (event_id, from_time, until_time) SELECT @eventId, from_time, @now FROM changed
        )
        SELECT DISTINCT agent_sid FROM changed
        """;

    private const string EndSilentWaits =
        $"""
        DELETE FROM wfm.waits w WHERE w.enter_time < @since AND {HasLeft};
        WITH silent AS (
          SELECT w.task_sid, w.queue_sid, w.enter_time, greatest(w.enter_time, (SELECT max(c.end_time) FROM wfm.segments c WHERE c.task_sid = w.task_sid AND c.revision > 0)) AS last_time
          FROM wfm.waits w WHERE w.enter_time < @since
        )
        UPDATE wfm.waits w SET forced_end_time = e.end_time
        FROM silent s CROSS JOIN LATERAL (SELECT CASE WHEN s.last_time < @since THEN s.last_time END AS end_time) e
        WHERE (w.task_sid, w.queue_sid, w.enter_time) = (s.task_sid, s.queue_sid, s.enter_time) AND w.forced_end_time IS DISTINCT FROM e.end_time;
        """;

    private const string KeepContacts =
        """
        WITH handled AS (
          SELECT 'open/' || h.reservation_sid AS segment_id, 'answered' AS result, false AS is_wait, h.task_sid, h.reservation_sid, h.agent_sid, q.queue_sid, q.medium, q.channel, q.direction,
            h.accept_time AS start_time, CASE WHEN @endsWithTalk THEN t.talk_end_time ELSE h.end_time END AS end_time, h.accept_time - q.enter_time AS waiting,
            t.talk_end_time - h.accept_time AS talk, coalesce(h.end_time - t.talk_end_time, interval '0') AS wrap_up
          FROM wfm.handlings h
          CROSS JOIN LATERAL (SELECT coalesce(h.wrap_up_time, h.end_time) AS talk_end_time) t
          -- Without a wait the task came out of no queue.
          JOIN LATERAL (
            SELECT * FROM (
              SELECT s.queue_sid, s.medium, s.channel, s.direction, s.start_time AS enter_time, 0 AS rank FROM wfm.segments s WHERE s.task_sid = h.task_sid AND s.is_wait AND s.revision > 0
              UNION ALL SELECT w.queue_sid, w.medium, NULL, w.direction, w.enter_time, 1 FROM wfm.waits w WHERE w.task_sid = h.task_sid) known
            WHERE known.enter_time <= h.accept_time ORDER BY known.enter_time DESC, known.rank LIMIT 1) q ON true
          WHERE h.segment_end_time IS NULL AND h.accept_time <= t.talk_end_time AND t.talk_end_time <= coalesce(h.end_time, 'infinity')
            AND (@endsWithTalk OR (h.told_end_time IS NULL AND h.forced_end_time IS NOT NULL))
        ), wanted AS (
          SELECT segment_id, result, is_wait, task_sid, reservation_sid, agent_sid, queue_sid, medium, channel, direction, start_time, end_time, (extract(epoch FROM waiting) * 1000)::bigint AS waiting_ms,
            (extract(epoch FROM talk) * 1000)::bigint AS talk_ms, (extract(epoch FROM wrap_up) * 1000)::bigint AS wrap_up_ms
          FROM handled
          UNION ALL
          SELECT concat_ws('/', 'wait', w.task_sid, w.queue_sid, (extract(epoch FROM w.enter_time) * 1000)::bigint), 'redirected', true, w.task_sid, NULL, NULL, w.queue_sid, w.medium, NULL, w.direction,
            w.enter_time, w.forced_end_time, (extract(epoch FROM w.forced_end_time - w.enter_time) * 1000)::bigint, 0, 0
          FROM wfm.waits w WHERE w.forced_end_time IS NOT NULL AND NOT EXISTS (SELECT FROM handled h WHERE h.task_sid = w.task_sid AND h.start_time >= w.enter_time)
        ), before AS (
          SELECT segment_id, end_time FROM wfm.segments WHERE revision = 0
        ), written AS (
          INSERT INTO wfm.segments AS s (segment_id, revision, result, is_wait, task_sid, reservation_sid, agent_sid, queue_sid, medium, channel, direction, start_time, end_time, waiting_ms, talk_ms, wrap_up_ms)
          SELECT segment_id, 0, result, is_wait, task_sid, reservation_sid, agent_sid, queue_sid, medium, channel, direction, start_time, end_time, waiting_ms, talk_ms, wrap_up_ms FROM wanted
          ON CONFLICT (segment_id) DO UPDATE SET agent_sid = excluded.agent_sid, queue_sid = excluded.queue_sid, medium = excluded.medium, channel = excluded.channel, direction = excluded.direction,
            start_time = excluded.start_time, end_time = excluded.end_time, waiting_ms = excluded.waiting_ms, talk_ms = excluded.talk_ms, wrap_up_ms = excluded.wrap_up_ms
          WHERE (s.agent_sid, s.queue_sid, s.medium, s.channel, s.direction, s.start_time, s.end_time, s.waiting_ms, s.talk_ms, s.wrap_up_ms) IS DISTINCT FROM (
            excluded.agent_sid, excluded.queue_sid, excluded.medium, excluded.channel, excluded.direction, excluded.start_time, excluded.end_time, excluded.waiting_ms, excluded.talk_ms, excluded.wrap_up_ms)
          RETURNING s.segment_id, s.end_time
        ), gone AS (
          DELETE FROM wfm.segments s WHERE s.revision = 0 AND NOT EXISTS (SELECT FROM wanted w WHERE w.segment_id = s.segment_id) RETURNING s.segment_id, s.end_time
        )
        INSERT INTO wfm.touches (event_id, from_time, until_time)
        SELECT @eventId, t.end_time, t.end_time FROM (
          SELECT end_time FROM written UNION SELECT end_time FROM gone UNION SELECT b.end_time FROM before b JOIN written USING (segment_id)) t
        """;

    /// <summary>Works out which contacts have ended by now.</summary>
    /// <param name="connection">In a transaction of the one process that does it.</param>
    public async Task SettleAsync(NpgsqlConnection connection)
    {
        var now = timeProvider.GetUtcNow();
        // While Insights is behind, nobody knows who is silent.
        var since = await connection.QuerySingleOrDefaultAsync<DateTime?>(
            "SELECT least(@now, watermark_time) - @silence FROM wfm.source", new { now, silence = options.Value.Intervals.ContactMaxSilence });
        var parameters = new { now, since, eventId = Guid.CreateVersion7(now), endsWithTalk = options.Value.Intervals.EndsWithTalk };
        var agents = (await connection.QueryAsync<string>(EndSilentHandlings, parameters)).ToArray();
        await connection.ExecuteAsync($"{EndSilentWaits}{KeepContacts}", parameters);
        if (agents.Length > 0)
            await states.RefreshAsync(connection, agents);
    }
}

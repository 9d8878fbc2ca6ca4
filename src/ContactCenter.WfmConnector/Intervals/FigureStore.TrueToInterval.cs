using Dapper;
using Npgsql;

namespace ContactCenter.WfmConnector.Intervals;

public sealed partial class FigureStore
{
    // Of each contact that touches the range and each interval what elapsed there.
    private static readonly string Shares =
        $"""
        WITH pieces AS (
          SELECT * FROM (
            SELECT t.task_sid, h.change_time AS from_time, h.on_hold, lead(h.change_time) OVER w AS until_time, lead(h.on_hold) OVER w AS is_held_on
            FROM wfm.holds h JOIN wfm.session_tasks t ON t.session_name = h.session_name
            WHERE h.change_time >= @From::timestamptz - interval '7 days' AND h.change_time < @Until::timestamptz + interval '7 days'
            WINDOW w AS (PARTITION BY t.task_sid ORDER BY h.change_time, h.on_hold DESC)) h
          WHERE h.on_hold AND NOT h.is_held_on
        ), contacts AS (
          SELECT s.segment_id, s.task_sid, s.queue_sid, s.medium, s.direction, k.skill_id, s.result, s.agent_sid, s.waiting_ms, s.talk_ms, s.wrap_up_ms, s.end_time AS count_time, c.end_time,
            c.decide_time - s.waiting_ms * interval '1 ms' AS enter_time, c.decide_time, c.decide_time + s.talk_ms * interval '1 ms' AS talk_end_time
          FROM wfm.segments s {Reported}
          -- Wrap-up elapses even after the end that the contact counts with (WFM-46).
          CROSS JOIN LATERAL (SELECT
            CASE WHEN s.result = 'answered' THEN s.start_time ELSE s.end_time END AS decide_time,
            CASE WHEN s.result = 'answered' THEN greatest(s.end_time, s.start_time + (s.talk_ms + s.wrap_up_ms) * interval '1 ms') ELSE s.end_time END AS end_time) c
          WHERE s.result IN ('answered', 'abandoned', 'redirected') AND k.is_reported AND (@QueueSid::text IS NULL OR s.queue_sid = @QueueSid)
            AND s.end_time >= @From::timestamptz - interval '1 day' AND c.end_time >= @From AND s.end_time < @Until::timestamptz + interval '7 days' AND c.decide_time - s.waiting_ms * interval '1 ms' < @Until
        ), parts AS (
          SELECT s.*, i.start_time, i.start_time + interval '15 minutes' AS until_time,
            s.result = 'abandoned' AND s.waiting_ms >= coalesce(l.short_abandon_seconds, 5) * 1000 AS is_lost, s.waiting_ms <= coalesce(l.seconds, 20) * 1000 AS is_in_level
          FROM contacts s
          CROSS JOIN LATERAL generate_series(
            greatest(date_bin('15 minutes', s.enter_time, '2000-01-01Z'), @From), least(s.end_time, @Until::timestamptz - interval '1 ms'), interval '15 minutes') AS i (start_time)
          {Levels}
        ), elapsed AS (
          -- Of each part what had elapsed by the start and by the end of the interval.
          SELECT p.*, e.*, h.ms AS hold_ms, h.by_start AS hold_by_start, h.by_end AS hold_by_end
          FROM parts p
          CROSS JOIN LATERAL (SELECT
            {Elapsed("p.start_time", "p.enter_time", "p.waiting_ms")} AS wait_by_start, {Elapsed("p.until_time", "p.enter_time", "p.waiting_ms")} AS wait_by_end,
            {Elapsed("p.start_time", "p.decide_time", "p.talk_ms")} AS talk_by_start, {Elapsed("p.until_time", "p.decide_time", "p.talk_ms")} AS talk_by_end,
            {Elapsed("p.start_time", "p.talk_end_time", "p.wrap_up_ms")} AS wrap_by_start, {Elapsed("p.until_time", "p.talk_end_time", "p.wrap_up_ms")} AS wrap_by_end) e
          CROSS JOIN LATERAL (
            SELECT coalesce(sum(o.ms), 0) AS ms, coalesce(sum({Elapsed("p.start_time", "o.from_time", "o.ms")}), 0) AS by_start, coalesce(sum({Elapsed("p.until_time", "o.from_time", "o.ms")}), 0) AS by_end
            FROM (
              SELECT greatest(h.from_time, p.decide_time) AS from_time,
                greatest(0, extract(epoch FROM least(h.until_time, p.talk_end_time) - greatest(h.from_time, p.decide_time)) * 1000) AS ms
              FROM pieces h WHERE h.task_sid = p.task_sid AND p.result = 'answered') o) h
        ), shares AS (
          SELECT e.*, {Seconds("wait_by_end")} - {Seconds("wait_by_start")} AS waiting, {Seconds("talk_by_end - hold_by_end")} - {Seconds("talk_by_start - hold_by_start")} AS talk,
            {Seconds("talk_ms - hold_ms + hold_by_end")} - {Seconds("talk_ms - hold_ms + hold_by_start")} AS hold,
            {Seconds("talk_ms + wrap_by_end")} - {Seconds("talk_ms + wrap_by_start")} AS wrap_up,
            decide_time >= start_time AND decide_time < until_time AS is_decided
          FROM elapsed e
        )
        """;

    /// <summary>
    /// Sums up the contacts of a range where each part of them elapsed (WFM-45). The shares of a contact are rounded cumulatively, so
    /// that over all intervals they add up to its whole seconds.
    /// </summary>
    /// <param name="connection">Any.</param>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>By interval and skill, with durations in whole seconds.</returns>
    public static async Task<List<QueueFigures>> TrueToIntervalAsync(NpgsqlConnection connection, QueueFiguresQuery query, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<QueueFigures>(new CommandDefinition(
            $"""
            {Shares}
            SELECT start_time AS IntervalStart, skill_id AS SkillId, min(queue_sid) AS QueueSid, medium AS Medium, direction AS Direction,
              (count(*) FILTER (WHERE enter_time >= start_time))::int AS Offered,
              (count(*) FILTER (WHERE is_decided AND result = 'answered'))::int AS Answered,
              (count(*) FILTER (WHERE is_decided AND result = 'answered' AND is_in_level))::int AS AnsweredInServiceLevel,
              (count(*) FILTER (WHERE is_decided AND is_lost))::int AS Abandoned,
              (count(*) FILTER (WHERE is_decided AND result = 'abandoned' AND NOT is_lost))::int AS ShortAbandoned,
              (count(*) FILTER (WHERE is_decided AND result = 'redirected'))::int AS Redirected,
              (count(*) FILTER (WHERE result = 'answered' AND end_time >= start_time AND end_time < until_time))::int AS Handled,
              (coalesce(sum(waiting) FILTER (WHERE result = 'answered'), 0) * 1000)::bigint AS WaitingMs,
              (coalesce(max(waiting) FILTER (WHERE result = 'answered'), 0) * 1000)::bigint AS LongestWaitingMs,
              (coalesce(sum(waiting) FILTER (WHERE is_lost), 0) * 1000)::bigint AS AbandonedMs,
              (coalesce(max(waiting) FILTER (WHERE is_lost), 0) * 1000)::bigint AS LongestAbandonedMs,
              (coalesce(sum(talk) FILTER (WHERE result = 'answered'), 0) * 1000)::bigint AS TalkMs,
              (coalesce(sum(hold) FILTER (WHERE result = 'answered'), 0) * 1000)::bigint AS HoldMs,
              (coalesce(sum(wrap_up) FILTER (WHERE result = 'answered'), 0) * 1000)::bigint AS WrapUpMs,
              (count(*) FILTER (WHERE enter_time < until_time AND decide_time >= until_time))::int AS WaitingAtEnd
            FROM shares
            WHERE @AfterInterval::timestamptz IS NULL OR (start_time, skill_id) > (@AfterInterval, @AfterSkill)
            GROUP BY start_time, skill_id, medium, direction
            ORDER BY start_time, skill_id LIMIT @Limit
            """,
            query,
            cancellationToken: cancellationToken))];

    /// <summary>Lists the contacts that count in one interval by either attribution, with their shares of its sums, by entering and segment (WFM-50).</summary>
    /// <param name="connection">Any.</param>
    /// <param name="query">One interval and queue.</param>
    /// <param name="afterEnter">Begin after the contact that entered then; null for the first page.</param>
    /// <param name="afterId">The segment of that contact.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task<List<ContactShare>> ExplainAsync(
        NpgsqlConnection connection, QueueFiguresQuery query, DateTime? afterEnter, string? afterId, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<ContactShare>(new CommandDefinition(
            $"""
            {Shares}
            SELECT segment_id AS SegmentId, task_sid AS TaskSid, agent_sid AS AgentSid, skill_id AS SkillId, medium AS Medium, direction AS Direction,
              CASE WHEN result = 'abandoned' AND NOT is_lost THEN 'short_abandoned' ELSE result END AS Result, is_in_level AS IsInLevel,
              enter_time AS EnterTime, decide_time AS DecideTime, talk_end_time AS TalkEndTime, end_time AS EndTime, count_time >= start_time AND count_time < until_time AS Counts,
              waiting_ms AS WaitingMs, (talk_ms - hold_ms)::bigint AS TalkMs, hold_ms::bigint AS HoldMs, wrap_up_ms AS WrapUpMs,
              waiting::bigint AS WaitingHere, talk::bigint AS TalkHere, hold::bigint AS HoldHere, wrap_up::bigint AS WrapUpHere
            FROM shares WHERE @afterEnter::timestamptz IS NULL OR (enter_time, segment_id) > (@afterEnter, @afterId)
            ORDER BY enter_time, segment_id LIMIT @Limit
            """,
            new { query.From, query.Until, query.QueueSid, query.Limit, afterEnter, afterId },
            cancellationToken: cancellationToken))];

    /// <summary>SQL of how much of a length in milliseconds had elapsed at a time.</summary>
    private static string Elapsed(string time, string from, string length) => $"least(greatest(extract(epoch FROM {time} - {from}) * 1000, 0), {length})";

    /// <summary>SQL of whole seconds, rounded half up (WFM-42).</summary>
    private static string Seconds(string milliseconds) => $"floor(({milliseconds} + 500) / 1000.0)";
}

CREATE FUNCTION wfm.spans(range_start timestamptz, range_end timestamptz, only_agents text[] DEFAULT NULL)
RETURNS TABLE (agent_sid text, start_time timestamptz, end_time timestamptz, state_id smallint, medium smallint)
LANGUAGE sql STABLE AS $$
  WITH agents AS (
    -- Whatever an agent did before logging out does not matter to the state after it.
    SELECT a.agent_sid, coalesce(o.start_time, range_start - interval '7 days') AS since, o.start_time IS NULL AS is_longer
    FROM wfm.agents a LEFT JOIN LATERAL (
      SELECT c.start_time FROM wfm.activity_changes c
      WHERE c.agent_sid = a.agent_sid AND c.state_id = 1 AND c.start_time <= range_start AND c.start_time > range_start - interval '7 days'
      ORDER BY c.start_time DESC LIMIT 1) o ON true
    WHERE only_agents IS NULL OR a.agent_sid = ANY (only_agents)
  ), work AS (
    SELECT a.agent_sid, a.since, h.begin_time, h.accept_time, h.wrap_up_time, h.end_time, h.told_offer_time, h.medium
    FROM agents a JOIN wfm.handlings h ON h.agent_sid = a.agent_sid AND h.begin_time < range_end AND h.begin_time > a.since - interval '1 day'
    UNION ALL
    SELECT a.agent_sid, a.since, h.begin_time, h.accept_time, h.wrap_up_time, h.end_time, h.told_offer_time, h.medium
    FROM agents a JOIN wfm.handlings h ON h.agent_sid = a.agent_sid AND h.begin_time <= a.since - interval '1 day' AND (h.end_time IS NULL OR h.end_time - h.begin_time > interval '1 day')
  ), edges AS (
    SELECT a.agent_sid, c.start_time AS at, (extract(epoch FROM c.start_time) * 1000)::bigint << 16 | c.state_id AS activity, 0::bigint AS talks, 0::bigint AS wraps, 0::bigint AS rings
    FROM agents a JOIN wfm.activity_changes c ON c.agent_sid = a.agent_sid AND c.start_time >= a.since AND c.start_time < range_end
    UNION ALL
    SELECT a.agent_sid, c.start_time, (extract(epoch FROM c.start_time) * 1000)::bigint << 16 | c.state_id, 0, 0, 0
    FROM agents a CROSS JOIN LATERAL (
      SELECT c.start_time, c.state_id FROM wfm.activity_changes c WHERE c.agent_sid = a.agent_sid AND c.start_time < a.since ORDER BY c.start_time DESC LIMIT 1) c
    WHERE a.is_longer
    UNION ALL
    SELECT h.agent_sid, greatest(e.at, h.since), NULL, e.talks, e.wraps, e.rings
    FROM work h
    -- One digit to the base of 4,096 counts the contacts of one medium.
    CROSS JOIN LATERAL (SELECT 1::bigint << (12 * (h.medium - 1)) AS one, h.told_offer_time IS NOT NULL AND h.begin_time < coalesce(h.accept_time, h.end_time, 'infinity') AS rings) w
    CROSS JOIN LATERAL (VALUES
      (CASE WHEN w.rings THEN h.begin_time END, 0, 0, w.one),
      (CASE WHEN w.rings THEN coalesce(h.accept_time, h.end_time) END, 0, 0, -w.one),
      (h.accept_time, w.one, 0, 0),
      (CASE WHEN h.accept_time IS NOT NULL THEN h.wrap_up_time END, -w.one, w.one, 0),
      (CASE WHEN h.accept_time IS NOT NULL THEN h.end_time END, CASE WHEN h.wrap_up_time IS NULL THEN -w.one ELSE 0 END, CASE WHEN h.wrap_up_time IS NULL THEN 0 ELSE -w.one END, 0)
    ) e (at, talks, wraps, rings)
    WHERE e.at < range_end AND (h.end_time IS NULL OR h.end_time > h.since)
  ), moments AS (
    SELECT e.agent_sid, e.at, lead(e.at) OVER w AS next_at, max(e.activity) OVER w & 65535 AS activity,
      (sum(e.talks) OVER w)::bigint AS talks, (sum(e.wraps) OVER w)::bigint AS wraps, (sum(e.rings) OVER w)::bigint AS rings
    FROM edges e WINDOW w AS (PARTITION BY e.agent_sid ORDER BY e.at)
  ), states AS (
    SELECT m.agent_sid, m.at, s.state << 3 | s.medium AS state, lag(s.state << 3 | s.medium) OVER (PARTITION BY m.agent_sid ORDER BY m.at) AS before
    FROM moments m
    CROSS JOIN LATERAL (SELECT CASE WHEN m.talks > 0 THEN m.talks WHEN m.wraps > 0 THEN m.wraps ELSE m.rings END AS contacts) c
    CROSS JOIN LATERAL (SELECT
      CASE WHEN m.activity = 1 THEN 1 WHEN m.talks > 0 THEN 3 WHEN m.wraps > 0 THEN 4 WHEN m.rings > 0 THEN 5 ELSE coalesce(m.activity, 0)::int END AS state,
      CASE WHEN m.activity = 1 OR c.contacts <= 0 THEN 0 WHEN c.contacts >= 1::bigint << 48 THEN 5 WHEN c.contacts >= 1::bigint << 36 THEN 4
        WHEN c.contacts >= 1::bigint << 24 THEN 3 WHEN c.contacts >= 1::bigint << 12 THEN 2 ELSE 1 END AS medium) s
    WHERE m.next_at IS DISTINCT FROM m.at
  ), spans AS (
    SELECT s.agent_sid, s.at, lead(s.at) OVER (PARTITION BY s.agent_sid ORDER BY s.at) AS end_at, s.state
    FROM states s WHERE s.before IS DISTINCT FROM s.state
  )
  SELECT agent_sid, at, end_at, (state >> 3)::smallint, nullif(state & 7, 0)::smallint
  FROM spans WHERE state > 0 AND (end_at IS NULL OR end_at >= range_start)
$$;

COMMENT ON FUNCTION wfm.spans IS 'What agents did in a range, worked out from all that was told (WFM-26): each span that touches the range, with its own start and, if it lies before the end of the range, its own end. Where several contacts overlap the medium of the highest digit shows. A span that has lasted for a week without logging out begins with the activity of that time. A contact that nothing is told of ends by itself (WFM-48).';

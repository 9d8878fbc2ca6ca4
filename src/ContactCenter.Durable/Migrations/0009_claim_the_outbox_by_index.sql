-- Both functions keep to the indexes whatever the statistics say: a plan made while the outbox was empty must not last when
-- it has grown.

CREATE FUNCTION durable.claim_outbox(new_claim uuid, lease interval, max_lanes integer, messages_per_lane integer)
RETURNS TABLE (
  lane smallint, seq bigint, id uuid, key text, type text, exchange text, mandatory boolean, payload json, sent_time timestamptz, trace_parent text,
  refusals integer, lone_refusals integer)
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  UPDATE durable.outbox_lanes SET claim = new_claim, lease_end = now() + lease
  WHERE lane IN (
    SELECT l.lane FROM durable.outbox_lanes l
    WHERE l.lease_end <= now() AND EXISTS (SELECT FROM durable.outbox_due d WHERE d.lane = l.lane)
    ORDER BY l.lease_end
    LIMIT max_lanes
    FOR UPDATE SKIP LOCKED);
  IF NOT FOUND THEN
    RETURN;
  END IF;

  -- A statement of its own, as its snapshot has to be later than the claim: what the lane's last holder removed is gone.
  RETURN QUERY
  SELECT m.lane, m.seq, m.id, m.key, m.type, m.exchange, m.mandatory, m.payload, m.time, m.trace_parent, m.refusals, m.lone_refusals
  FROM durable.outbox_lanes l
  CROSS JOIN LATERAL (SELECT * FROM durable.outbox_due d WHERE d.lane = l.lane ORDER BY d.seq LIMIT messages_per_lane) AS m
  WHERE l.claim = new_claim
  ORDER BY m.seq;
  IF NOT FOUND THEN
    UPDATE durable.outbox_lanes SET claim = NULL, lease_end = now() WHERE claim = new_claim;
  END IF;
END
$$;
COMMENT ON FUNCTION durable.claim_outbox IS 'Takes up to max_lanes free lanes that have something to publish, until the lease ends, and reads the head of each. If nothing is left in them, they are given back.';

CREATE FUNCTION durable.remove_from_outbox(old_claim uuid, lanes smallint[], seqs bigint[]) RETURNS void
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  -- The order of the join is fixed: a plan made while the outbox was empty would read all of it for each message to remove, and
  -- last for as long as the connection.
  DELETE FROM durable.outbox_messages WHERE ctid = ANY (ARRAY(
    SELECT found.ctid FROM unnest(lanes, seqs) AS r (lane, seq)
    CROSS JOIN LATERAL (SELECT m.ctid FROM durable.outbox_messages m WHERE m.lane = r.lane AND m.seq = r.seq OFFSET 0) AS found));
  UPDATE durable.outbox_lanes SET claim = NULL, lease_end = now() WHERE claim = old_claim;
END
$$;
COMMENT ON FUNCTION durable.remove_from_outbox IS 'Removes published messages and gives the lanes of the claim back.';

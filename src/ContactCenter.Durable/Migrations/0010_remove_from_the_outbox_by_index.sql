-- The order of the join is fixed: a plan made while the outbox was empty would read all of it for each message to remove,
-- and last for as long as the connection.
CREATE OR REPLACE FUNCTION durable.remove_from_outbox(old_claim uuid, lanes smallint[], seqs bigint[]) RETURNS void
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  DELETE FROM durable.outbox_messages WHERE ctid = ANY (ARRAY(
    SELECT found.ctid FROM unnest(lanes, seqs) AS r (lane, seq)
    CROSS JOIN LATERAL (SELECT m.ctid FROM durable.outbox_messages m WHERE m.lane = r.lane AND m.seq = r.seq OFFSET 0) AS found));
  UPDATE durable.outbox_lanes SET claim = NULL, lease_end = now() WHERE claim = old_claim;
END
$$;

CREATE TABLE durable.audit_entries (
  time timestamptz NOT NULL,
  seq bigint NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  resource text NOT NULL,
  request_id text NOT NULL,
  result text NOT NULL,
  details jsonb NOT NULL,
  CONSTRAINT pk_audit_entries PRIMARY KEY (time, seq),
  CONSTRAINT ck_audit_entries_named CHECK (actor <> '' AND action <> '' AND resource <> '' AND result <> ''),
  CONSTRAINT ck_audit_entries_details_are_an_object CHECK (jsonb_typeof(details) = 'object')
) PARTITION BY RANGE (time);

CREATE INDEX ix_audit_entries_actor ON durable.audit_entries (actor, action, time);
CREATE INDEX ix_audit_entries_resource ON durable.audit_entries (resource, time);

CREATE SEQUENCE durable.audit_entry_seq;

COMMENT ON TABLE durable.audit_entries IS 'Who did what, written in the transaction of the deed. Admits only inserts; whole months are dropped when their retention is over.';
COMMENT ON COLUMN durable.audit_entries.seq IS 'Order of writing; the numbers of transactions that were rolled back are missing.';
COMMENT ON COLUMN durable.audit_entries.actor IS 'Such as apikey:7m3k9q2x5c8v.';
COMMENT ON COLUMN durable.audit_entries.details IS 'What else matters, such as the paths of changed fields; never a secret value.';

CREATE FUNCTION durable.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on %.% is refused: the table admits only inserts', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION durable.refuse_change IS 'For triggers named insert_only: such a table admits only inserts, and a service''s role gets no other right on it.';

-- ALWAYS: also where a session plays a replica. Statements on a partition fire the triggers of that partition alone.
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON durable.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION durable.refuse_change();
ALTER TABLE durable.audit_entries ENABLE ALWAYS TRIGGER insert_only;

CREATE FUNCTION durable.add_audit_partition(instant timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  month timestamp := date_trunc('month', instant AT TIME ZONE 'UTC');
  partition text := 'audit_entries_' || to_char(month, 'YYYYMM');
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('durable.audit_entries'));
  -- Not by to_regclass: what it has not found once it may go on not finding, as waiting for this lock renews nothing.
  IF EXISTS (SELECT FROM pg_class WHERE relnamespace = 'durable'::regnamespace AND relname = partition) THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE durable.%I (LIKE durable.audit_entries INCLUDING CONSTRAINTS)', partition);
  EXECUTE format('CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON durable.%I FOR EACH STATEMENT EXECUTE FUNCTION durable.refuse_change()', partition);
  EXECUTE format('ALTER TABLE durable.%I ENABLE ALWAYS TRIGGER insert_only', partition);
  EXECUTE format('ALTER TABLE durable.audit_entries ATTACH PARTITION durable.%I FOR VALUES FROM (%L) TO (%L)', partition,
    month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
END
$$;
COMMENT ON FUNCTION durable.add_audit_partition IS 'Adds the partition of the UTC month around an instant if it is missing.';

CREATE FUNCTION durable.add_audit_entries(
  times timestamptz[], actors text[], actions text[], resources text[], request_ids text[], results text[], all_details jsonb[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM durable.add_audit_partition(t) FROM unnest(times) AS t
  WHERE to_regclass('durable.audit_entries_' || to_char(t AT TIME ZONE 'UTC', 'YYYYMM')) IS NULL;
  INSERT INTO durable.audit_entries (time, seq, actor, action, resource, request_id, result, details)
  SELECT e.time, nextval('durable.audit_entry_seq'), e.actor, e.action, e.resource, e.request_id, e.result, e.details
  FROM unnest(times, actors, actions, resources, request_ids, results, all_details) AS e (time, actor, action, resource, request_id, result, details);
END
$$;
COMMENT ON FUNCTION durable.add_audit_entries IS 'Writes entries, and makes the partition of their month if they are its first.';

CREATE FUNCTION durable.drop_audit_partitions(before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  partition regclass;
  dropped integer := 0;
BEGIN
  IF before > now() - interval '30 days' THEN
    RAISE EXCEPTION 'audit entries are kept for at least 30 days' USING ERRCODE = 'insufficient_privilege';
  END IF;
  FOR partition IN
    SELECT inhrelid::regclass FROM pg_inherits
    WHERE inhparent = 'durable.audit_entries'::regclass
      AND right(inhrelid::regclass::text, 6) < to_char(before AT TIME ZONE 'UTC', 'YYYYMM')
  LOOP
    EXECUTE format('DROP TABLE %s', partition);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END
$$;
COMMENT ON FUNCTION durable.drop_audit_partitions IS 'Drops the months that ended before an instant, which has to be 30 days ago or longer; returns how many.';

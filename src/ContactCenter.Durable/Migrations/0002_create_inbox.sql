CREATE TABLE durable.inbox_messages (
  message_id uuid NOT NULL,
  consumer text NOT NULL,
  received_time timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_inbox_messages PRIMARY KEY (message_id, consumer)
) PARTITION BY RANGE (message_id);

COMMENT ON TABLE durable.inbox_messages IS 'Messages whose effect is stored, written with the effect. Partitioned by the day inside the UUIDv7, so that an id always meets the same partition.';

CREATE FUNCTION durable.uuid_at(instant timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT rpad(lpad(to_hex((extract(epoch FROM instant) * 1000)::bigint), 12, '0'), 32, '0')::uuid
$$;
COMMENT ON FUNCTION durable.uuid_at IS 'The smallest UUID whose first 48 bits, as in version 7, are the instant in milliseconds.';

CREATE FUNCTION durable.add_inbox_partition(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  partition text := 'inbox_messages_' || to_char(day, 'YYYYMMDD');
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('durable.inbox_messages'));
  -- Not by to_regclass: what it has not found once it may go on not finding, as waiting for this lock renews nothing.
  IF EXISTS (SELECT FROM pg_class WHERE relnamespace = 'durable'::regnamespace AND relname = partition) THEN
    RETURN;
  END IF;
  -- Attaching a finished table blocks no reader and no writer of the other partitions; CREATE … PARTITION OF would.
  EXECUTE format('CREATE TABLE durable.%I (LIKE durable.inbox_messages INCLUDING DEFAULTS)', partition);
  EXECUTE format('ALTER TABLE durable.inbox_messages ATTACH PARTITION durable.%I FOR VALUES FROM (%L) TO (%L)', partition,
    durable.uuid_at(day::timestamp AT TIME ZONE 'UTC'), durable.uuid_at((day + 1)::timestamp AT TIME ZONE 'UTC'));
END
$$;
COMMENT ON FUNCTION durable.add_inbox_partition IS 'Adds the partition of one UTC day if it is missing.';

CREATE FUNCTION durable.drop_inbox_partitions(before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  partition regclass;
  fresh boolean;
  dropped integer := 0;
BEGIN
  FOR partition IN
    SELECT inhrelid::regclass FROM pg_inherits
    WHERE inhparent = 'durable.inbox_messages'::regclass
      AND right(inhrelid::regclass::text, 8) < to_char(before, 'YYYYMMDD')
  LOOP
    -- A replayed dead letter may have written to an old day: such a day is kept until the replay is a day old.
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE received_time > now() - interval ''1 day'')', partition) INTO fresh;
    IF NOT fresh THEN
      EXECUTE format('DROP TABLE %s', partition);
      dropped := dropped + 1;
    END IF;
  END LOOP;
  RETURN dropped;
END
$$;
COMMENT ON FUNCTION durable.drop_inbox_partitions IS 'Drops the partitions of days before the given one; returns how many.';

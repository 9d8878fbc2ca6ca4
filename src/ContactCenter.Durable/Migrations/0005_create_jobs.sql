CREATE SEQUENCE durable.job_fences;

CREATE TABLE durable.jobs (
  id uuid NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  kind text COLLATE "C" NOT NULL,
  group_name text COLLATE "C" NOT NULL DEFAULT '',
  key text COLLATE "C",
  deduplication_key text COLLATE "C",
  payload json NOT NULL,
  state text COLLATE "C" NOT NULL,
  due_time timestamptz NOT NULL,
  ready_time timestamptz NOT NULL,
  enqueued_time timestamptz NOT NULL,
  started_time timestamptz,
  trace_parent text,
  attempt integer NOT NULL DEFAULT 0,
  was_abandoned boolean NOT NULL DEFAULT false,
  fence bigint NOT NULL DEFAULT 0,
  lease_end timestamptz,
  CONSTRAINT pk_jobs PRIMARY KEY (id),
  CONSTRAINT ck_jobs_state CHECK (state IN ('READY', 'BLOCKED', 'LEASED', 'DEAD')),
  CONSTRAINT ck_jobs_blocked_by_key CHECK (state <> 'BLOCKED' OR key IS NOT NULL),
  CONSTRAINT ck_jobs_leased_with_fence CHECK ((state = 'LEASED') = (lease_end IS NOT NULL) AND (lease_end IS NULL OR fence > 0))
);

-- Rows are short-lived and change with every claim: vacuum early and fast, so that the head of the queue stays short.
ALTER TABLE durable.jobs SET (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000, fillfactor = 80);

-- Claims read these three: what may run, by time and by group, and what is leased.
-- The condition on seq, which is always true, keeps the first index for those who name it: with a wrong guess of how many jobs
-- a group has, the planner would else look for them among those of all groups.
CREATE INDEX ix_jobs_ready ON durable.jobs (kind, ready_time, seq) WHERE state = 'READY' AND seq > 0;
CREATE INDEX ix_jobs_ready_of_group ON durable.jobs (kind, group_name, ready_time, seq) WHERE state = 'READY';
CREATE INDEX ix_jobs_leased ON durable.jobs (lease_end) WHERE state = 'LEASED';

-- The order within a key.
CREATE INDEX ix_jobs_key ON durable.jobs (key, seq) WHERE key IS NOT NULL;
CREATE UNIQUE INDEX uq_jobs_deduplication_key ON durable.jobs (kind, deduplication_key) WHERE deduplication_key IS NOT NULL AND state <> 'DEAD';

COMMENT ON TABLE durable.jobs IS 'Work to be done at or after a time, each job once. Finished jobs move to job_history.';
COMMENT ON COLUMN durable.jobs.seq IS 'Order of running within the key; equals commit order, as writers of a key hold its lock until commit.';
COMMENT ON COLUMN durable.jobs.group_name IS 'Unit of fair sharing; empty for the group of all jobs without one.';
COMMENT ON COLUMN durable.jobs.deduplication_key IS 'Unique among the live jobs of the kind.';
COMMENT ON COLUMN durable.jobs.state IS 'READY: to be claimed from ready_time on. BLOCKED: behind an earlier job of its key. LEASED: claimed until lease_end. DEAD: a dead letter that holds back its key. The first job of a key is never BLOCKED, the others always are.';
COMMENT ON COLUMN durable.jobs.due_time IS 'Not to be run before; a retry moves it.';
COMMENT ON COLUMN durable.jobs.ready_time IS 'Place in the order of claims: the due time or, if that is later, the moment at which the job became the first of its key. It never lies far behind the moment at which it was written, so that claims need not look far back.';
COMMENT ON COLUMN durable.jobs.enqueued_time IS 'First enqueue, or last replay: the age of the job counts from here.';
COMMENT ON COLUMN durable.jobs.started_time IS 'Last claim.';
COMMENT ON COLUMN durable.jobs.attempt IS 'Claims so far, without those whose process gave the job back.';
COMMENT ON COLUMN durable.jobs.was_abandoned IS 'The last lease ended without a result.';
COMMENT ON COLUMN durable.jobs.fence IS 'Number of the last claim, which all jobs of that claim share. Whoever finishes the job has to name it, so that a process that lost its lease changes nothing.';
COMMENT ON COLUMN durable.jobs.lease_end IS 'By the clock of the database. After it the job is claimed again.';
COMMENT ON SEQUENCE durable.job_fences IS 'Fences rise over all jobs, so that a replayed job never meets a fence of its earlier life.';

CREATE TABLE durable.job_kinds (
  kind text COLLATE "C" NOT NULL,
  offered_time timestamptz,
  paused_time timestamptz,
  pause_note text,
  CONSTRAINT pk_job_kinds PRIMARY KEY (kind),
  CONSTRAINT ck_job_kinds_paused_with_note CHECK ((paused_time IS NULL) = (pause_note IS NULL))
);

COMMENT ON TABLE durable.job_kinds IS 'Kinds of job that some process has offered to run, or an operator has paused. A kind without row is neither.';
COMMENT ON COLUMN durable.job_kinds.offered_time IS 'When a process last said that it claims jobs of the kind; written at most once a minute by each.';

CREATE TABLE durable.job_groups (
  group_name text COLLATE "C" NOT NULL,
  weight integer NOT NULL DEFAULT 1,
  max_running integer,
  paused_time timestamptz,
  pause_note text,
  CONSTRAINT pk_job_groups PRIMARY KEY (group_name),
  CONSTRAINT ck_job_groups_weight CHECK (weight BETWEEN 1 AND 100),
  CONSTRAINT ck_job_groups_max_running CHECK (max_running > 0),
  CONSTRAINT ck_job_groups_paused_with_note CHECK ((paused_time IS NULL) = (pause_note IS NULL))
);

COMMENT ON TABLE durable.job_groups IS 'Groups that differ from the default: weight 1, any number running, not paused. A group without row has the default.';
COMMENT ON COLUMN durable.job_groups.weight IS 'Share of the claims while several groups have jobs to run.';
COMMENT ON COLUMN durable.job_groups.max_running IS 'Most jobs of the group that are leased at a time, over all processes.';

CREATE TABLE durable.job_history (
  id uuid NOT NULL,
  kind text COLLATE "C" NOT NULL,
  group_name text COLLATE "C" NOT NULL,
  key text COLLATE "C",
  outcome text NOT NULL,
  attempts integer NOT NULL,
  enqueued_time timestamptz NOT NULL,
  due_time timestamptz NOT NULL,
  started_time timestamptz,
  finished_time timestamptz NOT NULL,
  stored_time timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ck_job_history_outcome CHECK (outcome IN ('DONE', 'DEAD', 'CANCELLED'))
) PARTITION BY RANGE (stored_time);

CREATE INDEX ix_job_history_id ON durable.job_history (id);

COMMENT ON TABLE durable.job_history IS 'Jobs that are over, without their payloads. Partitioned by the day of stored_time; old days are dropped.';
COMMENT ON COLUMN durable.job_history.stored_time IS 'By the clock of the database, so that the day has a partition whatever the clocks of the processes say.';

CREATE FUNCTION durable.add_job_history_partitions(days integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
  day date;
  partition text;
BEGIN
  FOR day IN SELECT current_date + n FROM generate_series(0, days) AS n LOOP
    partition := 'job_history_' || to_char(day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass('durable.' || partition) IS NOT NULL;
    PERFORM pg_advisory_xact_lock(hashtext('durable.job_history'));
    -- Not by to_regclass: what it has not found once it may go on not finding, as waiting for this lock renews nothing.
    CONTINUE WHEN EXISTS (SELECT FROM pg_class WHERE relnamespace = 'durable'::regnamespace AND relname = partition);
    -- Attaching a finished table blocks no reader and no writer of the other partitions; CREATE … PARTITION OF would.
    EXECUTE format('CREATE TABLE durable.%I (LIKE durable.job_history INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
    EXECUTE format('ALTER TABLE durable.job_history ATTACH PARTITION durable.%I FOR VALUES FROM (%L) TO (%L)', partition, day::timestamptz, (day + 1)::timestamptz);
  END LOOP;
END
$$;
COMMENT ON FUNCTION durable.add_job_history_partitions IS 'Adds the partitions of today and that many days after it, where they are missing.';

CREATE FUNCTION durable.drop_job_history_partitions(before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  partition regclass;
  dropped integer := 0;
BEGIN
  FOR partition IN
    SELECT inhrelid::regclass FROM pg_inherits
    WHERE inhparent = 'durable.job_history'::regclass AND right(inhrelid::regclass::text, 8) < to_char(before, 'YYYYMMDD')
  LOOP
    EXECUTE format('DROP TABLE %s', partition);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END
$$;
COMMENT ON FUNCTION durable.drop_job_history_partitions IS 'Drops the partitions of days before the given one; returns how many. Fails after 2 s if somebody reads them; the caller tries again later.';

SELECT durable.add_job_history_partitions(7);

-- The functions below keep to the indexes whatever the statistics say: a plan made while the table was empty must not last
-- when it has grown. They take a clock (at_time) from the caller for due times; leases go by the clock of the database.

CREATE FUNCTION durable.lock_job_keys(keys text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1785684835, hash)
  FROM (SELECT DISTINCT hashtext(key) & 1023 AS hash FROM unnest(keys) AS key WHERE key IS NOT NULL ORDER BY hash) AS hashes;
END
$$;
COMMENT ON FUNCTION durable.lock_job_keys IS 'Takes the locks, 1,024 in all, of ordering and de-duplication keys until the transaction ends; called once in a transaction, before jobs are added or finished, so that their order is the same everywhere. It makes seq the order of commits, lets exactly the first job of a key be claimable, and keeps writers from deadlocks.';

CREATE FUNCTION durable.promote_jobs(keys text[], at_time timestamptz) RETURNS integer
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  promoted integer;
BEGIN
  UPDATE durable.jobs SET state = 'READY', ready_time = greatest(due_time, at_time)
  WHERE id = ANY (ARRAY(
    SELECT first.id
    FROM (SELECT DISTINCT unnest(keys) AS key) AS k
    CROSS JOIN LATERAL (SELECT j.id, j.state FROM durable.jobs j WHERE j.key = k.key ORDER BY j.seq LIMIT 1) AS first
    WHERE first.state = 'BLOCKED'));
  GET DIAGNOSTICS promoted = ROW_COUNT;
  RETURN promoted;
END
$$;
COMMENT ON FUNCTION durable.promote_jobs IS 'Makes the first job of each key claimable if it is not; the caller holds the locks of the keys. Returns how many it made so.';

CREATE FUNCTION durable.add_jobs(
  ids uuid[], kinds text[], groups text[], keys text[], deduplication_keys text[], payloads json[],
  due_times timestamptz[], enqueued_times timestamptz[], trace_parents text[], moving uuid[], at_time timestamptz)
RETURNS TABLE (id uuid, kind text, deduplication_key text)
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  -- The row of a job that exists already stays locked until the caller commits: if it is not running yet, it runs after that.
  RETURN QUERY
  INSERT INTO durable.jobs AS j (id, kind, group_name, key, deduplication_key, payload, state, due_time, ready_time, enqueued_time, trace_parent)
  SELECT n.id, n.kind, n.group_name, n.key, n.deduplication_key, n.payload,
    -- From the end of the key: if jobs wait there, the many dead entries that may lie before them are not read.
    CASE WHEN n.key IS NULL OR n.place = 1 AND (SELECT e.seq FROM durable.jobs e WHERE e.key = n.key ORDER BY e.seq DESC LIMIT 1) IS NULL
      THEN 'READY' ELSE 'BLOCKED' END,
    n.due_time, greatest(n.due_time, at_time), n.enqueued_time, n.trace_parent
  FROM (
    SELECT *, CASE WHEN m.key IS NOT NULL THEN row_number() OVER (PARTITION BY m.key ORDER BY m.number) END AS place
    FROM unnest(ids, kinds, groups, keys, deduplication_keys, payloads, due_times, enqueued_times, trace_parents) WITH ORDINALITY
      AS m (id, kind, group_name, key, deduplication_key, payload, due_time, enqueued_time, trace_parent, number)) AS n
  ORDER BY n.number
  ON CONFLICT (kind, deduplication_key) WHERE deduplication_key IS NOT NULL AND state <> 'DEAD'
  DO UPDATE SET
    due_time = CASE WHEN excluded.id = ANY (moving) AND j.lease_end IS NULL THEN excluded.due_time ELSE j.due_time END,
    ready_time = CASE WHEN excluded.id = ANY (moving) AND j.lease_end IS NULL THEN excluded.ready_time ELSE j.ready_time END
  RETURNING j.id, j.kind, j.deduplication_key;
END
$$;
COMMENT ON FUNCTION durable.add_jobs IS 'Adds jobs in the order of the arrays; the caller holds the locks of their keys. Returns each job or, where a live one has its de-duplication key, that one, which gets the due time if the new id is in moving and it is not running. If one of several jobs of a key existed, the caller promotes that key.';

CREATE FUNCTION durable.finish_jobs(ids uuid[], fences bigint[], outcome text, at_time timestamptz) RETURNS integer
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  finished integer;
BEGIN
  WITH done AS (
    DELETE FROM durable.jobs j USING unnest(ids, fences) AS r (id, fence)
    WHERE j.id = r.id AND j.fence = r.fence
    RETURNING j.*
  ), promoted AS (
    -- Whatever was before a claimed job in its key is gone, so the next is looked for behind it: many dead entries may lie before.
    UPDATE durable.jobs SET state = 'READY', ready_time = greatest(due_time, at_time)
    WHERE id = ANY (ARRAY(
      SELECT next.id
      FROM done d
      CROSS JOIN LATERAL (SELECT j.id, j.state FROM durable.jobs j WHERE j.key = d.key AND j.seq > d.seq ORDER BY j.seq LIMIT 1) AS next
      WHERE d.key IS NOT NULL AND next.state = 'BLOCKED'))
  )
  INSERT INTO durable.job_history (id, kind, group_name, key, outcome, attempts, enqueued_time, due_time, started_time, finished_time)
  SELECT d.id, d.kind, d.group_name, d.key, finish_jobs.outcome, d.attempt, d.enqueued_time, d.due_time, d.started_time, at_time FROM done d;
  GET DIAGNOSTICS finished = ROW_COUNT;
  RETURN finished;
END
$$;
COMMENT ON FUNCTION durable.finish_jobs IS 'Moves claimed jobs to the history and makes the next jobs of their keys claimable; the caller holds the locks of the keys. Returns how many there were: a claim that is void finishes nothing.';

CREATE FUNCTION durable.postpone_jobs(ids uuid[], fences bigint[], due_times timestamptz[], uncounted integer[], ageless interval[]) RETURNS integer
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  postponed integer;
BEGIN
  UPDATE durable.jobs j
  SET state = 'READY', lease_end = NULL, due_time = r.due_time, ready_time = r.due_time, attempt = j.attempt - r.uncounted,
    enqueued_time = j.enqueued_time + r.ageless, was_abandoned = false
  FROM unnest(ids, fences, due_times, uncounted, ageless) AS r (id, fence, due_time, uncounted, ageless)
  -- Not by state: the planner would look for each id among all that is leased.
  WHERE j.id = r.id AND j.fence = r.fence AND j.lease_end IS NOT NULL;
  GET DIAGNOSTICS postponed = ROW_COUNT;
  RETURN postponed;
END
$$;
COMMENT ON FUNCTION durable.postpone_jobs IS 'Gives claimed jobs back, to be run at or after a time; uncounted is 1 where the attempt does not count, ageless the time by which the job does not grow older. A job keeps its place in its key. Returns how many claims held.';

CREATE FUNCTION durable.renew_jobs(ids uuid[], fences bigint[], lease interval) RETURNS integer
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  renewed integer;
BEGIN
  -- A row that is locked is just being finished, and one without lease was given back a moment ago.
  UPDATE durable.jobs SET lease_end = now() + lease
  WHERE id = ANY (ARRAY(
    SELECT j.id FROM unnest(ids, fences) AS r (id, fence) JOIN durable.jobs j ON j.id = r.id AND j.fence = r.fence
    -- Not by state: the planner would look for each id among all that is leased.
    WHERE j.lease_end IS NOT NULL
    FOR UPDATE OF j SKIP LOCKED));
  GET DIAGNOSTICS renewed = ROW_COUNT;
  RETURN renewed;
END
$$;
COMMENT ON FUNCTION durable.renew_jobs IS 'Lets the leases of running jobs end later; returns how many claims held.';

CREATE FUNCTION durable.bury_job(id uuid, fence bigint) RETURNS integer
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off AS $$
DECLARE
  buried integer;
BEGIN
  -- Its fence rises, so that a run that was left behind cannot finish it any more.
  UPDATE durable.jobs j SET state = 'DEAD', lease_end = NULL, fence = nextval('durable.job_fences')
  WHERE j.id = bury_job.id AND j.fence = bury_job.fence;
  GET DIAGNOSTICS buried = ROW_COUNT;
  RETURN buried;
END
$$;
COMMENT ON FUNCTION durable.bury_job IS 'Makes a claimed job a dead letter that holds back its key (mode STRICT); returns 0 if the claim is void.';

CREATE FUNCTION durable.revive_jobs(ids uuid[], at_time timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off AS $$
BEGIN
  -- If another job has taken the de-duplication key meanwhile, this one goes without.
  RETURN QUERY
  UPDATE durable.jobs j
  SET state = 'READY', due_time = at_time, ready_time = at_time, enqueued_time = at_time, attempt = 0, was_abandoned = false,
    deduplication_key = CASE WHEN NOT EXISTS (
      SELECT FROM durable.jobs o WHERE o.kind = j.kind AND o.deduplication_key = j.deduplication_key AND o.deduplication_key IS NOT NULL AND o.state <> 'DEAD')
      THEN j.deduplication_key END
  WHERE j.id = ANY (ids) AND j.state = 'DEAD'
  RETURNING j.id;
END
$$;
COMMENT ON FUNCTION durable.revive_jobs IS 'Makes dead jobs that hold back their keys claimable again, at the head of their keys; returns those that were there.';

CREATE FUNCTION durable.remove_jobs(ids uuid[], states text[], outcome text, at_time timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY
  WITH removed AS (
    DELETE FROM durable.jobs j WHERE j.id = ANY (ids) AND j.state = ANY (states) RETURNING j.*
  ), kept AS (
    INSERT INTO durable.job_history (id, kind, group_name, key, outcome, attempts, enqueued_time, due_time, started_time, finished_time)
    SELECT r.id, r.kind, r.group_name, r.key, remove_jobs.outcome, r.attempt, r.enqueued_time, r.due_time, r.started_time, at_time FROM removed r
    WHERE remove_jobs.outcome IS NOT NULL
  )
  SELECT r.id FROM removed r;
END
$$;
COMMENT ON FUNCTION durable.remove_jobs IS 'Removes jobs that nobody has claimed, with an entry in the history if there is an outcome; returns those that were in one of the states. The caller holds the locks of their keys and promotes them afterwards.';

CREATE FUNCTION durable.claim_jobs(
  kinds text[], at_time timestamptz, lease interval, max_jobs integer, after_time timestamptz, takes_abandoned boolean, is_backlog boolean,
  virtual_time float8, shared_groups text[], shares float8[], served boolean[], lane_kinds text[], lane_groups text[], lane_times timestamptz[], lane_seqs bigint[])
RETURNS TABLE (
  id uuid, kind text, group_name text, key text, deduplication_key text, payload json, attempt integer, fence bigint,
  enqueued_time timestamptz, due_time timestamptz, ready_time timestamptz, seq bigint, trace_parent text, was_abandoned boolean,
  next_due timestamptz, is_drained boolean, is_shared boolean, weighted_groups text[], weights integer[])
LANGUAGE plpgsql
SET jit = off SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  open_kinds text[] := ARRAY(
    SELECT k FROM unnest(kinds) AS k WHERE NOT EXISTS (SELECT FROM durable.job_kinds p WHERE p.kind = k AND p.paused_time IS NOT NULL));
  closed_groups text[];
  limited_groups text[];
  room integer[];
  candidates integer;
  chosen uuid[];
  claim_fence bigint;
  drained boolean := false;
BEGIN
  IF takes_abandoned THEN
    UPDATE durable.jobs SET state = 'READY', lease_end = NULL, ready_time = at_time, was_abandoned = true
    WHERE id = ANY (ARRAY(
      SELECT j.id FROM durable.jobs j WHERE j.state = 'LEASED' AND j.lease_end <= now() ORDER BY j.lease_end LIMIT 1000 FOR UPDATE SKIP LOCKED));
  END IF;

  -- A limited group is served by one claim at a time, so that two do not fill the same room.
  SELECT array_agg(g.group_name), array_agg(g.max_running) INTO limited_groups, room
  FROM (SELECT g.group_name, g.max_running FROM durable.job_groups g WHERE g.max_running IS NOT NULL AND g.paused_time IS NULL FOR UPDATE SKIP LOCKED) AS g;
  closed_groups := ARRAY(
    SELECT g.group_name FROM durable.job_groups g
    WHERE g.paused_time IS NOT NULL OR g.max_running IS NOT NULL AND g.group_name <> ALL (coalesce(limited_groups, '{}')));

  -- Without a backlog everything there is gets claimed, and fairness costs nothing.
  IF NOT is_backlog THEN
    SELECT count(*), coalesce(array_agg(c.id) FILTER (WHERE c.group_name <> ALL (closed_groups)), '{}')
    INTO candidates, chosen
    FROM (
      SELECT j.id, j.group_name
      FROM unnest(open_kinds) AS k (kind)
      CROSS JOIN LATERAL (
        SELECT r.id, r.group_name, r.ready_time, r.seq FROM durable.jobs r
        WHERE r.state = 'READY' AND r.seq > 0 AND r.kind = k.kind AND r.ready_time > after_time AND r.ready_time <= at_time
        ORDER BY r.ready_time, r.seq
        LIMIT max_jobs + 1) AS j
      ORDER BY j.ready_time, j.seq
      LIMIT max_jobs + 1) AS c;
    is_backlog := candidates > max_jobs OR candidates > 0 AND limited_groups IS NOT NULL;
    IF NOT is_backlog THEN
      candidates := cardinality(chosen);
      -- Not by state: the planner would look for each id among all that is ready.
      chosen := ARRAY(SELECT j.id FROM durable.jobs j WHERE j.id = ANY (chosen) AND j.lease_end IS NULL AND j.state <> 'DEAD' FOR UPDATE SKIP LOCKED);
      drained := cardinality(chosen) = candidates AND NOT EXISTS (SELECT FROM durable.job_groups g WHERE g.max_running IS NOT NULL);
    END IF;
  END IF;

  IF is_backlog THEN
    IF limited_groups IS NOT NULL THEN
      room := ARRAY(
        SELECT (g.max_running - count(j.group_name))::integer
        FROM unnest(limited_groups, room) WITH ORDINALITY AS g (group_name, max_running, number)
        LEFT JOIN durable.jobs j ON j.state = 'LEASED' AND j.lease_end > now() AND j.group_name = g.group_name
        GROUP BY g.number, g.max_running
        ORDER BY g.number);
    END IF;
    WITH RECURSIVE lanes AS (
      -- The pairs of kind and group that have jobs: one step through the index for each, from the end, where the rows are alive.
      SELECT k.kind, l.group_name
      FROM unnest(open_kinds) AS k (kind)
      CROSS JOIN LATERAL (
        SELECT j.group_name FROM durable.jobs j WHERE j.state = 'READY' AND j.kind = k.kind ORDER BY j.group_name DESC, j.ready_time DESC, j.seq DESC LIMIT 1) AS l
      UNION ALL
      SELECT l.kind, n.group_name
      FROM lanes l
      CROSS JOIN LATERAL (
        SELECT j.group_name FROM durable.jobs j
        WHERE j.state = 'READY' AND j.kind = l.kind AND j.group_name < l.group_name ORDER BY j.group_name DESC, j.ready_time DESC, j.seq DESC LIMIT 1) AS n
    ), open_lanes AS MATERIALIZED (
      SELECT l.kind, l.group_name, coalesce(m.after_time, '-infinity') AS after_time, coalesce(m.after_seq, 0) AS after_seq
      FROM lanes l
      LEFT JOIN unnest(lane_kinds, lane_groups, lane_times, lane_seqs) AS m (kind, group_name, after_time, after_seq) ON m.kind = l.kind AND m.group_name = l.group_name
      -- Not EXISTS, for which the planner would read all that is ready.
      CROSS JOIN LATERAL (
        SELECT FROM durable.jobs j
        WHERE j.state = 'READY' AND j.kind = l.kind AND j.group_name = l.group_name
          AND (j.ready_time, j.seq) >= (coalesce(m.after_time, '-infinity'), coalesce(m.after_seq, 0)) AND j.ready_time <= at_time
        ORDER BY j.ready_time, j.seq
        LIMIT 1) AS first
      WHERE l.group_name <> ALL (closed_groups)
    ), groups AS MATERIALIZED (
      SELECT o.group_name, o.weight, o.served,
        greatest(virtual_time, o.share) AS start,
        -- More than its share only while other groups have less than theirs.
        least(max_jobs, ceil(16.0 * max_jobs * o.weight / sum(o.weight) OVER ()), o.room)::integer AS most,
        count(*) OVER () AS number
      FROM (
        SELECT DISTINCT l.group_name, coalesce(g.weight, 1) AS weight, coalesce(s.share, virtual_time) AS share, coalesce(s.served, false) AS served, r.room
        FROM open_lanes l
        LEFT JOIN durable.job_groups g ON g.group_name = l.group_name
        LEFT JOIN unnest(shared_groups, shares, served) AS s (group_name, share, served) ON s.group_name = l.group_name
        LEFT JOIN unnest(limited_groups, room) AS r (group_name, room) ON r.group_name = l.group_name) AS o
      WHERE o.room IS NULL OR o.room > 0
    ), places AS (
      -- Start-time fair queueing: the next job of a group comes 1/weight after its last. A group that was not served
      -- by the last claim comes first, if all groups fit into one claim: so none waits for more than two.
      SELECT p.kind, p.group_name
      FROM (
        SELECT j.kind, j.group_name, g.weight, g.start, g.served, g.number,
          row_number() OVER (PARTITION BY j.group_name ORDER BY j.ready_time, j.seq) AS place, g.most
        FROM groups g
        JOIN open_lanes l ON l.group_name = g.group_name
        CROSS JOIN LATERAL (
          SELECT r.kind, r.group_name, r.ready_time, r.seq FROM durable.jobs r
          WHERE r.state = 'READY' AND r.kind = l.kind AND r.group_name = l.group_name AND (r.ready_time, r.seq) >= (l.after_time, l.after_seq) AND r.ready_time <= at_time
          ORDER BY r.ready_time, r.seq
          LIMIT g.most) AS j) AS p
      WHERE p.place <= p.most
      ORDER BY CASE WHEN p.place = 1 AND NOT p.served AND p.number <= max_jobs THEN '-infinity' ELSE p.start + (p.place - 1)::float8 / p.weight END, p.start, p.group_name
      LIMIT max_jobs
    )
    -- Only how many of each lane was chosen: the rows are the first that no other claim has locked, and no row is locked in vain.
    SELECT coalesce(array_agg(t.id), '{}') INTO chosen
    FROM (SELECT p.kind, p.group_name, count(*) AS number FROM places p GROUP BY p.kind, p.group_name) AS c
    JOIN open_lanes l ON l.kind = c.kind AND l.group_name = c.group_name
    CROSS JOIN LATERAL (
      SELECT r.id FROM durable.jobs r
      WHERE r.state = 'READY' AND r.kind = c.kind AND r.group_name = c.group_name AND (r.ready_time, r.seq) >= (l.after_time, l.after_seq) AND r.ready_time <= at_time
      ORDER BY r.ready_time, r.seq
      LIMIT c.number
      FOR UPDATE SKIP LOCKED) AS t;
    is_backlog := cardinality(chosen) > 0;
  END IF;

  IF cardinality(chosen) > 0 THEN
    claim_fence := nextval('durable.job_fences');
    RETURN QUERY
    UPDATE durable.jobs j
    SET state = 'LEASED', attempt = j.attempt + 1, fence = claim_fence, lease_end = now() + lease, started_time = at_time
    WHERE j.id = ANY (chosen)
    RETURNING j.id, j.kind, j.group_name, j.key, j.deduplication_key, j.payload, j.attempt, j.fence, j.enqueued_time, j.due_time, j.ready_time, j.seq,
      j.trace_parent, j.was_abandoned, NULL::timestamptz, NULL::boolean, NULL::boolean, NULL::text[], NULL::integer[];
  END IF;

  -- The last row tells how to go on.
  RETURN QUERY
  SELECT NULL::uuid, NULL, NULL, NULL, NULL, NULL::json, NULL::integer, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::bigint, NULL,
    NULL::boolean,
    (SELECT min(n.ready_time)
     FROM unnest(open_kinds) AS k (kind)
     CROSS JOIN LATERAL (
       SELECT j.ready_time FROM durable.jobs j
       WHERE j.state = 'READY' AND j.seq > 0 AND j.kind = k.kind AND j.ready_time > at_time ORDER BY j.ready_time, j.seq LIMIT 1) AS n),
    drained, is_backlog,
    ARRAY(SELECT g.group_name FROM durable.job_groups g WHERE is_backlog AND g.weight > 1 ORDER BY g.group_name),
    ARRAY(SELECT g.weight FROM durable.job_groups g WHERE is_backlog AND g.weight > 1 ORDER BY g.group_name);
END
$$;
COMMENT ON FUNCTION durable.claim_jobs IS 'Leases up to max_jobs jobs of the kinds that are due at at_time, not paused, and the first of their keys, spread over the groups by weight. What the process remembers makes it cheap and fair: after_time (all that was ready before is claimed), is_backlog (the last claim was full), the virtual time with the groups'' shares and whether the last claim served them, and the place (ready_time and seq) up to which each lane (kind and group) is claimed; none of it is needed for correctness. All jobs of a claim have its fence. The last row has no id and says when the next job is due, whether all that was ready is claimed, whether the groups shared the claim, and the weights of those that weigh more than 1.';

CREATE SEQUENCE durable.job_fences;

CREATE TABLE durable.jobs (
  id uuid NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  key text,
  deduplication_key text,
  payload json NOT NULL,
  due_time timestamptz NOT NULL,
  enqueued_time timestamptz NOT NULL,
  trace_parent text,
  attempt integer NOT NULL DEFAULT 0,
  fence bigint NOT NULL DEFAULT 0,
  lease_end timestamptz,
  CONSTRAINT pk_jobs PRIMARY KEY (id),
  CONSTRAINT ck_jobs_payload_short CHECK (octet_length(payload::text) <= 65536),
  CONSTRAINT ck_jobs_leased_with_fence CHECK (lease_end IS NULL OR fence > 0)
);

-- Rows are short-lived and change with every claim: vacuum early, so that the head of the queue stays short.
ALTER TABLE durable.jobs SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, fillfactor = 80);

-- Claims read these two: what waits, and what a dead process has left behind.
CREATE INDEX ix_jobs_waiting ON durable.jobs (due_time, seq) WHERE lease_end IS NULL;
CREATE INDEX ix_jobs_leased ON durable.jobs (lease_end) WHERE lease_end IS NOT NULL;

-- Answers "is there an earlier job of this key?".
CREATE INDEX ix_jobs_key ON durable.jobs (key, seq) WHERE key IS NOT NULL;
CREATE UNIQUE INDEX uq_jobs_deduplication_key ON durable.jobs (kind, deduplication_key) WHERE deduplication_key IS NOT NULL;

COMMENT ON TABLE durable.jobs IS 'Work to be done at or after a time, each job once: waiting while lease_end is null, else leased by a process until then. Finished jobs leave the table.';
COMMENT ON COLUMN durable.jobs.seq IS 'Order of running within the key; equals commit order, as writers of a key hold its lock until commit.';
COMMENT ON COLUMN durable.jobs.deduplication_key IS 'Unique among the live jobs of the kind.';
COMMENT ON COLUMN durable.jobs.due_time IS 'Not to be run before; a retry moves it.';
COMMENT ON COLUMN durable.jobs.enqueued_time IS 'First enqueue, or last replay: the age of the job counts from here.';
COMMENT ON COLUMN durable.jobs.attempt IS 'Claims so far, without those whose process gave the job back.';
COMMENT ON COLUMN durable.jobs.fence IS 'Number of the last claim. Whoever finishes the job has to name it, so that a process that lost its lease changes nothing.';
COMMENT ON COLUMN durable.jobs.lease_end IS 'By the clock of the database. After it the job is claimed again.';
COMMENT ON SEQUENCE durable.job_fences IS 'Fences rise over all jobs, so that a replayed job never meets a fence of its earlier life.';

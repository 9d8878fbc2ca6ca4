ALTER TABLE durable.dead_letters
  ADD COLUMN item_seq bigint NOT NULL DEFAULT 0,
  ADD COLUMN re_render boolean NOT NULL DEFAULT false,
  ADD COLUMN pending_xact xid8 NOT NULL DEFAULT pg_current_xact_id();

DROP INDEX durable.ix_dead_letters_pending_of_key;
CREATE INDEX ix_dead_letters_pending ON durable.dead_letters (first_time, item_seq, item_id) WHERE state = 'PENDING';
CREATE INDEX ix_dead_letters_closed ON durable.dead_letters (closed_time) WHERE closed_time IS NOT NULL;

COMMENT ON COLUMN durable.dead_letters.item_seq IS 'Place of the item in the order of its key, among those of one first_time.';
COMMENT ON COLUMN durable.dead_letters.re_render IS 'Whether the last replay asked the handler to render its stored request anew.';
COMMENT ON COLUMN durable.dead_letters.pending_xact IS 'The transaction that made the letter PENDING: tells which letters existed at a dry run.';

CREATE TABLE durable.dead_letter_notices (
  kind text NOT NULL,
  reason text NOT NULL,
  unreported integer NOT NULL,
  letter_id uuid NOT NULL,
  trace_parent text,
  reported_time timestamptz NOT NULL DEFAULT '-infinity',
  CONSTRAINT pk_dead_letter_notices PRIMARY KEY (kind, reason)
);

COMMENT ON TABLE durable.dead_letter_notices IS 'When dead letters of a kind and reason were last reported by an event, and how many were added since.';
COMMENT ON COLUMN durable.dead_letter_notices.letter_id IS 'The newest of them.';

CREATE TABLE durable.replays (
  id uuid NOT NULL,
  filter jsonb NOT NULL,
  snapshot pg_snapshot NOT NULL,
  state text NOT NULL DEFAULT 'DRY_RUN',
  matched integer NOT NULL,
  replayed integer NOT NULL DEFAULT 0,
  rate_per_second integer,
  re_render boolean,
  created_time timestamptz NOT NULL,
  started_time timestamptz,
  finished_time timestamptz,
  CONSTRAINT pk_replays PRIMARY KEY (id),
  CONSTRAINT ck_replays_state CHECK (state IN ('DRY_RUN', 'RUNNING', 'DONE', 'CANCELLED')),
  CONSTRAINT ck_replays_started_unless_dry_run CHECK ((state = 'DRY_RUN') = (started_time IS NULL)),
  CONSTRAINT ck_replays_rate CHECK ((rate_per_second IS NULL) = (started_time IS NULL) AND rate_per_second BETWEEN 1 AND 1000)
);

COMMENT ON TABLE durable.replays IS 'Bulk replays of dead letters, each begun as a dry run.';
COMMENT ON COLUMN durable.replays.id IS 'Random: it is also the token that the real call needs.';
COMMENT ON COLUMN durable.replays.snapshot IS 'Taken by the dry run: letters that became PENDING outside it are not touched.';

CREATE TABLE durable.dead_letters (
  id uuid NOT NULL,
  source text NOT NULL,
  item_id uuid NOT NULL,
  kind text NOT NULL,
  group_name text NOT NULL DEFAULT '',
  key text,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'PENDING',
  error_class text NOT NULL,
  error_status integer,
  error text NOT NULL,
  attempts integer NOT NULL,
  first_time timestamptz NOT NULL,
  last_time timestamptz NOT NULL,
  generation integer NOT NULL DEFAULT 0,
  payload bytea NOT NULL,
  policy text,
  trace_parent text,
  origin jsonb,
  closed_time timestamptz,
  discard_reason text,
  CONSTRAINT pk_dead_letters PRIMARY KEY (id),
  CONSTRAINT uq_dead_letters_item UNIQUE (source, group_name, item_id),
  CONSTRAINT ck_dead_letters_source CHECK (source IN ('JOB', 'OUTBOX', 'INBOX', 'EGRESS')),
  CONSTRAINT ck_dead_letters_state CHECK (state IN ('PENDING', 'REPLAYED', 'DISCARDED', 'SUPERSEDED')),
  CONSTRAINT ck_dead_letters_closed_unless_pending CHECK ((state = 'PENDING') = (closed_time IS NULL)),
  CONSTRAINT ck_dead_letters_error_short CHECK (octet_length(error) <= 4096),
  CONSTRAINT ck_dead_letters_discard_has_reason CHECK ((state = 'DISCARDED') = (discard_reason IS NOT NULL) AND length(discard_reason) BETWEEN 1 AND 500)
);

CREATE INDEX ix_dead_letters_newest ON durable.dead_letters (last_time DESC, id DESC);
CREATE INDEX ix_dead_letters_pending_of_key ON durable.dead_letters (kind, key, first_time) WHERE state = 'PENDING' AND key IS NOT NULL;

COMMENT ON TABLE durable.dead_letters IS 'Work that will not be tried again by itself, with cause and payload, until it is replayed or discarded.';
COMMENT ON COLUMN durable.dead_letters.item_id IS 'The job or message. An item has one letter: if its replay fails, the same row is PENDING again.';
COMMENT ON COLUMN durable.dead_letters.kind IS 'Kind of the job, or type of the message.';
COMMENT ON COLUMN durable.dead_letters.group_name IS 'Group of the job; exchange of an outbox message; queue of an inbox message.';
COMMENT ON COLUMN durable.dead_letters.generation IS 'How often the item has been replayed.';
COMMENT ON COLUMN durable.dead_letters.payload IS 'JSON of the job or message as it was; for unreadable messages the bytes received.';
COMMENT ON COLUMN durable.dead_letters.origin IS 'What else a replay restores, such as the de-duplication key of a job.';

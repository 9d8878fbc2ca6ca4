CREATE SCHEMA IF NOT EXISTS insights;

CREATE TABLE insights.raw_events (
  raw_event_id uuid NOT NULL,
  source text NOT NULL,
  received_time timestamptz NOT NULL,
  event_time timestamptz,
  time_missing boolean NOT NULL,
  event_key text NOT NULL,
  event_type text NOT NULL,
  account_sid text,
  workspace_sid text,
  resource_sid text,
  task_sid text,
  worker_sid text,
  content_type text,
  body bytea NOT NULL,
  body_sha256 bytea NOT NULL,
  status text NOT NULL,
  error text,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_time timestamptz,
  rule_version integer,
  CONSTRAINT pk_raw_events PRIMARY KEY (raw_event_id),
  CONSTRAINT ck_raw_events_source CHECK (source IN ('taskrouter_webhook', 'event_streams')),
  CONSTRAINT ck_raw_events_status CHECK (status IN ('received', 'processed', 'ignored', 'duplicate', 'set_aside', 'failed')),
  CONSTRAINT ck_raw_events_failed_says_why CHECK (status <> 'failed' OR error IS NOT NULL),
  CONSTRAINT ck_raw_events_waiting_has_time CHECK (status <> 'received' OR event_time IS NOT NULL)
) PARTITION BY RANGE (raw_event_id);

-- Ids are UUIDv7: their order is the order of receipt, so that old partitions can be dropped as a whole.
CREATE TABLE insights.raw_events_default PARTITION OF insights.raw_events DEFAULT;

CREATE INDEX ix_raw_events_waiting ON insights.raw_events (raw_event_id) WHERE status = 'received';
CREATE INDEX ix_raw_events_of_task ON insights.raw_events (task_sid) WHERE task_sid IS NOT NULL;

COMMENT ON TABLE insights.raw_events IS 'Everything received, byte for byte, with what has become of it. The backup that results can be made from again.';
COMMENT ON COLUMN insights.raw_events.body IS 'A whole form post, or one item of an Event Streams array. Never changed.';
COMMENT ON COLUMN insights.raw_events.event_key IS 'SID of the event, or a hash of what names it: two arrivals with one key are the same event.';
COMMENT ON COLUMN insights.raw_events.time_missing IS 'The event told no usable time; event_time is the time of receipt.';
COMMENT ON COLUMN insights.raw_events.next_attempt_time IS 'Set after a failure: earliest time of the next try.';
COMMENT ON COLUMN insights.raw_events.rule_version IS 'Version of the rules that last processed the event.';

CREATE TABLE insights.warnings (
  account_sid text NOT NULL,
  day date NOT NULL,
  code text NOT NULL,
  field text NOT NULL,
  count bigint NOT NULL,
  first_time timestamptz NOT NULL,
  last_time timestamptz NOT NULL,
  sample text,
  raw_event_ids uuid[] NOT NULL,
  CONSTRAINT pk_warnings PRIMARY KEY (account_sid, day, code, field),
  CONSTRAINT ck_warnings_at_most_five_examples CHECK (cardinality(raw_event_ids) <= 5)
);

COMMENT ON TABLE insights.warnings IS 'What was not as it should be in received data: one row per code, field, account and UTC day.';
COMMENT ON COLUMN insights.warnings.field IS 'The field concerned; empty where the warning is about the whole event.';
COMMENT ON COLUMN insights.warnings.sample IS 'The first three characters of one value.';

CREATE TABLE insights.signature_refusals (
  refusal_id bigint GENERATED ALWAYS AS IDENTITY,
  refused_time timestamptz NOT NULL,
  cause text NOT NULL,
  sender text,
  path text NOT NULL,
  length bigint NOT NULL,
  body_sha256 bytea NOT NULL,
  CONSTRAINT pk_signature_refusals PRIMARY KEY (refusal_id)
);

COMMENT ON TABLE insights.signature_refusals IS 'The last 1,000 requests that were refused for their signature; their bodies are not kept.';

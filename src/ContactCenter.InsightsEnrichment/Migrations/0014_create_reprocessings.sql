CREATE TABLE insights.reprocessings (
  reprocessing_id uuid NOT NULL,
  filter json NOT NULL,
  dry_run boolean NOT NULL,
  events_per_second integer NOT NULL,
  state text NOT NULL,
  actor text NOT NULL,
  create_time timestamptz NOT NULL,
  finish_time timestamptz,
  last_event_id uuid,
  events_matched bigint,
  events_done bigint NOT NULL DEFAULT 0,
  events_taken_in bigint NOT NULL DEFAULT 0,
  events_left_out bigint NOT NULL DEFAULT 0,
  events_failed bigint NOT NULL DEFAULT 0,
  CONSTRAINT pk_reprocessings PRIMARY KEY (reprocessing_id),
  CONSTRAINT ck_reprocessings_state CHECK (state IN ('running', 'done', 'canceled')),
  CONSTRAINT ck_reprocessings_finished_has_time CHECK ((state = 'running') = (finish_time IS NULL)),
  CONSTRAINT ck_reprocessings_events_per_second CHECK (events_per_second BETWEEN 1 AND 1000)
);

COMMENT ON TABLE insights.reprocessings IS 'Runs that work out again what raw events say.';
COMMENT ON COLUMN insights.reprocessings.filter IS 'Which events, as RawEventFilter in JSON; those received after create_time are not among them.';
COMMENT ON COLUMN insights.reprocessings.last_event_id IS 'The run goes on after this event; empty before the first.';
COMMENT ON COLUMN insights.reprocessings.events_matched IS 'Events that the filter finds; empty until they are counted.';
COMMENT ON COLUMN insights.reprocessings.events_left_out IS 'Events that cannot be processed: unreadable, or still of an unknown account or type.';

CREATE TABLE insights.reprocessing_differences (
  reprocessing_id uuid NOT NULL,
  resource text NOT NULL,
  place bigint GENERATED ALWAYS AS IDENTITY,
  before text,
  after text,
  CONSTRAINT pk_reprocessing_differences PRIMARY KEY (reprocessing_id, resource),
  CONSTRAINT fk_reprocessing_differences_reprocessing FOREIGN KEY (reprocessing_id) REFERENCES insights.reprocessings ON DELETE CASCADE
);

COMMENT ON TABLE insights.reprocessing_differences IS 'What each run changed, or would change: one row per segment, conversation and session.';
COMMENT ON COLUMN insights.reprocessing_differences.resource IS 'segments/…, conversations/… or sessions/….';
COMMENT ON COLUMN insights.reprocessing_differences.place IS 'The order in which they were found.';
COMMENT ON COLUMN insights.reprocessing_differences.before IS 'JSON of what is stored; kept with after for the first hundred of a run alone.';

CREATE INDEX ix_tasks_of_conversation ON insights.tasks (conversation_id);

ALTER TABLE insights.raw_events DROP COLUMN next_attempt_time;

COMMENT ON COLUMN insights.raw_events.attempts IS 'How often its processing has failed; such an event is processed by its job.';

ALTER TABLE insights.tasks ADD COLUMN told text NOT NULL DEFAULT '';

COMMENT ON COLUMN insights.tasks.told IS 'The waits, offers and handlings of the task that were published, one a line: each is published once.';

CREATE TABLE insights.ingest_watermark (
  only_one boolean NOT NULL DEFAULT true,
  watermark_time timestamptz NOT NULL,
  told_time timestamptz NOT NULL,
  CONSTRAINT pk_ingest_watermark PRIMARY KEY (only_one),
  CONSTRAINT ck_ingest_watermark_only_one CHECK (only_one)
);

COMMENT ON TABLE insights.ingest_watermark IS 'The time before which everything accepted has been published, as it was told last.';
COMMENT ON COLUMN insights.ingest_watermark.told_time IS 'When it was told, so that one process alone tells it.';

CREATE TABLE insights.session_links (
  session_name text NOT NULL,
  what text NOT NULL,
  event_time timestamptz NOT NULL,
  event_id uuid NOT NULL,
  contact_id text,
  record_id text,
  record_url text,
  is_account boolean NOT NULL,
  url text,
  number integer,
  CONSTRAINT pk_session_links PRIMARY KEY (session_name, what)
);

COMMENT ON TABLE insights.session_links IS 'What the CRM and the storage service told of sessions: of everything the latest.';
COMMENT ON COLUMN insights.session_links.what IS 'account, record, crm/… or store/… with the id of a file.';
COMMENT ON COLUMN insights.session_links.url IS 'Address of a recording; empty for everything else.';

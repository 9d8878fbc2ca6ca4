ALTER TABLE insights.raw_events DROP CONSTRAINT ck_raw_events_source;
ALTER TABLE insights.raw_events ADD CONSTRAINT ck_raw_events_source
  CHECK (source IN ('taskrouter_webhook', 'event_streams', 'bulk', 'session', 'rbm', 'reconciliation'));

CREATE INDEX ix_raw_events_of_session ON insights.raw_events (resource_sid) WHERE source = 'session';

COMMENT ON COLUMN insights.raw_events.resource_sid IS 'The resource that the event is about; of session events call-…, chat-…, cobrowse:… or agent:….';

CREATE TABLE insights.sessions (
  session_name text NOT NULL,
  account_sid text NOT NULL,
  session_type text,
  status text NOT NULL,
  has_start boolean NOT NULL,
  start_time timestamptz NOT NULL,
  end_time timestamptz,
  ready_time timestamptz,
  task_sid text,
  call_sid text,
  direction text,
  document json NOT NULL,
  agents json NOT NULL,
  transcript text,
  record_version bigint NOT NULL,
  sequence bigint NOT NULL,
  update_time timestamptz NOT NULL,
  changed_parts text[] NOT NULL,
  CONSTRAINT pk_sessions PRIMARY KEY (session_name),
  CONSTRAINT ck_sessions_record_version_from_1 CHECK (record_version >= 1),
  CONSTRAINT ck_sessions_ready_after_end CHECK ((end_time IS NULL) = (ready_time IS NULL) AND ready_time >= end_time)
);

CREATE INDEX ix_sessions_by_start ON insights.sessions (start_time DESC, session_name);
CREATE INDEX ix_sessions_of_task ON insights.sessions (task_sid) WHERE task_sid IS NOT NULL;

COMMENT ON TABLE insights.sessions IS 'The records of calls and chats, made from raw_events and nothing else.';
COMMENT ON COLUMN insights.sessions.document IS 'The metadata document, with its times in UTC; json, as jsonb would reorder what is carried through unchanged.';
COMMENT ON COLUMN insights.sessions.transcript IS 'What was written and shown, encrypted.';
COMMENT ON COLUMN insights.sessions.sequence IS 'Number of the last published event of the session.';
COMMENT ON COLUMN insights.sessions.changed_parts IS 'What has changed since the ready time and is not published yet.';

CREATE TABLE insights.screen_shares (
  cobrowse_session_id text NOT NULL,
  session_name text NOT NULL,
  CONSTRAINT pk_screen_shares PRIMARY KEY (cobrowse_session_id)
);

CREATE INDEX ix_screen_shares_of_session ON insights.screen_shares (session_name);

COMMENT ON TABLE insights.screen_shares IS 'The session of each screen share, so that events which name the share alone find it.';

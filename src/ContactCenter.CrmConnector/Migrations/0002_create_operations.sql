CREATE TABLE crm.sessions (
  session text NOT NULL,
  account_sid text NOT NULL,
  facts text NOT NULL DEFAULT '{}',
  triggered boolean NOT NULL DEFAULT false,
  account_state text NOT NULL DEFAULT 'OPEN',
  account_id text,
  account_is_number boolean NOT NULL DEFAULT false,
  record_state text NOT NULL DEFAULT 'OPEN',
  record_id text,
  record_is_number boolean NOT NULL DEFAULT false,
  record_reused boolean NOT NULL DEFAULT false,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  CONSTRAINT pk_sessions PRIMARY KEY (session),
  CONSTRAINT ck_sessions_account CHECK (account_state IN ('OPEN', 'RESOLVED', 'WAIVED') AND (account_state = 'RESOLVED') = (account_id IS NOT NULL)),
  CONSTRAINT ck_sessions_record CHECK (record_state IN ('OPEN', 'RESOLVED', 'WAIVED') AND (record_state = 'RESOLVED') = (record_id IS NOT NULL))
);

CREATE INDEX ix_sessions_record ON crm.sessions (record_id) WHERE record_id IS NOT NULL;
CREATE INDEX ix_sessions_update_time ON crm.sessions (update_time);

CREATE TABLE crm.account_links (
  connector_id text NOT NULL,
  end_user text NOT NULL,
  account_id text NOT NULL,
  account_is_number boolean NOT NULL,
  update_time timestamptz NOT NULL,
  CONSTRAINT pk_account_links PRIMARY KEY (connector_id, end_user),
  CONSTRAINT fk_account_links_connector FOREIGN KEY (connector_id) REFERENCES crm.connectors (connector_id) ON DELETE CASCADE
);

CREATE TABLE crm.operations (
  operation_id uuid NOT NULL,
  session text NOT NULL,
  connector_id text NOT NULL,
  kind text NOT NULL,
  source text NOT NULL,
  position_time timestamptz NOT NULL,
  position_rank smallint NOT NULL,
  lane text,
  state text NOT NULL,
  reason text NOT NULL DEFAULT '',
  step integer NOT NULL DEFAULT 0,
  part integer NOT NULL DEFAULT 1,
  uncertain boolean NOT NULL DEFAULT false,
  job_id uuid,
  request text,
  request_sha256 bytea,
  response text,
  generation integer NOT NULL DEFAULT 0,
  re_rendered integer NOT NULL DEFAULT 0,
  attempt_count integer NOT NULL DEFAULT 0,
  attempts jsonb NOT NULL DEFAULT '[]',
  first_attempt_time timestamptz,
  next_attempt_time timestamptz,
  create_time timestamptz NOT NULL,
  end_time timestamptz,
  CONSTRAINT pk_operations PRIMARY KEY (operation_id),
  CONSTRAINT fk_operations_session FOREIGN KEY (session) REFERENCES crm.sessions (session) ON DELETE CASCADE,
  CONSTRAINT ck_operations_kind CHECK (kind IN ('ACCOUNT', 'RECORD', 'UPDATE', 'COMMENT')),
  CONSTRAINT ck_operations_state CHECK (state IN ('QUEUED', 'BLOCKED', 'SENDING', 'WAITING', 'HELD', 'SUCCEEDED', 'SKIPPED', 'DEAD', 'CANCELLED')),
  CONSTRAINT ck_operations_over CHECK ((state IN ('SUCCEEDED', 'SKIPPED', 'CANCELLED')) = (end_time IS NOT NULL))
);

CREATE UNIQUE INDEX ux_operations_one_effect ON crm.operations (session, kind, source);
CREATE UNIQUE INDEX ux_operations_job ON crm.operations (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX ix_operations_unfinished ON crm.operations (connector_id) WHERE end_time IS NULL;
CREATE INDEX ix_operations_lane ON crm.operations (lane) WHERE end_time IS NULL;
CREATE INDEX ix_operations_blocked ON crm.operations (create_time) WHERE state = 'BLOCKED';

COMMENT ON TABLE crm.sessions IS 'What is known of calls and chats, and which account and record they have. The lock of a row guards the operations of the session.';
COMMENT ON COLUMN crm.sessions.account_sid IS 'The contact centre''s account (AC…).';
COMMENT ON COLUMN crm.sessions.facts IS 'JSON, by name: v, the newest value; t and s, time and sequence of the event that told it.';
COMMENT ON COLUMN crm.sessions.triggered IS 'Whether accounts and records may be made for it.';
COMMENT ON TABLE crm.account_links IS 'The account that the last session of an end user had.';
COMMENT ON COLUMN crm.account_links.end_user IS 'The platform''s number of the end user, or the SHA-256 of phone number or e-mail address.';
COMMENT ON TABLE crm.operations IS 'Outbound work for sessions. Each has a job while it is QUEUED, SENDING, WAITING or DEAD.';
COMMENT ON COLUMN crm.operations.source IS 'The event that it is the effect of; session for ACCOUNT and RECORD.';
COMMENT ON COLUMN crm.operations.position_rank IS 'Its place among those of the same time.';
COMMENT ON COLUMN crm.operations.lane IS 'One of a lane is under way at a time; the key of its job.';
COMMENT ON COLUMN crm.operations.step IS 'Number of the EndpointKind that is called next or was called last; 0 before the first.';
COMMENT ON COLUMN crm.operations.part IS 'Which part of a long comment is sent next.';
COMMENT ON COLUMN crm.operations.uncertain IS 'Whether a create was sent whose outcome is unknown.';
COMMENT ON COLUMN crm.operations.request IS 'What is sent, sealed by the deployment''s key; gone once it was sent.';
COMMENT ON COLUMN crm.operations.request_sha256 IS 'Of URL and body that were sent last.';
COMMENT ON COLUMN crm.operations.response IS 'Begin of the answer that holds it, sealed.';
COMMENT ON COLUMN crm.operations.re_rendered IS 'The generation that was last rendered anew; 0 for none.';

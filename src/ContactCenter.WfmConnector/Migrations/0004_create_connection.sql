CREATE TABLE wfm.connection (
  only_one boolean NOT NULL DEFAULT true,
  revision bigint NOT NULL DEFAULT 1,
  service_url text NOT NULL DEFAULT '',
  access_key_id text NOT NULL DEFAULT '',
  secret_key text,
  secret_set_time timestamptz,
  mode text NOT NULL DEFAULT 'PLAIN',
  tenant_name text NOT NULL DEFAULT '',
  profile text NOT NULL DEFAULT 'cxone-acd/1',
  is_wanted boolean NOT NULL DEFAULT false,
  state text NOT NULL DEFAULT 'UNCONFIGURED',
  state_time timestamptz NOT NULL DEFAULT now(),
  success_time timestamptz,
  failures integer NOT NULL DEFAULT 0,
  heartbeat_due timestamptz NOT NULL DEFAULT '-infinity',
  snapshot_due timestamptz,
  CONSTRAINT pk_connection PRIMARY KEY (only_one),
  CONSTRAINT ck_connection_only_one CHECK (only_one),
  CONSTRAINT ck_connection_mode CHECK (mode IN ('PLAIN', 'SDK')),
  CONSTRAINT ck_connection_state CHECK (state IN ('UNCONFIGURED', 'CONNECTING', 'CONNECTED', 'DISCONNECTED', 'AUTH_FAILED', 'FORBIDDEN', 'PAUSED'))
);

INSERT INTO wfm.connection DEFAULT VALUES;

CREATE TABLE wfm.tokens (
  only_one boolean NOT NULL DEFAULT true,
  version bigint NOT NULL,
  tokens text,
  request_time timestamptz NOT NULL,
  renew_time timestamptz NOT NULL,
  expire_time timestamptz NOT NULL,
  refresh_expire_time timestamptz NOT NULL,
  refusals integer NOT NULL DEFAULT 0,
  retry_time timestamptz NOT NULL DEFAULT '-infinity',
  CONSTRAINT pk_tokens PRIMARY KEY (only_one),
  CONSTRAINT ck_tokens_only_one CHECK (only_one)
);

INSERT INTO wfm.tokens (version, request_time, renew_time, expire_time, refresh_expire_time) VALUES (0, '-infinity', '-infinity', '-infinity', '-infinity');

CREATE TABLE wfm.connection_events (
  event_id uuid NOT NULL,
  state text NOT NULL,
  event_time timestamptz NOT NULL,
  cause text NOT NULL,
  http_status integer,
  CONSTRAINT pk_connection_events PRIMARY KEY (event_id)
);

CREATE INDEX ix_connection_events_by_time ON wfm.connection_events (event_time, event_id);

CREATE TABLE wfm.wire_profiles (
  profile_id text NOT NULL,
  document text NOT NULL,
  create_time timestamptz NOT NULL,
  CONSTRAINT pk_wire_profiles PRIMARY KEY (profile_id)
);

COMMENT ON TABLE wfm.wire_profiles IS 'What the push interface is like, besides the built-in profile; a document never changes.';
COMMENT ON COLUMN wfm.connection.profile IS 'The wire profile that is written with now: the built-in one or one of wfm.wire_profiles.';
COMMENT ON TABLE wfm.connection IS 'The one connection to CXone: what is configured, what is wanted, and how it is.';
COMMENT ON COLUMN wfm.connection.secret_key IS 'Encrypted by the deployment''s key; null until one was set.';
COMMENT ON COLUMN wfm.connection.is_wanted IS 'Whether Connect was called and Disconnect not after it.';
COMMENT ON COLUMN wfm.connection.failures IS 'Failed calls in a row.';
COMMENT ON COLUMN wfm.connection.heartbeat_due IS 'When the next heartbeat is sent, by whichever process comes first.';
COMMENT ON COLUMN wfm.connection.snapshot_due IS 'When all present states are sent again; null if they never are.';
COMMENT ON TABLE wfm.tokens IS 'What all processes authenticate with. A row lock is held while the tokens are renewed.';
COMMENT ON COLUMN wfm.tokens.version IS 'Rises with every renewal, so that a process drops only the tokens that it was refused with.';
COMMENT ON COLUMN wfm.tokens.tokens IS 'Access, id and refresh token as JSON, encrypted by the deployment''s key; null if there are none.';
COMMENT ON COLUMN wfm.tokens.retry_time IS 'Before it nobody logs in again: the key was refused.';
COMMENT ON TABLE wfm.connection_events IS 'Every change of the connection''s state, for 90 days.';

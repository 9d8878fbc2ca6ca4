CREATE SCHEMA IF NOT EXISTS followups;

CREATE SEQUENCE followups.follow_up_numbers;

CREATE TABLE followups.follow_ups (
  follow_up_id text NOT NULL,
  name_key text,
  display_name text NOT NULL,
  search_key text NOT NULL,
  active boolean NOT NULL,
  deleted boolean NOT NULL DEFAULT false,
  revision bigint NOT NULL,
  definition bytea NOT NULL,
  reference_ids text[] NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  activation_time timestamptz,
  plan_start timestamptz,
  next_poll_time timestamptz,
  trigger_time timestamptz,
  running_poll uuid,
  last_poll_time timestamptz,
  last_success_time timestamptz,
  CONSTRAINT pk_follow_ups PRIMARY KEY (follow_up_id),
  CONSTRAINT ux_follow_ups_name UNIQUE (name_key),
  CONSTRAINT ck_follow_ups_revision_from_one CHECK (revision >= 1),
  CONSTRAINT ck_follow_ups_active_has_plan CHECK (NOT active OR (activation_time IS NOT NULL AND plan_start IS NOT NULL))
);

CREATE INDEX ix_follow_ups_by_name ON followups.follow_ups (display_name COLLATE "C", follow_up_id COLLATE "C") WHERE NOT deleted;

CREATE FUNCTION followups.search_key(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN regexp_replace(normalize(name, NFD), '[\u0300-\u036f]', '', 'g');

CREATE TABLE followups.integrations (
  integration_id text NOT NULL,
  revision bigint NOT NULL,
  definition bytea NOT NULL,
  CONSTRAINT pk_integrations PRIMARY KEY (integration_id)
);

CREATE TABLE followups.channels (
  channel_id text NOT NULL,
  revision bigint NOT NULL,
  definition bytea NOT NULL,
  CONSTRAINT pk_channels PRIMARY KEY (channel_id)
);

CREATE TABLE followups.users (
  user_id text NOT NULL,
  email_key text,
  phone text,
  definition bytea NOT NULL,
  attributes jsonb NOT NULL,
  CONSTRAINT pk_users PRIMARY KEY (user_id)
);

CREATE INDEX ix_users_by_email ON followups.users (email_key) WHERE email_key IS NOT NULL;
CREATE INDEX ix_users_by_phone ON followups.users (phone) WHERE phone IS NOT NULL;

CREATE TABLE followups.groups (
  group_id text NOT NULL,
  display_name text NOT NULL,
  CONSTRAINT pk_groups PRIMARY KEY (group_id)
);

CREATE INDEX ix_groups_by_name ON followups.groups (display_name);

CREATE TABLE followups.group_members (
  group_id text NOT NULL,
  user_id text NOT NULL,
  CONSTRAINT pk_group_members PRIMARY KEY (group_id, user_id),
  CONSTRAINT fk_group_members_group FOREIGN KEY (group_id) REFERENCES followups.groups (group_id) ON DELETE CASCADE,
  CONSTRAINT fk_group_members_user FOREIGN KEY (user_id) REFERENCES followups.users (user_id) ON DELETE CASCADE
);

CREATE INDEX ix_group_members_by_user ON followups.group_members (user_id);

CREATE TABLE followups.global_attributes (
  name text NOT NULL,
  value text NOT NULL,
  CONSTRAINT pk_global_attributes PRIMARY KEY (name)
);

CREATE TABLE followups.user_attributes (
  name text NOT NULL,
  CONSTRAINT pk_user_attributes PRIMARY KEY (name)
);

CREATE TABLE followups.last_channels (
  user_id text NOT NULL,
  channel_type text NOT NULL,
  contact_time timestamptz NOT NULL,
  CONSTRAINT pk_last_channels PRIMARY KEY (user_id, channel_type),
  CONSTRAINT fk_last_channels_user FOREIGN KEY (user_id) REFERENCES followups.users (user_id) ON DELETE CASCADE
);

CREATE TABLE followups.opt_outs (
  phone text NOT NULL,
  change_time timestamptz NOT NULL,
  opted_out boolean NOT NULL,
  CONSTRAINT pk_opt_outs PRIMARY KEY (phone)
);

CREATE TABLE followups.polls (
  poll_id uuid NOT NULL,
  follow_up_id text NOT NULL,
  planned_time timestamptz NOT NULL,
  start_time timestamptz NOT NULL,
  end_time timestamptz,
  state text NOT NULL,
  summary bytea NOT NULL,
  details bytea NOT NULL,
  CONSTRAINT pk_polls PRIMARY KEY (poll_id),
  CONSTRAINT fk_polls_follow_up FOREIGN KEY (follow_up_id) REFERENCES followups.follow_ups (follow_up_id),
  CONSTRAINT ck_polls_state CHECK (state IN ('RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED', 'SKIPPED'))
);

CREATE INDEX ix_polls_by_follow_up ON followups.polls (follow_up_id, start_time DESC, poll_id DESC);

CREATE TABLE followups.records (
  record_id uuid NOT NULL,
  follow_up_id text NOT NULL,
  reconciliation_id text COLLATE "C" NOT NULL,
  episode integer NOT NULL,
  state text NOT NULL,
  data json NOT NULL,
  sources text[] NOT NULL,
  rounds integer NOT NULL DEFAULT 0,
  open_time timestamptz NOT NULL,
  close_time timestamptz,
  close_reason text NOT NULL DEFAULT '',
  answer_action text,
  answer_user text,
  answer_time timestamptz,
  answer_notification uuid,
  answer_effect text,
  CONSTRAINT pk_records PRIMARY KEY (record_id),
  CONSTRAINT ux_records_reconciliation_id UNIQUE (follow_up_id, reconciliation_id),
  CONSTRAINT fk_records_follow_up FOREIGN KEY (follow_up_id) REFERENCES followups.follow_ups (follow_up_id),
  CONSTRAINT ck_records_state CHECK (state IN ('ACTIVE', 'EXHAUSTED', 'ANSWERED', 'STOPPED', 'CLOSED'))
);

CREATE TABLE followups.record_recipients (
  record_id uuid NOT NULL,
  user_id text NOT NULL,
  group_ids text[] NOT NULL,
  blocked_reason text NOT NULL DEFAULT '',
  removed boolean NOT NULL DEFAULT false,
  planned integer NOT NULL DEFAULT 0,
  settled integer NOT NULL DEFAULT 0,
  CONSTRAINT pk_record_recipients PRIMARY KEY (record_id, user_id),
  CONSTRAINT fk_record_recipients_record FOREIGN KEY (record_id) REFERENCES followups.records (record_id) ON DELETE CASCADE
);

CREATE TABLE followups.notifications (
  notification_id uuid NOT NULL,
  follow_up_id text NOT NULL,
  record_id uuid NOT NULL,
  episode integer NOT NULL,
  attempt integer NOT NULL,
  user_id text NOT NULL,
  state text NOT NULL,
  reason text NOT NULL DEFAULT '',
  channel_id text NOT NULL DEFAULT '',
  due_time timestamptz NOT NULL,
  effective_due_time timestamptz NOT NULL,
  sent_time timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  message_ids text[] NOT NULL DEFAULT '{}',
  accepted_ids text[] NOT NULL DEFAULT '{}',
  CONSTRAINT pk_notifications PRIMARY KEY (notification_id),
  CONSTRAINT ux_notifications_attempt UNIQUE (record_id, episode, user_id, attempt),
  CONSTRAINT fk_notifications_record FOREIGN KEY (record_id) REFERENCES followups.records (record_id),
  CONSTRAINT ck_notifications_state CHECK (state IN ('PENDING', 'DEFERRED', 'SENDING', 'UNCERTAIN', 'SENT', 'DELIVERED', 'READ', 'FAILED', 'EXPIRED', 'CANCELED'))
);

CREATE INDEX ix_notifications_held ON followups.notifications (follow_up_id) WHERE state = 'DEFERRED';
CREATE INDEX ix_notifications_by_follow_up ON followups.notifications (follow_up_id, notification_id);
CREATE INDEX ix_notifications_by_message ON followups.notifications USING gin (message_ids);

CREATE TABLE followups.step_runs (
  run_id uuid NOT NULL,
  follow_up_id text NOT NULL,
  record_id uuid NOT NULL,
  kind text NOT NULL,
  context json NOT NULL,
  steps_done integer NOT NULL DEFAULT 0,
  local json NOT NULL DEFAULT '{}',
  CONSTRAINT pk_step_runs PRIMARY KEY (run_id),
  CONSTRAINT ck_step_runs_kind CHECK (kind IN ('AFTER_EACH', 'AFTER_ALL', 'ON_ANSWER'))
);

CREATE TABLE followups.conversation_events (
  event_id uuid NOT NULL,
  conversation_id text NOT NULL,
  type text NOT NULL,
  event_time timestamptz NOT NULL,
  follow_up_id text NOT NULL,
  record_id uuid NOT NULL,
  reconciliation_id text NOT NULL,
  episode integer NOT NULL,
  attempt integer NOT NULL,
  notification_id uuid NOT NULL,
  user_id text NOT NULL,
  channel_id text NOT NULL,
  message_ids text[] NOT NULL,
  detail text NOT NULL DEFAULT '',
  CONSTRAINT pk_conversation_events PRIMARY KEY (event_id)
);

CREATE INDEX ix_conversation_events_by_time ON followups.conversation_events (event_time DESC, event_id DESC);
CREATE INDEX ix_conversation_events_by_follow_up ON followups.conversation_events (follow_up_id, event_time DESC, event_id DESC);
CREATE UNIQUE INDEX ux_conversation_events_sent_once ON followups.conversation_events (notification_id) WHERE type = 'FOLLOW_UP_NOTIFICATION_SENT';

COMMENT ON SEQUENCE followups.follow_up_numbers IS 'Numbers of ids that the service assigns: fu-1 and on.';
COMMENT ON FUNCTION followups.search_key IS 'A text in lower case without its accents, as searches compare it.';
COMMENT ON TABLE followups.follow_ups IS 'Every follow-up that there is or was, with its plan; ids are never used again.';
COMMENT ON COLUMN followups.follow_ups.name_key IS 'The name in upper case, by which names are unique; null once deleted.';
COMMENT ON COLUMN followups.follow_ups.search_key IS 'The name without letter case and accents.';
COMMENT ON COLUMN followups.follow_ups.reference_ids IS 'Integrations and channels that the definition names, such as integrations/itsm.';
COMMENT ON COLUMN followups.follow_ups.plan_start IS 'Planned polls are this time, the phase and whole periods apart from it.';
COMMENT ON COLUMN followups.follow_ups.running_poll IS 'The poll that runs; two never do together.';
COMMENT ON COLUMN followups.follow_ups.last_success_time IS 'When the last successful poll since activation began.';
COMMENT ON TABLE followups.integrations IS 'Web-service operations; definition is a contactcenter.followups.v1.Integration.';
COMMENT ON TABLE followups.channels IS 'Ways to deliver messages; definition is a contactcenter.followups.v1.Channel.';
COMMENT ON TABLE followups.users IS 'People who can be told; definition is a contactcenter.followups.v1.User without attributes.';
COMMENT ON TABLE followups.groups IS 'Users who are told together.';
COMMENT ON TABLE followups.group_members IS 'Who is in which group.';
COMMENT ON TABLE followups.global_attributes IS 'Declared attributes of the deployment with their values.';
COMMENT ON TABLE followups.user_attributes IS 'Declared attributes of users.';
COMMENT ON TABLE followups.last_channels IS 'When a user last used each type of chat channel.';
COMMENT ON TABLE followups.opt_outs IS 'Who has unsubscribed from RBM, or subscribed again, by the latest word.';
COMMENT ON TABLE followups.polls IS 'Executions of extractions; summary and details are contactcenter.followups.v1.Poll without and with ids of records.';
COMMENT ON TABLE followups.records IS 'What is remembered of each reconciliation id.';
COMMENT ON COLUMN followups.records.sources IS 'User and group ids that the recipients came from; when none of them remains, a new episode begins.';
COMMENT ON COLUMN followups.records.rounds IS 'Rounds that are complete, so that the actions after each run once.';
COMMENT ON TABLE followups.record_recipients IS 'Who is told of a record, and how far.';
COMMENT ON COLUMN followups.record_recipients.group_ids IS 'Groups that brought the user; empty if he is named himself.';
COMMENT ON TABLE followups.notifications IS 'One message about one record to one recipient at one attempt.';
COMMENT ON COLUMN followups.notifications.accepted_ids IS 'Which of its messages the channel has taken.';
COMMENT ON COLUMN followups.notifications.fence IS 'The claim that sends it; an older one has no more say.';
COMMENT ON TABLE followups.step_runs IS 'Steps after attempts and answers that are to be run or under way.';
COMMENT ON COLUMN followups.step_runs.context IS 'Values of the scope followup at the time.';
COMMENT ON COLUMN followups.step_runs.local IS 'Local attributes that the steps done have set.';
COMMENT ON TABLE followups.conversation_events IS 'The conversation history of follow-ups.';

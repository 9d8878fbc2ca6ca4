CREATE SCHEMA IF NOT EXISTS wfm;

-- What agents did.

CREATE TABLE wfm.states (
  state_id smallint GENERATED ALWAYS AS IDENTITY,
  state text NOT NULL,
  class text NOT NULL,
  reason_code text,
  reason_text text,
  CONSTRAINT pk_states PRIMARY KEY (state_id),
  CONSTRAINT ux_states_of_one_meaning UNIQUE NULLS NOT DISTINCT (state, class, reason_code, reason_text),
  CONSTRAINT ck_states_class CHECK (class IN ('LOGGED_OUT', 'AVAILABLE', 'UNAVAILABLE', 'ON_CONTACT', 'WRAP_UP'))
);

INSERT INTO wfm.states (state, class) VALUES ('LOGGED_OUT', 'LOGGED_OUT'), ('AVAILABLE', 'AVAILABLE'), ('ON_CONTACT', 'ON_CONTACT'), ('WRAP_UP', 'WRAP_UP'), ('RINGING', 'AVAILABLE');

CREATE TABLE wfm.activities (
  activity_key text NOT NULL,
  name text NOT NULL,
  reason_code text,
  CONSTRAINT pk_activities PRIMARY KEY (activity_key)
);

CREATE TABLE wfm.activity_mappings (
  activity_key text NOT NULL,
  from_time timestamptz NOT NULL,
  state_id smallint,
  CONSTRAINT pk_activity_mappings PRIMARY KEY (activity_key, from_time),
  CONSTRAINT fk_activity_mappings_state FOREIGN KEY (state_id) REFERENCES wfm.states (state_id)
);

CREATE TABLE wfm.activity_changes (
  agent_sid text NOT NULL,
  start_time timestamptz NOT NULL,
  event_id uuid NOT NULL,
  state_id smallint NOT NULL,
  activity_key text,
  named_state_id smallint NOT NULL,
  CONSTRAINT pk_activity_changes PRIMARY KEY (agent_sid, start_time),
  CONSTRAINT fk_activity_changes_state FOREIGN KEY (state_id) REFERENCES wfm.states (state_id)
);

CREATE INDEX ix_activity_changes_of_logging_out ON wfm.activity_changes (agent_sid, start_time) WHERE state_id = 1;

CREATE TABLE wfm.agents (
  agent_sid text NOT NULL,
  full_name text,
  CONSTRAINT pk_agents PRIMARY KEY (agent_sid)
);

CREATE TABLE wfm.agent_logins (
  agent_sid text NOT NULL,
  from_time timestamptz NOT NULL,
  login_id text,
  CONSTRAINT pk_agent_logins PRIMARY KEY (agent_sid, from_time)
);

CREATE INDEX ix_agent_logins_by_login ON wfm.agent_logins (login_id, from_time);

CREATE TABLE wfm.login_mappings (
  agent_sid text NOT NULL,
  from_time timestamptz NOT NULL,
  until_time timestamptz NOT NULL DEFAULT 'infinity',
  login_id text NOT NULL,
  CONSTRAINT pk_login_mappings PRIMARY KEY (agent_sid, from_time)
);

CREATE TABLE wfm.medium_mappings (
  channel text NOT NULL,
  medium smallint NOT NULL,
  CONSTRAINT pk_medium_mappings PRIMARY KEY (channel),
  CONSTRAINT ck_medium_mappings_medium CHECK (medium BETWEEN 1 AND 5)
);

CREATE TABLE wfm.handlings (
  reservation_sid text NOT NULL,
  agent_sid text NOT NULL,
  task_sid text NOT NULL,
  medium smallint NOT NULL,
  channel text,
  named_medium smallint NOT NULL,
  told_offer_time timestamptz,
  told_accept_time timestamptz,
  told_wrap_up_time timestamptz,
  told_end_time timestamptz,
  transferred boolean NOT NULL DEFAULT false,
  segment_revision bigint,
  segment_accept_time timestamptz,
  segment_wrap_up_time timestamptz,
  segment_end_time timestamptz,
  forced_end_time timestamptz,
  begin_time timestamptz GENERATED ALWAYS AS (least(told_offer_time, coalesce(segment_accept_time, told_accept_time))) STORED,
  accept_time timestamptz GENERATED ALWAYS AS (coalesce(segment_accept_time, told_accept_time)) STORED,
  wrap_up_time timestamptz GENERATED ALWAYS AS (CASE WHEN segment_accept_time IS NULL THEN told_wrap_up_time ELSE segment_wrap_up_time END) STORED,
  end_time timestamptz GENERATED ALWAYS AS (coalesce(segment_end_time, told_end_time, forced_end_time)) STORED,
  CONSTRAINT pk_handlings PRIMARY KEY (reservation_sid),
  CONSTRAINT ck_handlings_medium CHECK (medium BETWEEN 1 AND 5)
);

CREATE INDEX ix_handlings_by_agent ON wfm.handlings (agent_sid, begin_time);
CREATE INDEX ix_handlings_long ON wfm.handlings (agent_sid, begin_time) WHERE end_time IS NULL OR end_time - begin_time > interval '1 day';
CREATE INDEX ix_handlings_without_segment ON wfm.handlings (reservation_sid) WHERE segment_end_time IS NULL;

-- What became of contacts.

CREATE TABLE wfm.segments (
  segment_id text NOT NULL,
  revision bigint NOT NULL,
  result text,
  is_wait boolean NOT NULL,
  task_sid text NOT NULL,
  reservation_sid text,
  agent_sid text,
  queue_sid text,
  medium smallint NOT NULL,
  channel text,
  direction text NOT NULL,
  start_time timestamptz NOT NULL,
  end_time timestamptz NOT NULL,
  waiting_ms bigint NOT NULL,
  talk_ms bigint NOT NULL,
  wrap_up_ms bigint NOT NULL,
  CONSTRAINT pk_segments PRIMARY KEY (segment_id),
  CONSTRAINT ck_segments_result CHECK (result IN ('answered', 'abandoned', 'redirected', 'rejected', 'missed')),
  CONSTRAINT ck_segments_medium CHECK (medium BETWEEN 1 AND 5),
  CONSTRAINT ck_segments_lengths_not_negative CHECK (waiting_ms >= 0 AND talk_ms >= 0 AND wrap_up_ms >= 0)
);

CREATE INDEX ix_segments_by_end ON wfm.segments (end_time) WHERE result IS NOT NULL OR is_wait;
CREATE INDEX ix_segments_by_task ON wfm.segments (task_sid, end_time);
CREATE INDEX ix_segments_not_told ON wfm.segments (segment_id) WHERE revision = 0;

CREATE TABLE wfm.waits (
  task_sid text NOT NULL,
  queue_sid text NOT NULL,
  enter_time timestamptz NOT NULL,
  medium smallint NOT NULL,
  direction text NOT NULL,
  forced_end_time timestamptz,
  CONSTRAINT pk_waits PRIMARY KEY (task_sid, queue_sid, enter_time)
);

CREATE INDEX ix_waits_by_time ON wfm.waits (enter_time);

CREATE TABLE wfm.holds (
  session_name text NOT NULL,
  change_time timestamptz NOT NULL,
  on_hold boolean NOT NULL,
  CONSTRAINT pk_holds PRIMARY KEY (session_name, change_time, on_hold)
);

CREATE TABLE wfm.session_tasks (
  session_name text NOT NULL,
  task_sid text NOT NULL,
  CONSTRAINT pk_session_tasks PRIMARY KEY (session_name)
);

CREATE INDEX ix_holds_by_time ON wfm.holds (change_time);
CREATE INDEX ix_session_tasks_by_task ON wfm.session_tasks (task_sid);

CREATE TABLE wfm.queues (
  queue_sid text NOT NULL,
  name text NOT NULL,
  name_time timestamptz NOT NULL,
  CONSTRAINT pk_queues PRIMARY KEY (queue_sid)
);

CREATE TABLE wfm.queue_mappings (
  queue_sid text NOT NULL,
  medium smallint NOT NULL,
  direction text NOT NULL,
  skill_id text NOT NULL,
  skill_name text NOT NULL,
  CONSTRAINT pk_queue_mappings PRIMARY KEY (queue_sid, medium, direction),
  CONSTRAINT ck_queue_mappings_medium_is_reported CHECK (medium BETWEEN 2 AND 5),
  CONSTRAINT ck_queue_mappings_direction CHECK (direction IN ('INBOUND', 'OUTBOUND') AND (medium <> 5 OR direction = 'INBOUND'))
);

CREATE TABLE wfm.service_levels (
  queue_sid text NOT NULL,
  medium smallint NOT NULL,
  direction text NOT NULL,
  from_time timestamptz NOT NULL,
  until_time timestamptz NOT NULL DEFAULT 'infinity',
  seconds integer NOT NULL,
  percent integer NOT NULL,
  short_abandon_seconds integer NOT NULL,
  CONSTRAINT pk_service_levels PRIMARY KEY (queue_sid, medium, direction, from_time),
  CONSTRAINT ck_service_levels_values CHECK (seconds BETWEEN 1 AND 86400 AND percent BETWEEN 1 AND 100 AND short_abandon_seconds BETWEEN 0 AND 3600)
);

-- What the past has to be looked at again for, and how far Insights is.

CREATE TABLE wfm.touches (
  touch_id bigint GENERATED ALWAYS AS IDENTITY,
  event_id uuid NOT NULL,
  from_time timestamptz NOT NULL,
  until_time timestamptz NOT NULL,
  agent_sid text,
  task_sid text,
  CONSTRAINT pk_touches PRIMARY KEY (touch_id)
);

CREATE TABLE wfm.source (
  only_one boolean NOT NULL DEFAULT true,
  next_interval timestamptz NOT NULL,
  watermark_time timestamptz NOT NULL DEFAULT '-infinity',
  heard_time timestamptz NOT NULL,
  CONSTRAINT pk_source PRIMARY KEY (only_one),
  CONSTRAINT ck_source_only_one CHECK (only_one)
);

COMMENT ON TABLE wfm.states IS 'Every state that an agent has been in, with its reason; the first five are what contacts and logging in lead to.';
COMMENT ON TABLE wfm.activities IS 'Activities with the reason code that each holds; the code stays when the activity is renamed.';
COMMENT ON COLUMN wfm.activities.activity_key IS 'SID of the activity; its name where no SID is known.';
COMMENT ON TABLE wfm.activity_mappings IS 'From when on an activity means another state than its name says. state_id is null where it means again what its name says.';
COMMENT ON TABLE wfm.activity_changes IS 'When which agent came into the state of which activity, in whole milliseconds.';
COMMENT ON COLUMN wfm.activity_changes.activity_key IS 'The activity; null if the agent was removed.';
COMMENT ON COLUMN wfm.activity_changes.named_state_id IS 'What it means by its name, for want of a mapping.';
COMMENT ON TABLE wfm.agents IS 'Every agent of whom anything was told.';
COMMENT ON TABLE wfm.agent_logins IS 'From when on an agent was known to have which number; null without.';
COMMENT ON TABLE wfm.handlings IS 'Accepted reservations: what was told while they happened, and in its place what their segments say.';
COMMENT ON COLUMN wfm.handlings.medium IS '5 voice, 4 chat, 3 SMS, 2 web, 1 other: the greater one shows of an agent with several.';
COMMENT ON COLUMN wfm.handlings.segment_revision IS 'Newest revision seen of the segment; its times are null if that was withdrawn.';
COMMENT ON COLUMN wfm.handlings.named_medium IS 'What the channel''s name or the session''s type tells, for want of a mapping.';
COMMENT ON COLUMN wfm.handlings.told_offer_time IS 'When it was offered; kept only while ringing is reported (WFM-22).';
COMMENT ON COLUMN wfm.handlings.forced_end_time IS 'Its last event, if nothing was told of it for too long (WFM-48).';
COMMENT ON TABLE wfm.segments IS 'The newest revision of every segment that Insights published, as far as reports need it.';
COMMENT ON COLUMN wfm.segments.revision IS 'As published; 0 of a contact that counts before Insights has told of its segment, or without it.';
COMMENT ON COLUMN wfm.segments.result IS 'How the queue contact that this segment ends has ended, or how an offer ended without answer. Null: neither, or the segment was withdrawn; the row tells a late older revision from a newer one.';
COMMENT ON COLUMN wfm.segments.is_wait IS 'Whether it is a stay in a queue that was not withdrawn.';
COMMENT ON COLUMN wfm.segments.end_time IS 'End of the contact: its figures count in the interval that holds it.';
COMMENT ON TABLE wfm.waits IS 'Stays in a queue that began; those without segment last. The others are forgotten after a while.';
COMMENT ON COLUMN wfm.waits.forced_end_time IS 'Its last event, if nothing was told of it for too long (WFM-48).';
COMMENT ON TABLE wfm.holds IS 'When customers were put on hold and taken back.';
COMMENT ON TABLE wfm.session_tasks IS 'The task of each session. It may be known only after its holds.';
COMMENT ON TABLE wfm.queues IS 'Newest known names of queues.';
COMMENT ON TABLE wfm.login_mappings IS 'By which id CXone knows an agent whatever the worker attributes say, from when until when.';
COMMENT ON TABLE wfm.medium_mappings IS 'Media of task channels that their names do not tell, or tell wrongly.';
COMMENT ON TABLE wfm.queue_mappings IS 'Which skill a queue, medium and direction feed.';
COMMENT ON TABLE wfm.service_levels IS 'Service levels of mapped queues: an interval keeps the one that was in force when it was sealed (WFM-59).';
COMMENT ON TABLE wfm.touches IS 'Times of which something new was told, until the sealed intervals there have been computed again.';
COMMENT ON COLUMN wfm.touches.agent_sid IS 'If given, the touched time lasts to the next change of this agent''s activity.';
COMMENT ON COLUMN wfm.touches.task_sid IS 'If given, the touched time lasts to the last end of this task''s contacts.';
COMMENT ON TABLE wfm.source IS 'The next interval to be sealed by itself, at first that of the first start, up to when Insights has published all it accepted, and when it was last heard of.';
COMMENT ON COLUMN wfm.source.heard_time IS 'When the last message came, to a few seconds; at first when the service started.';

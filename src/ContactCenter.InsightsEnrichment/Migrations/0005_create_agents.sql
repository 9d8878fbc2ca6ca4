CREATE INDEX ix_raw_events_of_worker ON insights.raw_events (worker_sid, event_time) WHERE task_sid IS NULL AND worker_sid IS NOT NULL;

CREATE TABLE insights.activities (
  activity_sid text NOT NULL,
  account_sid text NOT NULL,
  name text NOT NULL,
  available boolean NOT NULL,
  deleted boolean NOT NULL,
  event_time timestamptz NOT NULL,
  event_key text NOT NULL,
  update_time timestamptz NOT NULL,
  CONSTRAINT pk_activities PRIMARY KEY (activity_sid)
);

COMMENT ON TABLE insights.activities IS 'What the latest event said about each activity.';
COMMENT ON COLUMN insights.activities.available IS 'Whether workers in it take offers.';

CREATE TABLE insights.agents (
  agent_sid text NOT NULL,
  account_sid text NOT NULL,
  worker_name text,
  agent_id text,
  attributes jsonb NOT NULL,
  attributes_time timestamptz,
  attributes_key text,
  activity text,
  activity_sid text,
  status_time timestamptz,
  status_key text,
  date_joined timestamptz,
  date_left timestamptz,
  revision bigint NOT NULL,
  test boolean NOT NULL,
  update_time timestamptz NOT NULL,
  CONSTRAINT pk_agents PRIMARY KEY (agent_sid),
  CONSTRAINT ck_agents_revision_from_1 CHECK (revision >= 1)
);

CREATE INDEX ix_agents_agent_id ON insights.agents (agent_id) WHERE agent_id IS NOT NULL;

COMMENT ON TABLE insights.agents IS 'The workers as reports know them: what their latest events say.';
COMMENT ON COLUMN insights.agents.agent_id IS 'The customer''s own number of the agent, one of the attributes.';
COMMENT ON COLUMN insights.agents.attributes IS 'Values of the worker attributes by name, by the rules for texts and labels.';
COMMENT ON COLUMN insights.agents.attributes_time IS 'Time of the event that the attributes are of; with attributes_key its place among the events.';
COMMENT ON COLUMN insights.agents.status_time IS 'Since when the activity lasts, or when the worker was removed.';

CREATE TABLE insights.status_segments (
  segment_id text NOT NULL,
  account_sid text NOT NULL,
  agent_sid text NOT NULL,
  source_key text NOT NULL,
  reconstructed boolean NOT NULL,
  activity text NOT NULL,
  activity_sid text,
  start_time timestamptz NOT NULL,
  end_time timestamptz,
  revision bigint NOT NULL,
  withdrawn boolean NOT NULL,
  test boolean NOT NULL,
  update_time timestamptz NOT NULL,
  CONSTRAINT pk_status_segments PRIMARY KEY (segment_id),
  CONSTRAINT ck_status_segments_end_not_before_start CHECK (end_time >= start_time),
  CONSTRAINT ck_status_segments_reconstructed_has_ended CHECK (NOT reconstructed OR end_time IS NOT NULL)
);

CREATE INDEX ix_status_segments_by_start ON insights.status_segments (start_time, segment_id) WHERE NOT withdrawn;
CREATE INDEX ix_status_segments_of_agent ON insights.status_segments (agent_sid, start_time) WHERE NOT withdrawn;
CREATE INDEX ix_status_segments_source ON insights.status_segments (agent_sid, source_key);

COMMENT ON TABLE insights.status_segments IS 'The time that agents spent in activities, made from raw_events and nothing else; of one agent they never overlap.';
COMMENT ON COLUMN insights.status_segments.source_key IS 'Key of the event that began it or, if it is reconstructed, of the one that ended it.';
COMMENT ON COLUMN insights.status_segments.reconstructed IS 'No event told its beginning: it is known from what the next event reported.';
COMMENT ON COLUMN insights.status_segments.end_time IS 'Null while the activity lasts.';
COMMENT ON COLUMN insights.status_segments.withdrawn IS 'Later events showed that the segment never was.';

CREATE FUNCTION insights.note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_in := pg_current_xact_id();
  RETURN NEW;
END
$$;

COMMENT ON FUNCTION insights.note_change IS 'Notes the transaction that changes a row. By it a load finds what has changed since the one before, also what was committed late.';

ALTER TABLE insights.segments ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE insights.status_segments ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE insights.conversations ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE insights.conversation_customers ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE insights.agents ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE insights.sessions ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE insights.group_names ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE INDEX ix_segments_changed ON insights.segments (changed_in);
CREATE INDEX ix_status_segments_changed ON insights.status_segments (changed_in);
CREATE INDEX ix_conversations_changed ON insights.conversations (changed_in);
CREATE INDEX ix_conversation_customers_changed ON insights.conversation_customers (changed_in);
CREATE INDEX ix_agents_changed ON insights.agents (changed_in);
CREATE INDEX ix_sessions_changed ON insights.sessions (changed_in);

CREATE TRIGGER note_change BEFORE UPDATE ON insights.segments FOR EACH ROW EXECUTE FUNCTION insights.note_change();
CREATE TRIGGER note_change BEFORE UPDATE ON insights.status_segments FOR EACH ROW EXECUTE FUNCTION insights.note_change();
CREATE TRIGGER note_change BEFORE UPDATE ON insights.conversations FOR EACH ROW EXECUTE FUNCTION insights.note_change();
CREATE TRIGGER note_change BEFORE UPDATE ON insights.conversation_customers FOR EACH ROW EXECUTE FUNCTION insights.note_change();
CREATE TRIGGER note_change BEFORE UPDATE ON insights.agents FOR EACH ROW EXECUTE FUNCTION insights.note_change();
CREATE TRIGGER note_change BEFORE UPDATE ON insights.sessions FOR EACH ROW EXECUTE FUNCTION insights.note_change();
CREATE TRIGGER note_change BEFORE UPDATE ON insights.group_names FOR EACH ROW EXECUTE FUNCTION insights.note_change();

CREATE TABLE insights.loads (
  load_id uuid NOT NULL,
  requested_by text,
  request_time timestamptz NOT NULL,
  load_number bigint,
  horizon xid8,
  cut_off_time timestamptz,
  workload_end_time timestamptz,
  finish_time timestamptz,
  segments_new bigint NOT NULL DEFAULT 0,
  segments_changed bigint NOT NULL DEFAULT 0,
  duration_ms bigint NOT NULL DEFAULT 0,
  CONSTRAINT pk_loads PRIMARY KEY (load_id),
  CONSTRAINT uq_loads_number UNIQUE (load_number),
  CONSTRAINT ck_loads_done_has_number CHECK (num_nulls(load_number, horizon, cut_off_time, workload_end_time, finish_time) IN (0, 5)),
  CONSTRAINT ck_loads_finish_not_before_cut_off CHECK (finish_time >= cut_off_time)
);

COMMENT ON TABLE insights.loads IS 'The steps that brought what had changed into the data sets, and those that are asked for.';
COMMENT ON COLUMN insights.loads.requested_by IS 'Who asked for it; null if it was due.';
COMMENT ON COLUMN insights.loads.load_number IS 'Order of the cut-offs; null as long as it waits.';
COMMENT ON COLUMN insights.loads.horizon IS 'All older transactions had ended by the cut-off: whatever the load has not seen was changed in this one or a later.';
COMMENT ON COLUMN insights.loads.workload_end_time IS 'End of the last complete quarter of an hour before the cut-off.';

CREATE TABLE insights.loaded_segments (
  segment_id text NOT NULL,
  account_sid text NOT NULL,
  conversation_id text NOT NULL,
  task_sid text NOT NULL,
  kind smallint NOT NULL,
  agent_sid text,
  queue_sid text,
  start_time timestamptz NOT NULL,
  end_time timestamptz,
  document jsonb NOT NULL,
  revision bigint NOT NULL,
  withdrawn boolean NOT NULL,
  test boolean NOT NULL,
  update_time timestamptz NOT NULL,
  load_number bigint NOT NULL,
  touched_from timestamptz NOT NULL,
  touched_until timestamptz NOT NULL,
  CONSTRAINT pk_loaded_segments PRIMARY KEY (segment_id)
);

CREATE INDEX ix_loaded_segments_by_start ON insights.loaded_segments (start_time, segment_id) WHERE NOT withdrawn;
CREATE INDEX ix_loaded_segments_of_load ON insights.loaded_segments (load_number);
CREATE INDEX ix_loaded_segments_handled ON insights.loaded_segments (end_time) WHERE kind = 2 AND agent_sid IS NOT NULL AND NOT withdrawn;
CREATE INDEX ix_loaded_segments_of_agent ON insights.loaded_segments (agent_sid, end_time) WHERE kind IN (2, 3) AND NOT withdrawn;

COMMENT ON TABLE insights.loaded_segments IS 'insights.segments as of the last load.';
COMMENT ON COLUMN insights.loaded_segments.touched_from IS 'Begin of the time in which the load changed what the agent handled; with touched_until it spans the segment before and after.';

CREATE TABLE insights.loaded_status_segments (
  segment_id text NOT NULL,
  account_sid text NOT NULL,
  agent_sid text NOT NULL,
  reconstructed boolean NOT NULL,
  activity text NOT NULL,
  activity_sid text,
  start_time timestamptz NOT NULL,
  end_time timestamptz,
  revision bigint NOT NULL,
  withdrawn boolean NOT NULL,
  test boolean NOT NULL,
  load_number bigint NOT NULL,
  CONSTRAINT pk_loaded_status_segments PRIMARY KEY (segment_id)
);

CREATE INDEX ix_loaded_status_segments_by_start ON insights.loaded_status_segments (start_time, segment_id) WHERE NOT withdrawn;
CREATE INDEX ix_loaded_status_segments_of_load ON insights.loaded_status_segments (load_number);
CREATE INDEX ix_loaded_status_segments_by_end ON insights.loaded_status_segments (end_time) WHERE NOT withdrawn;
CREATE INDEX ix_loaded_status_segments_of_agent ON insights.loaded_status_segments (agent_sid, end_time) WHERE NOT withdrawn;

COMMENT ON TABLE insights.loaded_status_segments IS 'insights.status_segments as of the last load.';

CREATE TABLE insights.loaded_conversations (
  account_sid text NOT NULL,
  conversation_id text NOT NULL,
  start_time timestamptz NOT NULL,
  customer_id text,
  document jsonb NOT NULL,
  revision bigint NOT NULL,
  withdrawn boolean NOT NULL,
  test boolean NOT NULL,
  load_number bigint NOT NULL,
  CONSTRAINT pk_loaded_conversations PRIMARY KEY (conversation_id, account_sid)
);

CREATE INDEX ix_loaded_conversations_by_start ON insights.loaded_conversations (start_time, conversation_id, account_sid) WHERE NOT withdrawn;
CREATE INDEX ix_loaded_conversations_of_load ON insights.loaded_conversations (load_number);

COMMENT ON TABLE insights.loaded_conversations IS 'insights.conversations as of the last load.';

CREATE TABLE insights.loaded_conversation_customers (
  conversation_id text NOT NULL,
  account_sid text NOT NULL,
  customer_id text NOT NULL,
  key_customer_id text NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  test boolean NOT NULL,
  document jsonb NOT NULL,
  load_number bigint NOT NULL,
  CONSTRAINT pk_loaded_conversation_customers PRIMARY KEY (conversation_id, account_sid)
);

CREATE INDEX ix_loaded_conversation_customers_of_customer ON insights.loaded_conversation_customers (customer_id);

COMMENT ON TABLE insights.loaded_conversation_customers IS 'insights.conversation_customers as of the last load.';

CREATE TABLE insights.loaded_agents (
  agent_sid text NOT NULL,
  account_sid text NOT NULL,
  worker_name text,
  agent_id text,
  attributes jsonb NOT NULL,
  activity text,
  activity_sid text,
  status_time timestamptz,
  date_joined timestamptz,
  date_left timestamptz,
  revision bigint NOT NULL,
  test boolean NOT NULL,
  load_number bigint NOT NULL,
  CONSTRAINT pk_loaded_agents PRIMARY KEY (agent_sid)
);

COMMENT ON TABLE insights.loaded_agents IS 'insights.agents as of the last load.';

CREATE TABLE insights.loaded_sessions (
  session_name text NOT NULL,
  account_sid text NOT NULL,
  session_type text,
  status text NOT NULL,
  start_time timestamptz NOT NULL,
  end_time timestamptz,
  ready_time timestamptz,
  task_sid text,
  call_sid text,
  direction text,
  document json NOT NULL,
  record_version bigint NOT NULL,
  load_number bigint NOT NULL,
  CONSTRAINT pk_loaded_sessions PRIMARY KEY (session_name)
);

CREATE INDEX ix_loaded_sessions_by_start ON insights.loaded_sessions (start_time, session_name);

COMMENT ON TABLE insights.loaded_sessions IS 'insights.sessions as of the last load, without what was said.';

CREATE TABLE insights.loaded_group_names (
  account_sid text NOT NULL,
  kind text NOT NULL,
  group_id text NOT NULL,
  name text NOT NULL,
  name_in_hierarchy text,
  load_number bigint NOT NULL,
  CONSTRAINT pk_loaded_group_names PRIMARY KEY (account_sid, kind, group_id)
);

COMMENT ON TABLE insights.loaded_group_names IS 'insights.group_names as of the last load.';

CREATE TABLE insights.workload (
  segment_id text NOT NULL,
  start_time timestamptz NOT NULL,
  account_sid text NOT NULL,
  agent_sid text NOT NULL,
  kind smallint NOT NULL,
  interval_start_time timestamptz NOT NULL,
  talk_seconds integer NOT NULL,
  wrap_up_seconds integer NOT NULL,
  activity text,
  activity_seconds integer NOT NULL,
  idle_seconds integer NOT NULL,
  parallel_conversations integer NOT NULL,
  test boolean NOT NULL,
  load_number bigint NOT NULL,
  CONSTRAINT pk_workload PRIMARY KEY (segment_id, start_time),
  CONSTRAINT ck_workload_within_interval CHECK (
    start_time >= interval_start_time AND start_time + make_interval(secs => talk_seconds + wrap_up_seconds + activity_seconds) <= interval_start_time + interval '15 minutes'),
  CONSTRAINT ck_workload_idle_is_activity CHECK (idle_seconds IN (0, activity_seconds))
);

CREATE INDEX ix_workload_by_start ON insights.workload (start_time, segment_id);
CREATE INDEX ix_workload_of_agent ON insights.workload (agent_sid, start_time, segment_id);

COMMENT ON TABLE insights.workload IS 'The work of agents, cut into quarters of an hour: made of loaded_segments and loaded_status_segments and nothing else.';
COMMENT ON COLUMN insights.workload.kind IS '1 Conversation, 2 Agent Status, 3 Deleted Workload: later events showed that the segment never was.';
COMMENT ON COLUMN insights.workload.idle_seconds IS 'The activity time, if the agent was available and handled nothing.';
COMMENT ON COLUMN insights.workload.parallel_conversations IS 'Accepted by the agent and not completed.';

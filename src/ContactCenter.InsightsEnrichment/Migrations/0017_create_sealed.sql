CREATE TABLE insights.sealed (
  name text NOT NULL,
  last_received timestamptz NOT NULL,
  CONSTRAINT pk_sealed PRIMARY KEY (name)
);

CREATE INDEX ix_sealed_by_last_received ON insights.sealed (last_received, name);

COMMENT ON TABLE insights.sealed IS 'Tasks and sessions whose raw events were removed for their age: what was made of them stays as it is until it is removed as well.';
COMMENT ON COLUMN insights.sealed.name IS 'SID of a task, or name of a session.';
COMMENT ON COLUMN insights.sealed.last_received IS 'When the last of their events was received.';

CREATE TABLE insights.sealed_customers (
  conversation_id text NOT NULL,
  account_sid text NOT NULL,
  document jsonb NOT NULL,
  CONSTRAINT pk_sealed_customers PRIMARY KEY (conversation_id, account_sid)
);

COMMENT ON TABLE insights.sealed_customers IS 'What the sealed tasks of conversations said about their customers: tasks that join later add to it.';
COMMENT ON COLUMN insights.sealed_customers.document IS 'As insights.conversation_customers had it when they were sealed.';

CREATE TABLE insights.sealed_workers (
  worker_sid text NOT NULL,
  until timestamptz NOT NULL,
  CONSTRAINT pk_sealed_workers PRIMARY KEY (worker_sid)
);

COMMENT ON TABLE insights.sealed_workers IS 'Workers of whom earlier events were removed for their age: the statuses up to then stay as they are.';
COMMENT ON COLUMN insights.sealed_workers.until IS 'Time of the earliest event of status that is kept for the next one to follow.';

CREATE INDEX ix_received_events_of_rbm ON insights.received_events (raw_event_id) WHERE source = 'rbm';
CREATE INDEX ix_status_segments_by_end ON insights.status_segments (end_time);
CREATE INDEX ix_reprocessings_by_finish_time ON insights.reprocessings (finish_time);

-- What was received is only ever added: a row of 2 KB would be written anew, with all its indexes, for a word that changes.
ALTER TABLE insights.raw_events RENAME TO received_events;
ALTER TABLE insights.raw_events_default RENAME TO received_events_default;
ALTER TABLE insights.received_events RENAME CONSTRAINT pk_raw_events TO pk_received_events;
ALTER TABLE insights.received_events RENAME CONSTRAINT ck_raw_events_source TO ck_received_events_source;
ALTER INDEX insights.ix_raw_events_of_task RENAME TO ix_received_events_of_task;
ALTER INDEX insights.ix_raw_events_of_worker RENAME TO ix_received_events_of_worker;
ALTER INDEX insights.ix_raw_events_of_session RENAME TO ix_received_events_of_session;
ALTER INDEX insights.ix_raw_events_of_key RENAME TO ix_received_events_of_key;

CREATE TABLE insights.raw_event_states (
  raw_event_id uuid NOT NULL,
  status text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  error text,
  CONSTRAINT pk_raw_event_states PRIMARY KEY (raw_event_id),
  CONSTRAINT ck_raw_event_states_status CHECK (status IN ('received', 'ignored', 'duplicate', 'set_aside', 'failed')),
  CONSTRAINT ck_raw_event_states_failed_says_why CHECK (status <> 'failed' OR error IS NOT NULL)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

CREATE INDEX ix_raw_event_states_waiting ON insights.raw_event_states (raw_event_id) WHERE status = 'received';

COMMENT ON TABLE insights.raw_event_states IS 'What has become of received events, those left out that are part of a result: a row is added with an event, and removed when it is processed.';
COMMENT ON COLUMN insights.raw_event_states.attempts IS 'How often its processing has failed; such an event is processed by its job.';
COMMENT ON COLUMN insights.raw_event_states.error IS 'Why it failed, or the last error.';

INSERT INTO insights.raw_event_states (raw_event_id, status, attempts, error)
SELECT raw_event_id, status, attempts, error FROM insights.received_events WHERE status <> 'processed';

UPDATE insights.received_events SET rule_version = 1 WHERE rule_version IS NULL;

ALTER TABLE insights.received_events
  DROP COLUMN status,
  DROP COLUMN attempts,
  DROP COLUMN error,
  ALTER COLUMN rule_version SET NOT NULL;

COMMENT ON TABLE insights.received_events IS 'Everything received, byte for byte. The backup that results can be made from again.';
COMMENT ON COLUMN insights.received_events.rule_version IS 'Version of the rules that last processed the event; of one that waits, of the service that received it.';

-- Each status by itself, so that no statistics can make of it a join with all of them.
CREATE VIEW insights.raw_events AS
SELECT
  e.*,
  coalesce((SELECT s.status FROM insights.raw_event_states s WHERE s.raw_event_id = e.raw_event_id), 'processed') AS status,
  coalesce((SELECT s.attempts FROM insights.raw_event_states s WHERE s.raw_event_id = e.raw_event_id), 0) AS attempts,
  (SELECT s.error FROM insights.raw_event_states s WHERE s.raw_event_id = e.raw_event_id) AS error
FROM insights.received_events e;

COMMENT ON VIEW insights.raw_events IS 'What was received, each event with what has become of it.';

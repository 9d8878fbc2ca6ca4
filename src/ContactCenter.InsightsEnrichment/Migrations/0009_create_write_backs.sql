CREATE TABLE insights.write_backs (
  write_back_id uuid NOT NULL,
  account_sid text NOT NULL,
  workspace_sid text NOT NULL,
  target text NOT NULL,
  kind text NOT NULL,
  status text NOT NULL,
  attributes json,
  reason text,
  anyway boolean NOT NULL DEFAULT false,
  dry_run boolean NOT NULL DEFAULT false,
  waits_for_wrap_up boolean NOT NULL DEFAULT false,
  start_time timestamptz NOT NULL,
  progress json,
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  next_attempt_time timestamptz,
  create_time timestamptz NOT NULL,
  finish_time timestamptz,
  CONSTRAINT pk_write_backs PRIMARY KEY (write_back_id),
  CONSTRAINT ck_write_backs_kind CHECK (kind IN ('task_enrichment', 'task_completion', 'task_cancellation', 'workers')),
  CONSTRAINT ck_write_backs_status CHECK (status IN ('pending', 'done', 'conflict', 'task_gone', 'failed')),
  CONSTRAINT ck_write_backs_an_end_has_its_reason CHECK (kind NOT IN ('task_completion', 'task_cancellation') OR reason IS NOT NULL),
  CONSTRAINT ck_write_backs_finished_has_time CHECK ((status = 'pending') = (finish_time IS NULL))
);

CREATE UNIQUE INDEX ix_write_backs_waiting_of_task ON insights.write_backs (target) WHERE waits_for_wrap_up;
CREATE INDEX ix_write_backs_of_target ON insights.write_backs (target, write_back_id) WHERE target <> '';

COMMENT ON TABLE insights.write_backs IS 'Changes that are written back to TaskRouter, with what has become of them.';
COMMENT ON COLUMN insights.write_backs.target IS 'Task or worker; empty for a run of several workers.';
COMMENT ON COLUMN insights.write_backs.attributes IS 'What is merged into the attributes of the task.';
COMMENT ON COLUMN insights.write_backs.anyway IS 'End the task even if its attributes cannot be written.';
COMMENT ON COLUMN insights.write_backs.waits_for_wrap_up IS 'Not begun yet: further values of the task are added to it.';
COMMENT ON COLUMN insights.write_backs.start_time IS 'When it was begun; retries end some time after it.';
COMMENT ON COLUMN insights.write_backs.progress IS 'Where an interrupted attempt goes on: the version read and the merged text.';

CREATE TABLE insights.worker_updates (
  write_back_id uuid NOT NULL,
  row_number integer NOT NULL,
  worker_sid text NOT NULL,
  attributes json NOT NULL,
  outcome text,
  before text,
  after text,
  error text,
  progress json,
  CONSTRAINT pk_worker_updates PRIMARY KEY (write_back_id, row_number),
  CONSTRAINT fk_worker_updates_write_back FOREIGN KEY (write_back_id) REFERENCES insights.write_backs ON DELETE CASCADE,
  CONSTRAINT ck_worker_updates_outcome CHECK (outcome IN ('updated', 'unchanged', 'not_found', 'conflict', 'failed'))
);

CREATE INDEX ix_worker_updates_waiting ON insights.worker_updates (write_back_id) WHERE outcome IS NULL;

COMMENT ON TABLE insights.worker_updates IS 'The rows of a run that updates workers. A row without outcome waits.';

CREATE TABLE insights.account_pauses (
  account_sid text NOT NULL,
  paused_until timestamptz NOT NULL,
  refused_key text,
  CONSTRAINT pk_account_pauses PRIMARY KEY (account_sid)
);

COMMENT ON TABLE insights.account_pauses IS 'Accounts whose REST API is not asked for the moment.';
COMMENT ON COLUMN insights.account_pauses.refused_key IS 'Hash of the API key that was refused: nothing is sent with it until it is replaced or someone retries.';

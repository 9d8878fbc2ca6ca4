ALTER TABLE insights.tasks ADD COLUMN check_time timestamptz;

CREATE INDEX ix_tasks_by_check_time ON insights.tasks (check_time) WHERE check_time IS NOT NULL;

COMMENT ON COLUMN insights.tasks.check_time IS 'When to work the task out again because the end of a reservation may be missing by then; empty if none is.';

CREATE TABLE insights.group_names (
  account_sid text NOT NULL,
  kind text NOT NULL,
  group_id text NOT NULL,
  name text NOT NULL,
  name_in_hierarchy text,
  event_time timestamptz NOT NULL,
  CONSTRAINT pk_group_names PRIMARY KEY (account_sid, kind, group_id),
  CONSTRAINT ck_group_names_kind CHECK (kind IN ('team', 'department'))
);

COMMENT ON TABLE insights.group_names IS 'The latest name of every team and department, which is shown for all history.';
COMMENT ON COLUMN insights.group_names.event_time IS 'End of the latest segment that named it.';

ALTER TABLE insights.warnings
  ADD COLUMN closed_count bigint NOT NULL DEFAULT 0,
  ADD COLUMN acknowledge_time timestamptz,
  ADD COLUMN acknowledged_by text,
  ADD CONSTRAINT ck_warnings_acknowledged_by_someone CHECK ((acknowledge_time IS NULL) = (acknowledged_by IS NULL));

COMMENT ON COLUMN insights.warnings.closed_count IS 'How many of count are settled by what came later.';
COMMENT ON COLUMN insights.warnings.acknowledged_by IS 'Who has said that it was seen; empty if nobody has.';

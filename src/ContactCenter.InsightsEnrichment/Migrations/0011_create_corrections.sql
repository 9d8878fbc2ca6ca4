CREATE TABLE insights.corrections (
  correction_id uuid NOT NULL,
  account_sid text NOT NULL,
  segment_id text,
  task_sid text,
  conversation_id text,
  field_values jsonb NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  create_time timestamptz NOT NULL,
  CONSTRAINT pk_corrections PRIMARY KEY (correction_id),
  CONSTRAINT ck_corrections_of_segment_or_conversation CHECK ((segment_id IS NULL) = (task_sid IS NULL) AND (segment_id IS NULL) <> (conversation_id IS NULL))
);

CREATE INDEX ix_corrections_of_task ON insights.corrections (task_sid) WHERE task_sid IS NOT NULL;
CREATE INDEX ix_corrections_of_conversation ON insights.corrections (conversation_id) WHERE conversation_id IS NOT NULL;

COMMENT ON TABLE insights.corrections IS 'Values that somebody set in place of those that events give. Enrichment reads and never changes them; what is withdrawn is removed.';
COMMENT ON COLUMN insights.corrections.task_sid IS 'Task of the segment.';
COMMENT ON COLUMN insights.corrections.field_values IS 'The values by field, numbers as text.';

CREATE TABLE insights.conversation_history (
  entry_id uuid NOT NULL,
  account_sid text NOT NULL,
  conversation_ids text[] NOT NULL,
  segment_id text,
  task_sid text,
  correction_id uuid,
  action text NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  changes jsonb NOT NULL,
  create_time timestamptz NOT NULL,
  CONSTRAINT pk_conversation_history PRIMARY KEY (entry_id),
  CONSTRAINT ck_conversation_history_action CHECK (
    action IN ('correct', 'withdraw_correction', 'set_segment_link', 'link_task', 'unlink_task', 'relink', 'withdraw_relink'))
);

CREATE INDEX ix_conversation_history_of_conversation ON insights.conversation_history USING gin (conversation_ids);

COMMENT ON TABLE insights.conversation_history IS 'Who decided what about conversations and segments by hand, and why. Never removed.';
COMMENT ON COLUMN insights.conversation_history.conversation_ids IS 'All conversations that the entry is about.';
COMMENT ON COLUMN insights.conversation_history.changes IS 'What changed: field, value before and value after of each.';

ALTER TABLE insights.tasks ADD COLUMN joined_to text;

COMMENT ON COLUMN insights.tasks.joined_to IS 'The conversation that somebody joined the task to; its own SID if somebody parted it from all others. Enrichment reads and never changes it.';

ALTER TABLE insights.sessions ADD COLUMN for_task json;

CREATE INDEX ix_sessions_of_call ON insights.sessions (call_sid) WHERE call_sid IS NOT NULL;

COMMENT ON COLUMN insights.sessions.for_task IS 'What the session says about the task or call that it names; null if it names none.';

ALTER TABLE insights.segments DROP CONSTRAINT ck_segments_test_is_not_published;

ALTER TABLE insights.write_backs DROP CONSTRAINT ck_write_backs_kind;
ALTER TABLE insights.write_backs ADD CONSTRAINT ck_write_backs_kind
  CHECK (kind IN ('task_enrichment', 'task_completion', 'task_cancellation', 'workers', 'recording_link'));

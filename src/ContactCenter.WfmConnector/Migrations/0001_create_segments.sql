CREATE SCHEMA IF NOT EXISTS wfm;

CREATE TABLE wfm.segments (
  segment_id text NOT NULL,
  revision bigint NOT NULL,
  result text,
  task_sid text NOT NULL,
  queue_sid text,
  medium text NOT NULL,
  direction text NOT NULL,
  end_time timestamptz NOT NULL,
  waiting_ms bigint NOT NULL,
  talk_ms bigint NOT NULL,
  wrap_up_ms bigint NOT NULL,
  CONSTRAINT pk_segments PRIMARY KEY (segment_id),
  CONSTRAINT ck_segments_result CHECK (result IN ('answered', 'abandoned', 'redirected')),
  CONSTRAINT ck_segments_medium CHECK (medium IN ('VOICE', 'CHAT', 'SMS', 'WEB', 'OTHER')),
  CONSTRAINT ck_segments_lengths_not_negative CHECK (waiting_ms >= 0 AND talk_ms >= 0 AND wrap_up_ms >= 0)
);

CREATE INDEX ix_segments_contacts_by_end ON wfm.segments (end_time) WHERE result IS NOT NULL;

COMMENT ON TABLE wfm.segments IS 'The newest revision of every segment that Insights published, as far as queue figures need it.';
COMMENT ON COLUMN wfm.segments.result IS 'How the queue contact that this segment ends has ended. Null: the segment ends none, or was withdrawn; the row tells a late older revision from a newer one.';
COMMENT ON COLUMN wfm.segments.medium IS 'From the task channel; OTHER is not reported.';
COMMENT ON COLUMN wfm.segments.end_time IS 'End of the contact: its figures count in the interval that holds it.';

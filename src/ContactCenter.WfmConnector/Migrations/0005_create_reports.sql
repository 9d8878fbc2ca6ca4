CREATE TABLE wfm.intervals (
  start_time timestamptz NOT NULL,
  revision integer NOT NULL,
  seal_time timestamptz NOT NULL,
  is_incomplete boolean NOT NULL,
  CONSTRAINT pk_intervals PRIMARY KEY (start_time),
  CONSTRAINT ck_intervals_on_a_quarter_hour CHECK (date_bin('15 minutes', start_time, '2000-01-01Z') = start_time)
);

CREATE TABLE wfm.reports (
  report_id uuid NOT NULL,
  interval_start timestamptz NOT NULL,
  kind text NOT NULL,
  revision integer NOT NULL,
  profile text NOT NULL,
  body bytea NOT NULL,
  sha256 bytea NOT NULL,
  create_time timestamptz NOT NULL,
  state text NOT NULL,
  state_time timestamptz NOT NULL,
  changes jsonb,
  taken_parts text[] NOT NULL DEFAULT '{}',
  split_parts text[] NOT NULL DEFAULT '{}',
  CONSTRAINT pk_reports PRIMARY KEY (report_id),
  CONSTRAINT ux_reports_one_of_a_revision UNIQUE (interval_start, kind, revision),
  CONSTRAINT fk_reports_interval FOREIGN KEY (interval_start) REFERENCES wfm.intervals (start_time) ON DELETE CASCADE,
  CONSTRAINT ck_reports_kind CHECK (kind IN ('ACTIVITY', 'QUEUE')),
  CONSTRAINT ck_reports_state CHECK (state IN ('HELD', 'WAITING', 'DELIVERED', 'REJECTED', 'UNREADABLE'))
);

CREATE TABLE wfm.answers (
  answer_id uuid NOT NULL,
  report_id uuid,
  answer_time timestamptz NOT NULL,
  reason text NOT NULL,
  http_status integer,
  headers jsonb NOT NULL,
  body text NOT NULL,
  error_code text,
  message text,
  items jsonb NOT NULL,
  CONSTRAINT pk_answers PRIMARY KEY (answer_id),
  CONSTRAINT fk_answers_report FOREIGN KEY (report_id) REFERENCES wfm.reports (report_id) ON DELETE CASCADE
);

CREATE INDEX ix_answers_by_report ON wfm.answers (report_id, answer_time);

COMMENT ON TABLE wfm.intervals IS 'Every sealed interval, with its newest revision (WFM-71).';
COMMENT ON COLUMN wfm.intervals.is_incomplete IS 'Whether it was sealed although Insights had not published all that it had accepted by its end.';
COMMENT ON TABLE wfm.reports IS 'Every revision of every report with the exact bytes that are sent (WFM-72).';
COMMENT ON COLUMN wfm.reports.state IS 'HELD: nobody has asked to send it. WAITING: a job sends it. Then DELIVERED, REJECTED, or UNREADABLE if nobody knows what became of it.';
COMMENT ON COLUMN wfm.reports.changes IS 'What differs from the revision before, and the events that led to it; null of revision 0.';
COMMENT ON COLUMN wfm.reports.taken_parts IS 'Halves, and halves of these, that CXone took of a report that was too large (WFM-86): .1 is the first half, .1.2 the second half of that.';
COMMENT ON COLUMN wfm.reports.split_parts IS 'What of it was too large, the empty one being the whole.';
COMMENT ON TABLE wfm.answers IS 'What CXone answered, unless it took something without a word (WFM-78).';
COMMENT ON COLUMN wfm.answers.report_id IS 'The report that it is to; null of an answer to states, which agents refer to.';
COMMENT ON COLUMN wfm.answers.body IS 'The first 64 KiB, without secrets.';

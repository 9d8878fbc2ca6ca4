CREATE TABLE wfm.agent_states (
  agent_sid text NOT NULL,
  state_id smallint,
  medium smallint,
  since timestamptz,
  due_time timestamptz,
  forced_time timestamptz,
  sequence bigint NOT NULL DEFAULT 0,
  lease_id uuid,
  lease_until timestamptz,
  reported_state_id smallint,
  reported_medium smallint,
  reported_since timestamptz,
  reported_login text,
  report_time timestamptz,
  refusal text,
  answer_id uuid,
  skewed_time timestamptz,
  CONSTRAINT pk_agent_states PRIMARY KEY (agent_sid),
  CONSTRAINT fk_agent_states_state FOREIGN KEY (state_id) REFERENCES wfm.states (state_id),
  CONSTRAINT fk_agent_states_reported_state FOREIGN KEY (reported_state_id) REFERENCES wfm.states (state_id),
  CONSTRAINT ck_agent_states_reports_are_whole CHECK ((report_time IS NULL) = (reported_state_id IS NULL) AND (report_time IS NULL) = (reported_login IS NULL))
);

CREATE INDEX ix_agent_states_due ON wfm.agent_states (due_time) WHERE due_time IS NOT NULL;

COMMENT ON TABLE wfm.agent_states IS 'What every agent does now and what CXone was last told; never more than the latest state waits (WFM-35).';
COMMENT ON COLUMN wfm.agent_states.due_time IS 'When the present state is to be reported; null if CXone knows it.';
COMMENT ON COLUMN wfm.agent_states.forced_time IS 'When a snapshot was asked for, in which it is reported even if CXone knows it (WFM-39); null if it was reported since.';
COMMENT ON COLUMN wfm.agent_states.reported_login IS 'By which login id CXone was told; where it is another now, CXone is told that this one has logged out (WFM-17).';
COMMENT ON COLUMN wfm.agent_states.sequence IS 'Number of the last report tried (WFM-30).';
COMMENT ON COLUMN wfm.agent_states.lease_id IS 'Of the process that is reporting it; only that may write what came of it (WFM-36).';
COMMENT ON COLUMN wfm.agent_states.skewed_time IS 'Start of the last state that was told more than 60 s before it (WFM-34); null if none was.';
COMMENT ON COLUMN wfm.agent_states.answer_id IS 'What CXone answered in full to the last report tried; null if it took it without a word.';
COMMENT ON COLUMN wfm.agent_states.refusal IS 'What CXone answered if it refused the last report (WFM-37).';

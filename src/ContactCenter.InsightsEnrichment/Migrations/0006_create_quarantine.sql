CREATE TABLE insights.quarantine (
  raw_event_id uuid NOT NULL,
  received_time timestamptz NOT NULL,
  data_key text NOT NULL,
  sealed bytea NOT NULL,
  CONSTRAINT pk_quarantine PRIMARY KEY (raw_event_id)
);

COMMENT ON TABLE insights.quarantine IS 'Received bodies that HIPAA mode could not filter, as they could not be read.';
COMMENT ON COLUMN insights.quarantine.data_key IS 'The key of this body alone, encrypted under the configured keys of secrets.';
COMMENT ON COLUMN insights.quarantine.sealed IS 'AES-256-GCM: nonce, body, tag; bound to the id of the event.';

CREATE TABLE insights.redactions (
  day date NOT NULL,
  field text NOT NULL,
  action text NOT NULL,
  count bigint NOT NULL,
  CONSTRAINT pk_redactions PRIMARY KEY (day, field, action),
  CONSTRAINT ck_redactions_action CHECK (action IN ('mask', 'hash', 'drop'))
);

COMMENT ON TABLE insights.redactions IS 'How often each redaction rule was applied, by UTC day of receipt.';

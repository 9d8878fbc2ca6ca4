CREATE TABLE durable.idempotency_keys (
  caller text NOT NULL,
  method text NOT NULL,
  request_id uuid NOT NULL,
  request_hash bytea NOT NULL,
  response bytea NOT NULL,
  created_time timestamptz NOT NULL,
  CONSTRAINT pk_idempotency_keys PRIMARY KEY (caller, method, request_id),
  CONSTRAINT ck_idempotency_keys_hash_is_sha256 CHECK (octet_length(request_hash) = 32)
);

CREATE INDEX ix_idempotency_keys_oldest ON durable.idempotency_keys (created_time);

COMMENT ON TABLE durable.idempotency_keys IS 'Answers of mutating calls, written with their effect, so that a repeated call gets the same answer.';
COMMENT ON COLUMN durable.idempotency_keys.caller IS 'Who called: keys are private to the caller.';
COMMENT ON COLUMN durable.idempotency_keys.request_hash IS 'SHA-256 of the request without its request_id.';

CREATE TABLE egress.destinations (
  id text NOT NULL,
  name text NOT NULL,
  origin text NOT NULL,
  defaults jsonb NOT NULL,
  settings jsonb,
  client_key text,
  breaker_resets bigint NOT NULL DEFAULT 0,
  version bigint NOT NULL DEFAULT 1,
  created_time timestamptz NOT NULL,
  updated_time timestamptz NOT NULL,
  CONSTRAINT pk_destinations PRIMARY KEY (id)
);
COMMENT ON TABLE egress.destinations IS 'Destinations that were called, with the settings of the program and, once an operator has changed them, the operator''s; client_key is encrypted.';
COMMENT ON COLUMN egress.destinations.settings IS 'What an operator has set; null while the defaults hold.';
COMMENT ON COLUMN egress.destinations.breaker_resets IS 'How often an operator closed the breaker; each replica follows.';
CREATE INDEX ix_destinations_name ON egress.destinations (name, origin);
CREATE INDEX ix_destinations_changed ON egress.destinations (id) WHERE settings IS NOT NULL OR breaker_resets > 0;

CREATE TABLE egress.secrets (
  name text NOT NULL,
  value text NOT NULL,
  secret_time timestamptz NOT NULL,
  CONSTRAINT pk_secrets PRIMARY KEY (name)
);
COMMENT ON TABLE egress.secrets IS 'Secrets by name; value is encrypted.';

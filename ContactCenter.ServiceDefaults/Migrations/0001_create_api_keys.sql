CREATE SCHEMA callers;

CREATE TABLE callers.api_keys (
  id text NOT NULL,
  name text NOT NULL,
  secret_hash bytea NOT NULL,
  scopes text[] NOT NULL,
  create_time timestamptz NOT NULL,
  expire_time timestamptz NOT NULL,
  revoke_time timestamptz,
  last_use_time timestamptz,
  replaced_by text,
  CONSTRAINT pk_api_keys PRIMARY KEY (id),
  CONSTRAINT fk_api_keys_replaced_by FOREIGN KEY (replaced_by) REFERENCES callers.api_keys (id),
  CONSTRAINT ck_api_keys_id CHECK (id ~ '^[0-9a-hjkmnp-tv-z]{12}$'),
  CONSTRAINT ck_api_keys_secret_hash CHECK (octet_length(secret_hash) = 32),
  CONSTRAINT ck_api_keys_scopes CHECK (cardinality(scopes) > 0)
);
COMMENT ON TABLE callers.api_keys IS 'Who may call this service; secret_hash is SHA-256 of the secret, which is stored nowhere.';

CREATE TABLE callers.api_key_version (
  version bigint NOT NULL,
  only_row boolean NOT NULL DEFAULT true,
  CONSTRAINT pk_api_key_version PRIMARY KEY (only_row),
  CONSTRAINT ck_api_key_version_only_row CHECK (only_row)
);
COMMENT ON TABLE callers.api_key_version IS 'Rises with every change of a key, so that replicas see cheaply whether there is one.';
INSERT INTO callers.api_key_version (version) VALUES (1);

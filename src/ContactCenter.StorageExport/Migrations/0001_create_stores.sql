CREATE SCHEMA IF NOT EXISTS storage;

CREATE TABLE storage.stores (
  store_id uuid NOT NULL,
  active boolean NOT NULL,
  revision bigint NOT NULL,
  definition bytea NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  CONSTRAINT pk_stores PRIMARY KEY (store_id),
  CONSTRAINT ck_stores_revision_from_one CHECK (revision >= 1)
);

CREATE UNIQUE INDEX ux_stores_at_most_one_active ON storage.stores (active) WHERE active;

CREATE TABLE storage.store_secrets (
  store_id uuid NOT NULL,
  name text NOT NULL,
  value text NOT NULL,
  CONSTRAINT pk_store_secrets PRIMARY KEY (store_id, name),
  CONSTRAINT fk_store_secrets_store FOREIGN KEY (store_id) REFERENCES storage.stores (store_id) ON DELETE CASCADE,
  CONSTRAINT ck_store_secrets_name CHECK (name IN ('password', 'private_key', 'passphrase'))
);

COMMENT ON TABLE storage.stores IS 'The external store that files are written to, and those before it, whose files stay readable.';
COMMENT ON COLUMN storage.stores.active IS 'Whether files are written to it.';
COMMENT ON COLUMN storage.stores.revision IS 'Rises by one with every change of its settings.';
COMMENT ON COLUMN storage.stores.definition IS 'A contactcenter.storage.v1.Store without secrets and without what other columns hold.';
COMMENT ON TABLE storage.store_secrets IS 'What is used to log in; earlier values are not kept.';
COMMENT ON COLUMN storage.store_secrets.value IS 'Encrypted by the deployment''s key.';

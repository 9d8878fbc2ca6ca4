CREATE SCHEMA IF NOT EXISTS crm;

CREATE TABLE crm.connectors (
  connector_id text NOT NULL,
  active boolean NOT NULL DEFAULT false,
  revision bigint NOT NULL,
  definition bytea NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  CONSTRAINT pk_connectors PRIMARY KEY (connector_id),
  CONSTRAINT ck_connectors_revision_from_one CHECK (revision >= 1)
);

CREATE UNIQUE INDEX ux_connectors_at_most_one_active ON crm.connectors (active) WHERE active;

CREATE TABLE crm.connector_revisions (
  connector_id text NOT NULL,
  revision bigint NOT NULL,
  definition bytea NOT NULL,
  author text NOT NULL,
  save_time timestamptz NOT NULL,
  CONSTRAINT pk_connector_revisions PRIMARY KEY (connector_id, revision),
  CONSTRAINT fk_connector_revisions_connector FOREIGN KEY (connector_id) REFERENCES crm.connectors (connector_id) ON DELETE CASCADE
);

CREATE TABLE crm.connector_secrets (
  connector_id text NOT NULL,
  name text NOT NULL,
  value text NOT NULL,
  CONSTRAINT pk_connector_secrets PRIMARY KEY (connector_id, name),
  CONSTRAINT fk_connector_secrets_connector FOREIGN KEY (connector_id) REFERENCES crm.connectors (connector_id) ON DELETE CASCADE
);

COMMENT ON TABLE crm.connectors IS 'The present configuration of every CRM.';
COMMENT ON COLUMN crm.connectors.definition IS 'A contactcenter.crm.v1.Connector without secrets and without what other columns hold.';
COMMENT ON COLUMN crm.connectors.update_time IS 'When the present revision was saved; activation does not count.';
COMMENT ON TABLE crm.connector_revisions IS 'Every state that a connector was saved in, the present one included, and by whom.';
COMMENT ON TABLE crm.connector_secrets IS 'What the present revisions authenticate with; earlier values are not kept.';
COMMENT ON COLUMN crm.connector_secrets.name IS 'password, or header: and the name of a header field in lower case.';
COMMENT ON COLUMN crm.connector_secrets.value IS 'Encrypted by the deployment''s key.';

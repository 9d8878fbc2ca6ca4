CREATE TABLE insights.configuration (
  only_one boolean NOT NULL DEFAULT true,
  version bigint NOT NULL,
  document json NOT NULL,
  imported_by text NOT NULL,
  import_time timestamptz NOT NULL,
  CONSTRAINT pk_configuration PRIMARY KEY (only_one),
  CONSTRAINT ck_configuration_only_one CHECK (only_one)
);

COMMENT ON TABLE insights.configuration IS 'The imported document that goes before the settings of the deployment; no row until one is imported.';
COMMENT ON COLUMN insights.configuration.version IS 'Number of imports.';
COMMENT ON COLUMN insights.configuration.document IS 'As it was imported: what it leaves out is as the settings say.';

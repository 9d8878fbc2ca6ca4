CREATE SEQUENCE durable.retry_policy_versions;

CREATE TABLE durable.retry_policies (
  name text NOT NULL,
  version bigint NOT NULL DEFAULT nextval('durable.retry_policy_versions'),
  origin text NOT NULL,
  definition jsonb NOT NULL,
  update_time timestamptz NOT NULL,
  CONSTRAINT pk_retry_policies PRIMARY KEY (name),
  CONSTRAINT ck_retry_policies_origin CHECK (origin IN ('SERVICE', 'OPERATOR')),
  CONSTRAINT ck_retry_policies_named CHECK (definition ->> 'name' = name),
  CONSTRAINT ck_retry_policies_bounded CHECK (definition ->> 'maxAttempts' IS NOT NULL OR definition ->> 'maxAge' IS NOT NULL)
);

COMMENT ON TABLE durable.retry_policies IS 'When failed jobs are tried again, besides the built-in policies; a change applies to the next failure of existing jobs.';
COMMENT ON COLUMN durable.retry_policies.version IS 'Another number after each change, of a sequence, so that a policy made anew never has a version of its predecessor.';
COMMENT ON COLUMN durable.retry_policies.origin IS 'Who defined it last: the service''s program, which each start of a new release may change, or an operator.';

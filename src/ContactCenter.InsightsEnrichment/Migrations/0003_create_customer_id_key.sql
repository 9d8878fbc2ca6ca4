CREATE TABLE insights.customer_id_key (
  only_one boolean NOT NULL DEFAULT true,
  check_value bytea NOT NULL,
  CONSTRAINT pk_customer_id_key PRIMARY KEY (only_one),
  CONSTRAINT ck_customer_id_key_only_one CHECK (only_one)
);

COMMENT ON TABLE insights.customer_id_key IS 'By what to recognise the secret that all customer ids were made with: the service does not start with another one.';
COMMENT ON COLUMN insights.customer_id_key.check_value IS 'HMAC-SHA-256 under the secret of a value that no customer has.';

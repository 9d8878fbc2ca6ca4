CREATE SCHEMA egress;

CREATE TABLE egress.oauth_grants (
  id text NOT NULL,
  kind text NOT NULL,
  token_url text NOT NULL,
  client_id text NOT NULL,
  settings jsonb NOT NULL,
  client_secret text,
  refresh_token text,
  private_key text,
  access_token text,
  renew_time timestamptz,
  state text NOT NULL,
  last_error text,
  last_authorization_error text,
  version bigint NOT NULL DEFAULT 0,
  fence bigint NOT NULL DEFAULT 0,
  lease_end timestamptz,
  secret_time timestamptz NOT NULL,
  CONSTRAINT pk_oauth_grants PRIMARY KEY (id),
  CONSTRAINT ck_oauth_grants_kind CHECK (kind IN ('ClientCredentials', 'RefreshToken', 'AuthorizationCode', 'ServiceAccount')),
  CONSTRAINT ck_oauth_grants_state CHECK (state IN ('Unauthorized', 'Active', 'ReauthorizationRequired'))
);
COMMENT ON TABLE egress.oauth_grants IS 'OAuth2 grants; client_secret, refresh_token, private_key and access_token are encrypted.';

CREATE TABLE egress.oauth_authorizations (
  state_hash bytea NOT NULL,
  grant_id text NOT NULL,
  caller text NOT NULL,
  code_verifier text,
  expire_time timestamptz NOT NULL,
  CONSTRAINT pk_oauth_authorizations PRIMARY KEY (state_hash),
  CONSTRAINT fk_oauth_authorizations_grant FOREIGN KEY (grant_id) REFERENCES egress.oauth_grants (id) ON DELETE CASCADE
);
COMMENT ON TABLE egress.oauth_authorizations IS 'Authorisations begun and not yet answered: SHA-256 of the state, usable once.';
CREATE INDEX ix_oauth_authorizations_grant ON egress.oauth_authorizations (grant_id);
CREATE INDEX ix_oauth_authorizations_expire_time ON egress.oauth_authorizations (expire_time);

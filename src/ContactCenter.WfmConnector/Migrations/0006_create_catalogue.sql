CREATE TABLE wfm.catalogue (
  kind text NOT NULL,
  code text NOT NULL,
  name text,
  first_time timestamptz,
  last_time timestamptz,
  accept_time timestamptz,
  CONSTRAINT pk_catalogue PRIMARY KEY (kind, code),
  CONSTRAINT ck_catalogue_kind CHECK (kind IN ('LOGIN_ID', 'SKILL', 'STATE', 'REASON_CODE')),
  CONSTRAINT ck_catalogue_used_from_until CHECK ((first_time IS NULL) = (last_time IS NULL) AND first_time < last_time)
);

COMMENT ON TABLE wfm.catalogue IS 'What reports and states have named that CXone has to know (WFM-19); what is mapped or present besides is asked where it stands.';
COMMENT ON COLUMN wfm.catalogue.name IS 'Name of a skill, as last reported; of the others null.';
COMMENT ON COLUMN wfm.catalogue.first_time IS 'Start of the first interval whose reports name it; null if none does.';
COMMENT ON COLUMN wfm.catalogue.last_time IS 'End of the last one.';
COMMENT ON COLUMN wfm.catalogue.accept_time IS 'When CXone first took something that names it; null if it never did.';

CREATE INDEX ix_loaded_segments_of_conversation ON insights.loaded_segments (conversation_id) WHERE NOT withdrawn;

CREATE TABLE insights.exports (
  export_id uuid NOT NULL,
  definition bytea NOT NULL,
  state smallint NOT NULL,
  created_by text NOT NULL,
  create_time timestamptz NOT NULL,
  attempt bigint NOT NULL DEFAULT 0,
  rows bigint NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  sha256 text,
  load_number bigint NOT NULL DEFAULT 0,
  finish_time timestamptz,
  expire_time timestamptz,
  error text,
  CONSTRAINT pk_exports PRIMARY KEY (export_id),
  CONSTRAINT ck_exports_state CHECK (state BETWEEN 1 AND 6),
  CONSTRAINT ck_exports_done_has_file CHECK (state NOT IN (3, 6) OR num_nulls(sha256, finish_time, expire_time) = 0)
);

CREATE INDEX ix_exports_by_expire_time ON insights.exports (expire_time) WHERE state = 3;

COMMENT ON TABLE insights.exports IS 'Data sets that are or were written to files.';
COMMENT ON COLUMN insights.exports.definition IS 'What was asked for, as a message CreateExportRequest.';
COMMENT ON COLUMN insights.exports.state IS '1 waits, 2 runs, 3 done, 4 failed, 5 canceled, 6 the file was removed.';
COMMENT ON COLUMN insights.exports.attempt IS 'Tells apart the pieces of one attempt from those of another that was interrupted.';

CREATE TABLE insights.export_pieces (
  export_id uuid NOT NULL,
  attempt bigint NOT NULL,
  number integer NOT NULL,
  content bytea NOT NULL,
  CONSTRAINT pk_export_pieces PRIMARY KEY (export_id, attempt, number),
  CONSTRAINT fk_export_pieces_export FOREIGN KEY (export_id) REFERENCES insights.exports (export_id)
);

COMMENT ON TABLE insights.export_pieces IS 'The files of exports: all pieces but the last have 256 KiB.';

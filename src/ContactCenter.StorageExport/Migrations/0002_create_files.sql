CREATE TABLE storage.files (
  file_id uuid NOT NULL,
  session_kind text NOT NULL,
  session_id bigint NOT NULL,
  kind text NOT NULL,
  source_id text NOT NULL,
  account_sid text NOT NULL,
  number bigint,
  content_type text,
  extension text,
  end_time timestamptz,
  state text NOT NULL,
  reason text NOT NULL DEFAULT '',
  state_time timestamptz NOT NULL,
  create_time timestamptz NOT NULL,
  source_url text,
  declared_size bigint,
  wanted integer NOT NULL DEFAULT 0,
  taken integer NOT NULL DEFAULT 0,
  taken_time timestamptz,
  record_version bigint,
  revision integer NOT NULL DEFAULT 0,
  size bigint,
  sha256 bytea,
  md5 bytea,
  crc32c bigint,
  warning text NOT NULL DEFAULT '',
  upload_offset bigint NOT NULL DEFAULT 0,
  stored_revision integer NOT NULL DEFAULT 0,
  store_id uuid,
  location text,
  stored_time timestamptz,
  durability text,
  CONSTRAINT pk_files PRIMARY KEY (file_id),
  CONSTRAINT fk_files_store FOREIGN KEY (store_id) REFERENCES storage.stores (store_id),
  CONSTRAINT ux_files_one_per_source UNIQUE (session_kind, session_id, kind, source_id),
  CONSTRAINT ck_files_session_kind CHECK (session_kind IN ('call', 'chat')),
  CONSTRAINT ck_files_session_id_from_one CHECK (session_id >= 1),
  CONSTRAINT ck_files_kind CHECK (kind IN ('metadata', 'recording', 'transcript', 'photo', 'video', 'voicemail')),
  CONSTRAINT ck_files_number_from_one CHECK (number >= 1),
  CONSTRAINT ck_files_state CHECK (state IN ('EXPECTED', 'FETCHING', 'PENDING', 'UPLOADING', 'STORED', 'SKIPPED', 'HELD', 'FAILED', 'DELETED')),
  CONSTRAINT ck_files_taken_not_beyond_wanted CHECK (taken <= wanted),
  CONSTRAINT ck_files_stored_not_beyond_revision CHECK (stored_revision <= revision),
  CONSTRAINT ck_files_stored_has_a_place CHECK (stored_revision = 0 OR (store_id IS NOT NULL AND location IS NOT NULL AND stored_time IS NOT NULL)),
  CONSTRAINT ck_files_revision_has_content CHECK (revision = 0 OR (size IS NOT NULL AND sha256 IS NOT NULL AND extension IS NOT NULL AND number IS NOT NULL)),
  CONSTRAINT ck_files_durability CHECK (durability IN ('CONFIRMED', 'UNCONFIRMED'))
);

CREATE UNIQUE INDEX ux_files_one_per_number ON storage.files (session_kind, session_id, kind, number) WHERE kind IN ('recording', 'voicemail');
CREATE INDEX ix_files_unfinished ON storage.files (state, state_time, file_id) WHERE state IN ('EXPECTED', 'FETCHING', 'PENDING', 'UPLOADING', 'HELD', 'FAILED');
CREATE INDEX ix_files_by_stored_time ON storage.files USING brin (stored_time);

CREATE TABLE storage.staged_pieces (
  file_id uuid NOT NULL,
  revision integer NOT NULL,
  piece integer NOT NULL,
  bytes bytea NOT NULL,
  CONSTRAINT pk_staged_pieces PRIMARY KEY (file_id, revision, piece),
  CONSTRAINT fk_staged_pieces_file FOREIGN KEY (file_id) REFERENCES storage.files (file_id) ON DELETE CASCADE,
  CONSTRAINT ck_staged_pieces_at_most_one_mebibyte CHECK (octet_length(bytes) <= 1048576)
);

-- Recordings and photos are compressed already.
ALTER TABLE storage.staged_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;

ALTER TABLE storage.stores
  ADD COLUMN is_down boolean NOT NULL DEFAULT false,
  ADD COLUMN health_reason text NOT NULL DEFAULT '',
  ADD COLUMN health_detail text NOT NULL DEFAULT '',
  ADD COLUMN health_time timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN next_probe_time timestamptz,
  ADD COLUMN is_overdue boolean NOT NULL DEFAULT false;

COMMENT ON TABLE storage.files IS 'The catalogue: every file that was ever due, with its state, place and checksums.';
COMMENT ON COLUMN storage.files.source_id IS 'Tells the files of a session and kind apart: the platform''s id of a medium; of a document its extension.';
COMMENT ON COLUMN storage.files.number IS 'Part of the name, see STO-8 and STO-10; never changes once it is set.';
COMMENT ON COLUMN storage.files.end_time IS 'When the session ended; of metadata alone, which every session that ended has.';
COMMENT ON COLUMN storage.files.reason IS 'Why the file is in its state; empty where that needs none.';
COMMENT ON COLUMN storage.files.wanted IS 'Rises with every message that there is other content to take in.';
COMMENT ON COLUMN storage.files.taken IS 'The value of wanted when content was last asked for.';
COMMENT ON COLUMN storage.files.revision IS 'Number of the staged content, from 1; rises when other bytes take its place.';
COMMENT ON COLUMN storage.files.upload_offset IS 'Bytes of the present revision that are on the store''s disk.';
COMMENT ON COLUMN storage.files.stored_revision IS 'The revision that the store has; 0 for none.';
COMMENT ON COLUMN storage.files.durability IS 'UNCONFIRMED where the store cannot tell whether bytes are on its disk.';
COMMENT ON TABLE storage.staged_pieces IS 'Bytes that wait until the store has them: pieces of 1 MiB, the last one shorter.';
COMMENT ON COLUMN storage.stores.is_down IS 'Whether uploads wait for a probe, see STO-62.';
COMMENT ON COLUMN storage.stores.is_overdue IS 'Whether it was told that a file has waited for more than an hour, see STO-63.';
COMMENT ON COLUMN storage.stores.next_probe_time IS 'From when on an upload may try a store that is down.';

ALTER TABLE storage.files
  ADD COLUMN queued_revision integer NOT NULL DEFAULT 0,
  ADD COLUMN deletion text,
  ADD CONSTRAINT ck_files_queued_not_beyond_revision CHECK (queued_revision <= revision),
  ADD CONSTRAINT ck_files_deletion CHECK (deletion IN ('BY_HAND')),
  ADD CONSTRAINT ck_files_deleted_for_a_cause CHECK (state <> 'DELETED' OR deletion IS NOT NULL),
  ADD CONSTRAINT ck_files_deleted_is_not_stored CHECK (state <> 'DELETED' OR stored_revision = 0);

COMMENT ON COLUMN storage.files.queued_revision IS 'The revision for which the upload that waits was enqueued, see STO-45; a newer one that comes meanwhile is written in its place. 0 before the first.';
COMMENT ON COLUMN storage.files.deletion IS 'Why the file is to be deleted, or was; from then on no content is taken in or uploaded, whatever comes. Null for files that are kept.';

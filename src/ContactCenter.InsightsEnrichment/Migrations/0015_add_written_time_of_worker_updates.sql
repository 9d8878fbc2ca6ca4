ALTER TABLE insights.worker_updates ADD COLUMN written_time timestamptz;
ALTER TABLE insights.worker_updates ADD COLUMN overwritten boolean NOT NULL DEFAULT false;

CREATE INDEX ix_worker_updates_written ON insights.worker_updates (worker_sid, written_time) WHERE written_time IS NOT NULL AND NOT overwritten;

COMMENT ON COLUMN insights.worker_updates.written_time IS 'When the worker had the attributes; null as long as it has not, and of a dry run.';
COMMENT ON COLUMN insights.worker_updates.overwritten IS 'A later event of the worker lacks some of them, and a warning tells it.';

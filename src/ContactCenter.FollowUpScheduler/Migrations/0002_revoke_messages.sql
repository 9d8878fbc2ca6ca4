ALTER TABLE followups.notifications
  ADD COLUMN provider_ids jsonb NOT NULL DEFAULT '{}',
  DROP CONSTRAINT ck_notifications_state,
  ADD CONSTRAINT ck_notifications_state
    CHECK (state IN ('PENDING', 'DEFERRED', 'SENDING', 'UNCERTAIN', 'SENT', 'DELIVERED', 'READ', 'FAILED', 'EXPIRED', 'CANCELED', 'REVOKED'));

COMMENT ON COLUMN followups.notifications.provider_ids IS 'What the provider of the channel calls the messages that it has taken: its id by ours, as far as it has told.';

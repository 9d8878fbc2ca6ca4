ALTER TABLE insights.raw_events DROP CONSTRAINT ck_raw_events_source;
ALTER TABLE insights.raw_events ADD CONSTRAINT ck_raw_events_source
  CHECK (source IN ('taskrouter_webhook', 'event_streams', 'bulk', 'session', 'rbm', 'reconciliation'));
ALTER TABLE insights.raw_events ADD COLUMN headers jsonb;
CREATE INDEX ix_raw_events_of_key ON insights.raw_events (event_key);

COMMENT ON COLUMN insights.raw_events.headers IS 'Header fields of the request that are kept: User-Agent, I-Twilio-Idempotency-Token, X-Home-Region.';

CREATE TABLE durable.outbox_messages (
  lane smallint NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id uuid NOT NULL,
  key text,
  type text NOT NULL,
  exchange text NOT NULL,
  mandatory boolean NOT NULL,
  payload json NOT NULL,
  time timestamptz NOT NULL,
  trace_parent text,
  refusals integer NOT NULL DEFAULT 0,
  lone_refusals integer NOT NULL DEFAULT 0,
  due_time timestamptz,
  CONSTRAINT pk_outbox_messages PRIMARY KEY (lane, seq),
  CONSTRAINT ck_outbox_messages_waits_after_refusal CHECK ((refusals > 0) = (due_time IS NOT NULL))
);

-- Rows live for milliseconds: vacuum early, so that the head of each lane stays short.
ALTER TABLE durable.outbox_messages SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- Almost always empty: it answers "does an earlier message of this key wait for its retry?".
CREATE INDEX ix_outbox_messages_refused ON durable.outbox_messages (key, seq) WHERE due_time IS NOT NULL;

CREATE VIEW durable.outbox_due AS
SELECT * FROM durable.outbox_messages o
WHERE (o.due_time IS NULL OR o.due_time <= now())
  AND NOT EXISTS (SELECT FROM durable.outbox_messages w WHERE w.key = o.key AND w.seq < o.seq AND w.due_time > now());

CREATE TABLE durable.outbox_lanes (
  lane smallint NOT NULL,
  claim uuid,
  lease_end timestamptz NOT NULL DEFAULT '-infinity',
  CONSTRAINT pk_outbox_lanes PRIMARY KEY (lane)
);

INSERT INTO durable.outbox_lanes (lane) SELECT generate_series(0, 15);

COMMENT ON TABLE durable.outbox_messages IS 'Messages written with the change that causes them, until RabbitMQ has confirmed them.';
COMMENT ON COLUMN durable.outbox_messages.lane IS 'Unit of claiming: all messages of one key are in one lane, and one relay at a time holds a lane.';
COMMENT ON COLUMN durable.outbox_messages.seq IS 'Order of publishing within the key; equals commit order, as writers of a key hold its lock until commit.';
COMMENT ON COLUMN durable.outbox_messages.type IS 'Stable URN of the message record.';
COMMENT ON COLUMN durable.outbox_messages.mandatory IS 'True: stays until a queue takes it. False: a fact that nobody may be listening to.';
COMMENT ON COLUMN durable.outbox_messages.refusals IS 'How often the broker refused this message.';
COMMENT ON COLUMN durable.outbox_messages.lone_refusals IS 'How often it did so while it took others; at 10 the message becomes a dead letter.';
COMMENT ON COLUMN durable.outbox_messages.due_time IS 'Earliest next try after a refusal.';
COMMENT ON VIEW durable.outbox_due IS 'Messages that may be published now: not waiting after a refusal, and not behind such a one of the same key.';
COMMENT ON TABLE durable.outbox_lanes IS 'Who publishes which lane of the outbox, and until when.';

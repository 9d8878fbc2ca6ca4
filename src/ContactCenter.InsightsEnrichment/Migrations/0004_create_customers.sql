ALTER TABLE insights.conversations ADD COLUMN customer_id text GENERATED ALWAYS AS (document ->> 'customer_id') STORED;

CREATE INDEX ix_conversations_of_customer ON insights.conversations (customer_id, start_time DESC, conversation_id, account_sid)
  WHERE customer_id IS NOT NULL AND NOT withdrawn;

COMMENT ON COLUMN insights.conversations.customer_id IS 'The customer before merges; customer_shown tells the one after them.';

CREATE TABLE insights.conversation_customers (
  conversation_id text NOT NULL,
  account_sid text NOT NULL,
  customer_id text NOT NULL,
  key_customer_id text NOT NULL,
  linked_customer_id text,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  test boolean NOT NULL,
  document jsonb NOT NULL,
  CONSTRAINT pk_conversation_customers PRIMARY KEY (conversation_id, account_sid)
);

CREATE INDEX ix_conversation_customers_of_customer ON insights.conversation_customers (customer_id);

COMMENT ON TABLE insights.conversation_customers IS 'What each conversation says about its customer. Customers are the sum of these rows, so that no order of events makes a difference.';
COMMENT ON COLUMN insights.conversation_customers.customer_id IS 'The customer before merges: the one it was assigned to by hand, else that of its own key.';
COMMENT ON COLUMN insights.conversation_customers.key_customer_id IS 'The customer of the conversation''s own key.';
COMMENT ON COLUMN insights.conversation_customers.linked_customer_id IS 'The customer that CustomerLinked last told of; null if it was never published.';
COMMENT ON COLUMN insights.conversation_customers.document IS 'The key, where it was found, and the latest value of each field with its event time.';

CREATE TABLE insights.conversation_relinks (
  conversation_id text NOT NULL,
  account_sid text NOT NULL,
  customer_id text NOT NULL,
  create_time timestamptz NOT NULL,
  CONSTRAINT pk_conversation_relinks PRIMARY KEY (conversation_id, account_sid)
);

COMMENT ON TABLE insights.conversation_relinks IS 'Conversations that somebody assigned to another customer than that of their key. Enrichment reads and never changes them.';

CREATE TABLE insights.customer_merges (
  source_customer_id text NOT NULL,
  target_customer_id text NOT NULL,
  create_time timestamptz NOT NULL,
  CONSTRAINT pk_customer_merges PRIMARY KEY (source_customer_id),
  CONSTRAINT ck_customer_merges_not_into_itself CHECK (source_customer_id <> target_customer_id)
);

CREATE INDEX ix_customer_merges_of_target ON insights.customer_merges (target_customer_id);

COMMENT ON TABLE insights.customer_merges IS 'Customers that are shown as another one. The pointers form trees: a cycle is refused.';

CREATE FUNCTION insights.customer_shown(id text) RETURNS text LANGUAGE sql STABLE AS $$
  WITH RECURSIVE chain (customer_id, step) AS (
    SELECT id, 0
    UNION ALL
    SELECT m.target_customer_id, step + 1 FROM chain JOIN insights.customer_merges m ON m.source_customer_id = chain.customer_id)
  SELECT customer_id FROM chain ORDER BY step DESC LIMIT 1
$$;

COMMENT ON FUNCTION insights.customer_shown IS 'The customer that a customer is shown as: the end of its merges, or itself.';

CREATE FUNCTION insights.customers_shown_as(id text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
  WITH RECURSIVE tree (customer_id) AS (
    SELECT id
    UNION ALL
    SELECT m.source_customer_id FROM tree JOIN insights.customer_merges m ON m.target_customer_id = tree.customer_id)
  SELECT customer_id FROM tree
$$;

COMMENT ON FUNCTION insights.customers_shown_as IS 'A customer and all that were merged into it, directly or through others.';

CREATE TABLE insights.customer_history (
  entry_id uuid NOT NULL,
  customer_ids text[] NOT NULL,
  action text NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  before text NOT NULL,
  after text NOT NULL,
  conversation_count bigint NOT NULL,
  create_time timestamptz NOT NULL,
  CONSTRAINT pk_customer_history PRIMARY KEY (entry_id),
  CONSTRAINT ck_customer_history_action CHECK (action IN ('merge', 'unmerge', 'relink', 'withdraw_relink', 'erase'))
);

CREATE INDEX ix_customer_history_of_customer ON insights.customer_history USING gin (customer_ids);

COMMENT ON TABLE insights.customer_history IS 'Who decided what about customers by hand, and why. Never removed.';
COMMENT ON COLUMN insights.customer_history.customer_ids IS 'All customers that the entry is about.';
COMMENT ON COLUMN insights.customer_history.before IS 'The customer that the conversations were shown at.';
COMMENT ON COLUMN insights.customer_history.after IS 'The customer that they are shown at since.';

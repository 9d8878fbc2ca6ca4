CREATE TABLE insights.tasks (
  task_sid text NOT NULL,
  account_sid text NOT NULL,
  conversation_id text NOT NULL,
  CONSTRAINT pk_tasks PRIMARY KEY (task_sid)
);

COMMENT ON TABLE insights.tasks IS 'The tasks seen and the conversation that each belongs to now.';

CREATE TABLE insights.task_links (
  link text NOT NULL,
  task_sid text NOT NULL,
  CONSTRAINT pk_task_links PRIMARY KEY (link, task_sid)
);

CREATE INDEX ix_task_links_of_task ON insights.task_links (task_sid);

COMMENT ON TABLE insights.task_links IS 'What tasks may share with others: tasks without a common link, directly or through further tasks, are in different conversations.';
COMMENT ON COLUMN insights.task_links.link IS 'Account, kind and value, such as AC…/call:CA….';

CREATE TABLE insights.segments (
  segment_id text NOT NULL,
  account_sid text NOT NULL,
  conversation_id text NOT NULL,
  task_sid text NOT NULL,
  kind smallint NOT NULL,
  agent_sid text,
  queue_sid text,
  start_time timestamptz NOT NULL,
  document jsonb NOT NULL,
  revision bigint NOT NULL,
  published boolean NOT NULL,
  withdrawn boolean NOT NULL,
  test boolean NOT NULL,
  update_time timestamptz NOT NULL,
  CONSTRAINT pk_segments PRIMARY KEY (segment_id),
  CONSTRAINT ck_segments_revision_from_1 CHECK (revision >= 1),
  CONSTRAINT ck_segments_test_is_not_published CHECK (NOT (test AND published))
);

CREATE INDEX ix_segments_by_start ON insights.segments (start_time, segment_id) WHERE NOT withdrawn;
CREATE INDEX ix_segments_of_conversation ON insights.segments (conversation_id, start_time) WHERE NOT withdrawn;
CREATE INDEX ix_segments_of_task ON insights.segments (task_sid);
CREATE INDEX ix_segments_of_agent ON insights.segments (agent_sid, start_time) WHERE agent_sid IS NOT NULL AND NOT withdrawn;
CREATE INDEX ix_segments_of_queue ON insights.segments (queue_sid, start_time) WHERE queue_sid IS NOT NULL AND NOT withdrawn;

COMMENT ON TABLE insights.segments IS 'The segments, made from raw_events and nothing else.';
COMMENT ON COLUMN insights.segments.document IS 'The whole segment; the other columns repeat what is searched for.';
COMMENT ON COLUMN insights.segments.published IS 'Whether SegmentClosed was published: further changes are revisions.';
COMMENT ON COLUMN insights.segments.withdrawn IS 'Later events showed that the segment never was. The row stays, so that its revision goes on should it come back.';

CREATE TABLE insights.conversations (
  account_sid text NOT NULL,
  conversation_id text NOT NULL,
  start_time timestamptz NOT NULL,
  channel text,
  abandoned text NOT NULL,
  document jsonb NOT NULL,
  revision bigint NOT NULL,
  closed boolean NOT NULL,
  withdrawn boolean NOT NULL,
  test boolean NOT NULL,
  update_time timestamptz NOT NULL,
  CONSTRAINT pk_conversations PRIMARY KEY (conversation_id, account_sid),
  CONSTRAINT ck_conversations_revision_from_1 CHECK (revision >= 1)
);

CREATE INDEX ix_conversations_by_start ON insights.conversations (start_time DESC, conversation_id, account_sid) WHERE NOT withdrawn;

COMMENT ON TABLE insights.conversations IS 'The conversations: sums over segments.';
COMMENT ON COLUMN insights.conversations.withdrawn IS 'All its tasks have joined another conversation. The row stays, so that its revision goes on should it come back.';

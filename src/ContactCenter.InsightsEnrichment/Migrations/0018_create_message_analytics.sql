CREATE TABLE insights.rbm_agents (
  agent_id text COLLATE "C" NOT NULL,
  first_time timestamptz NOT NULL,
  CONSTRAINT pk_rbm_agents PRIMARY KEY (agent_id)
);

COMMENT ON TABLE insights.rbm_agents IS 'Agents of RCS for Business of which a notification or a send has come.';

CREATE TABLE insights.rbm_notifications (
  notification_id uuid NOT NULL,
  deduplication_key bytea NOT NULL,
  agent_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  event_time timestamptz NOT NULL,
  received_time timestamptz NOT NULL,
  message_id text COLLATE "C",
  phone text COLLATE "C",
  postback_data text,
  attributed_message_id text COLLATE "C",
  body text NOT NULL,
  CONSTRAINT pk_rbm_notifications PRIMARY KEY (notification_id),
  CONSTRAINT uq_rbm_notifications_deduplication_key UNIQUE (deduplication_key)
);

COMMENT ON TABLE insights.rbm_notifications IS 'What RCS for Business reported, each event once, as it was received.';
COMMENT ON COLUMN insights.rbm_notifications.deduplication_key IS 'Hash of what makes the event one and the same on every delivery (MSG-8).';
COMMENT ON COLUMN insights.rbm_notifications.kind IS 'Kind of the event in the words of the events that are published, such as DELIVERED or suggested_reply; UNKNOWN if it is none that is recognised.';
COMMENT ON COLUMN insights.rbm_notifications.phone IS 'The user, as Rbm:PhoneStorage says.';
COMMENT ON COLUMN insights.rbm_notifications.attributed_message_id IS 'Of a tap: the message that offered the suggestion (MSG-34).';
COMMENT ON COLUMN insights.rbm_notifications.body IS 'The decoded data, sealed.';

CREATE INDEX ix_rbm_notifications_subscriptions_by_day ON insights.rbm_notifications (event_time, agent_id) WHERE kind IN ('SUBSCRIBE', 'UNSUBSCRIBE');
CREATE INDEX ix_rbm_notifications_subscriptions_of_phone ON insights.rbm_notifications (agent_id, phone, event_time) WHERE kind IN ('SUBSCRIBE', 'UNSUBSCRIBE');

CREATE TABLE insights.rbm_launch_changes (
  notification_id uuid NOT NULL,
  agent_id text COLLATE "C" NOT NULL,
  event_time timestamptz NOT NULL,
  region_id text NOT NULL,
  old_state text NOT NULL,
  new_state text NOT NULL,
  CONSTRAINT pk_rbm_launch_changes PRIMARY KEY (notification_id)
);

CREATE INDEX ix_rbm_launch_changes_of_agent ON insights.rbm_launch_changes (agent_id, event_time DESC, notification_id DESC);

COMMENT ON TABLE insights.rbm_launch_changes IS 'Changes of the launch states of agents (MSG-31).';

CREATE TABLE insights.rbm_messages (
  agent_id text COLLATE "C" NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  recorded boolean NOT NULL,
  send_time timestamptz,
  send_day date GENERATED ALWAYS AS ((send_time AT TIME ZONE 'UTC')::date) STORED,
  phone text COLLATE "C",
  accepted boolean NOT NULL DEFAULT true,
  format text COLLATE "C" NOT NULL DEFAULT '',
  traffic_type text COLLATE "C" NOT NULL DEFAULT '',
  responder text COLLATE "C" NOT NULL DEFAULT '',
  campaign text COLLATE "C" NOT NULL DEFAULT '',
  template text COLLATE "C" NOT NULL DEFAULT '',
  conversation_id text COLLATE "C" NOT NULL DEFAULT '',
  suggestions jsonb,
  content_hash bytea,
  delivered_time timestamptz,
  read_time timestamptz,
  expired_time timestamptz,
  expire_failed_time timestamptz,
  kinds smallint NOT NULL DEFAULT 0,
  added_kinds smallint NOT NULL DEFAULT 0,
  waiting_since timestamptz,
  given_up_kinds smallint NOT NULL DEFAULT 0,
  CONSTRAINT pk_rbm_messages PRIMARY KEY (agent_id, message_id),
  CONSTRAINT ck_rbm_messages_recorded CHECK (recorded = (send_time IS NOT NULL) AND recorded = (content_hash IS NOT NULL))
);

CREATE INDEX ix_rbm_messages_by_day ON insights.rbm_messages (send_day, agent_id, send_time, message_id) WHERE recorded;
CREATE INDEX ix_rbm_messages_of_phone ON insights.rbm_messages (agent_id, phone, send_time) WHERE recorded;
CREATE INDEX ix_rbm_messages_waiting ON insights.rbm_messages (waiting_since) WHERE waiting_since IS NOT NULL;

COMMENT ON TABLE insights.rbm_messages IS 'Messages of agents: what is recorded of the send, and the earliest receipt of each kind. All figures follow from these rows, in whatever order they were filled (MSG-9).';
COMMENT ON COLUMN insights.rbm_messages.recorded IS 'False while only receipts are known (MSG-24).';
COMMENT ON COLUMN insights.rbm_messages.send_day IS 'Day that all figures of the message belong to (MSG-17).';
COMMENT ON COLUMN insights.rbm_messages.accepted IS 'False if the platform refused the message: it is listed and not counted (MSG-15).';
COMMENT ON COLUMN insights.rbm_messages.content_hash IS 'Of everything that was recorded but the time of the send, to tell a repeated record from a reused id (MSG-14).';
COMMENT ON COLUMN insights.rbm_messages.expired_time IS 'Earliest report that it was revoked before it was delivered. It counts only as long as no other receipt is known (MSG-23).';
COMMENT ON COLUMN insights.rbm_messages.kinds IS 'Kinds of receipt that are known, a sum of 1 DELIVERED, 2 READ, 4 EXPIRED, 8 EXPIRE_FAILED.';
COMMENT ON COLUMN insights.rbm_messages.added_kinds IS 'Those of kinds that the last change brought: each is published once.';
COMMENT ON COLUMN insights.rbm_messages.waiting_since IS 'First receipt of a message that is not recorded.';
COMMENT ON COLUMN insights.rbm_messages.given_up_kinds IS 'Kinds of receipt that had waited too long when the send was recorded: they are listed and never count (MSG-24).';

CREATE TABLE insights.rbm_changed_days (
  send_day date NOT NULL,
  event_time timestamptz NOT NULL,
  change_id uuid NOT NULL,
  CONSTRAINT pk_rbm_changed_days PRIMARY KEY (send_day)
);

COMMENT ON TABLE insights.rbm_changed_days IS 'Days before the window whose messages changed: the next refresh counts them again, besides those of its window.';
COMMENT ON COLUMN insights.rbm_changed_days.event_time IS 'Latest event of the changes: a refresh whose cut-off is earlier leaves the day for the next one.';
COMMENT ON COLUMN insights.rbm_changed_days.change_id IS 'Another one with each change, so that a refresh removes only what it has counted.';

CREATE TABLE insights.rbm_duplicates (
  agent_id text COLLATE "C" NOT NULL,
  day date NOT NULL,
  duplicates bigint NOT NULL,
  CONSTRAINT pk_rbm_duplicates PRIMARY KEY (agent_id, day)
);

COMMENT ON TABLE insights.rbm_duplicates IS 'Repeated notifications by the UTC day of their event (MSG-8).';

CREATE TABLE insights.rbm_quarantine (
  entry_id bigint GENERATED ALWAYS AS IDENTITY,
  received_time timestamptz NOT NULL,
  path_agent_id text COLLATE "C",
  reason text COLLATE "C" NOT NULL,
  signature text,
  place uuid NOT NULL,
  body text NOT NULL,
  CONSTRAINT pk_rbm_quarantine PRIMARY KEY (entry_id)
);

CREATE INDEX ix_rbm_quarantine_by_time ON insights.rbm_quarantine (received_time);

COMMENT ON TABLE insights.rbm_quarantine IS 'Requests to the webhook that were not taken in: not genuine, or not readable.';
COMMENT ON COLUMN insights.rbm_quarantine.path_agent_id IS 'The agent whose webhook was called; null for the partner webhook.';
COMMENT ON COLUMN insights.rbm_quarantine.place IS 'Row id of the sealed body.';
COMMENT ON COLUMN insights.rbm_quarantine.body IS 'The request as received, in Base64, sealed.';

CREATE TABLE insights.rbm_quarantine_losses (
  day date NOT NULL,
  dropped bigint NOT NULL,
  CONSTRAINT pk_rbm_quarantine_losses PRIMARY KEY (day)
);

COMMENT ON TABLE insights.rbm_quarantine_losses IS 'Entries of the quarantine that were dropped for newer ones, by the day of dropping.';

CREATE TABLE insights.rbm_refreshes (
  refresh_number bigint GENERATED ALWAYS AS IDENTITY,
  cut_off_time timestamptz NOT NULL,
  window_days integer NOT NULL,
  requested_by text,
  start_time timestamptz NOT NULL,
  finish_time timestamptz,
  restated_days date[] NOT NULL DEFAULT '{}',
  rows_changed bigint NOT NULL DEFAULT 0,
  CONSTRAINT pk_rbm_refreshes PRIMARY KEY (refresh_number)
);

COMMENT ON TABLE insights.rbm_refreshes IS 'Publications of the figures (MSG-26).';
COMMENT ON COLUMN insights.rbm_refreshes.cut_off_time IS 'Sends and receipts before this midnight (UTC) are counted.';
COMMENT ON COLUMN insights.rbm_refreshes.window_days IS 'Rbm:BackfillDays at that time; where it changed all days are counted again.';
COMMENT ON COLUMN insights.rbm_refreshes.requested_by IS 'Who asked for it; null for that of every day.';
COMMENT ON COLUMN insights.rbm_refreshes.restated_days IS 'Days before the window whose figures changed (MSG-20).';

CREATE TABLE insights.rbm_figures (
  agent_id text COLLATE "C" NOT NULL,
  send_day date NOT NULL,
  format text COLLATE "C" NOT NULL,
  traffic_type text COLLATE "C" NOT NULL,
  campaign text COLLATE "C" NOT NULL,
  template text COLLATE "C" NOT NULL,
  responder text COLLATE "C" NOT NULL,
  sent bigint NOT NULL,
  delivered bigint NOT NULL,
  read bigint NOT NULL,
  late_delivered bigint NOT NULL,
  late_read bigint NOT NULL,
  max_lateness_days integer NOT NULL,
  expired bigint NOT NULL,
  expire_failed bigint NOT NULL,
  read_without_delivered bigint NOT NULL,
  CONSTRAINT pk_rbm_figures PRIMARY KEY (send_day, agent_id, format, traffic_type, campaign, template, responder)
);

COMMENT ON TABLE insights.rbm_figures IS 'Figures as of the last refresh, by everything that they can be broken down by. They hold no personal data.';

CREATE TABLE insights.rbm_days (
  agent_id text COLLATE "C" NOT NULL,
  send_day date NOT NULL,
  revision integer NOT NULL,
  CONSTRAINT pk_rbm_days PRIMARY KEY (send_day, agent_id)
);

COMMENT ON TABLE insights.rbm_days IS 'How often the figures of an agent and day were published: 1 at first, one more with each refresh that changed them (MSG-20).';

CREATE FUNCTION insights.rbm_count(from_day date, to_day date, cut_off timestamptz, window_days integer, read_implies_delivered boolean)
RETURNS SETOF insights.rbm_figures LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT agent_id, send_day, format, traffic_type, campaign, template, responder,
    count(*),
    count(*) FILTER (WHERE delivered_day <= window_days),
    count(*) FILTER (WHERE read_day <= window_days),
    count(*) FILTER (WHERE delivered_day > window_days),
    count(*) FILTER (WHERE read_day > window_days),
    greatest(0, max(delivered_day) - window_days, max(read_day) - window_days),
    count(*) FILTER (WHERE expired_time < cut_off AND delivered_day IS NULL AND read_day IS NULL),
    count(*) FILTER (WHERE expire_failed_time < cut_off),
    count(*) FILTER (WHERE read_day <= window_days AND delivered_day IS NULL)
  FROM (
    SELECT m.*,
      greatest(1, (CASE WHEN delivered_time < cut_off THEN delivered_time WHEN read_implies_delivered AND read_time < cut_off THEN read_time END AT TIME ZONE 'UTC')::date - send_day + 1)
        + CASE WHEN delivered_time < cut_off OR (read_implies_delivered AND read_time < cut_off) THEN 0 END AS delivered_day,
      greatest(1, (read_time AT TIME ZONE 'UTC')::date - send_day + 1) + CASE WHEN read_time < cut_off THEN 0 END AS read_day
    FROM insights.rbm_messages m
    WHERE recorded AND accepted AND send_day BETWEEN from_day AND to_day AND send_time < cut_off
  ) dated
  GROUP BY agent_id, send_day, format, traffic_type, campaign, template, responder
$$;

COMMENT ON FUNCTION insights.rbm_count(date, date, timestamptz, integer, boolean) IS 'Counts messages sent on days from_day to_day, both included, with the sends and receipts before cut_off (MSG-16 to MSG-23). A receipt is on day n, the day of the send being 1 and earlier ones too; it counts as delivered or read for n <= window_days, else as late. read_implies_delivered takes the read receipt of a message that has no delivery receipt for one.';

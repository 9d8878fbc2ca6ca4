namespace ContactCenter.InsightsEnrichment.Loads;

/// <summary>The SQL by which a load copies what has changed: the live tables into those that the data sets are read from.</summary>
internal static class LoadTables
{
    /// <summary>Rows of a table that the loads before have not seen: <c>@horizon</c> is that of the last one.</summary>
    private const string Unseen = "changed_in >= CAST(@horizon AS xid8)";

    /// <summary>Copies segments and tells how many are new and how many have changed.</summary>
    public const string Segments =
        $"""
        WITH changed AS MATERIALIZED (
          SELECT s.*, (s.document ->> 'end_time')::timestamptz AS end_time, o.revision AS before, o.start_time AS old_start, o.end_time AS old_end
          FROM insights.segments s LEFT JOIN insights.loaded_segments o USING (segment_id)
          WHERE s.{Unseen} AND o.revision IS DISTINCT FROM s.revision AND (o.revision IS NOT NULL OR NOT s.withdrawn)),
        written AS (
          INSERT INTO insights.loaded_segments (segment_id, account_sid, conversation_id, task_sid, kind, agent_sid, queue_sid, start_time, end_time, document,
            revision, withdrawn, test, update_time, load_number, touched_from, touched_until)
          SELECT segment_id, account_sid, conversation_id, task_sid, kind, agent_sid, queue_sid, start_time, end_time, document, revision, withdrawn, test,
            update_time, @number, least(start_time, old_start),
            greatest(coalesce(end_time, 'infinity'), CASE WHEN before IS NOT NULL THEN coalesce(old_end, 'infinity') END)
          FROM changed
          ON CONFLICT (segment_id) DO UPDATE SET account_sid = excluded.account_sid, conversation_id = excluded.conversation_id, task_sid = excluded.task_sid,
            kind = excluded.kind, agent_sid = excluded.agent_sid, queue_sid = excluded.queue_sid, start_time = excluded.start_time,
            end_time = excluded.end_time, document = excluded.document, revision = excluded.revision, withdrawn = excluded.withdrawn, test = excluded.test,
            update_time = excluded.update_time, load_number = excluded.load_number, touched_from = excluded.touched_from,
            touched_until = excluded.touched_until)
        SELECT count(*) FILTER (WHERE before IS NULL), count(*) FILTER (WHERE before IS NOT NULL) FROM changed
        """;

    /// <summary>Copies everything else. Of what conversations say about customers also removes what is gone.</summary>
    public static readonly IReadOnlyList<string> Others =
    [
        Copy("status_segments", "segment_id", "account_sid, agent_sid, reconstructed, activity, activity_sid, start_time, end_time, revision, withdrawn, test"),
        Copy("conversations", "conversation_id, account_sid", "start_time, customer_id, document, revision, withdrawn, test"),
        Copy("conversation_customers", "conversation_id, account_sid", "customer_id, key_customer_id, first_seen, last_seen, test, document"),
        """
        DELETE FROM insights.loaded_conversation_customers l USING insights.loaded_conversations c
        WHERE c.conversation_id = l.conversation_id AND c.account_sid = l.account_sid AND c.load_number = @number AND c.withdrawn
        """,
        Copy("agents", "agent_sid", "account_sid, worker_name, agent_id, attributes, activity, activity_sid, status_time, date_joined, date_left, revision, test"),
        Copy("sessions", "session_name",
            "account_sid, session_type, status, start_time, end_time, ready_time, task_sid, call_sid, direction, document, record_version"),
        Copy("group_names", "account_sid, kind, group_id", "name, name_in_hierarchy"),
    ];

    private static string Copy(string table, string key, string values) =>
        $"""
        INSERT INTO insights.loaded_{table} ({key}, {values}, load_number)
        SELECT {key}, {values}, @number FROM insights.{table} WHERE {Unseen}
        ON CONFLICT ({key}) DO UPDATE SET ({values}, load_number) = ROW ({string.Join(", ", values.Split(", ").Select(column => $"excluded.{column}"))}, @number)
        """;
}

using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.ServiceDefaults.Csv;

namespace ContactCenter.InsightsEnrichment.DataSets;

/// <summary>The data set of segments, on which metrics are built too; and that of conversations, which are found by their segments.</summary>
internal static class SegmentRows
{
    /// <summary>Name of the field by which kinds that are hidden by default can be asked for.</summary>
    public const string Kind = "kind";

    private const string Customer = "insights.customer_shown(c.customer_id)";

    private const string From =
        """
        (SELECT segment_id, account_sid, conversation_id, task_sid, kind, agent_sid, queue_sid, start_time, document, revision, test
         FROM insights.~segments WHERE NOT withdrawn
         UNION ALL
         SELECT segment_id, account_sid, NULL::text, NULL::text, (CASE WHEN end_time IS NULL THEN 8 ELSE 7 END)::smallint, agent_sid, NULL::text, start_time,
           jsonb_strip_nulls(jsonb_build_object('end_time', end_time, 'attributes', jsonb_build_object('activity', activity), 'measures',
             jsonb_build_object('activity_time', extract(epoch FROM date_trunc('second', end_time) - date_trunc('second', start_time))))),
           revision, test
         FROM insights.~status_segments WHERE NOT withdrawn) AS s
        LEFT JOIN insights.~group_names team ON team.account_sid = s.account_sid AND team.kind = 'team'
          AND team.group_id = s.document -> 'attributes' ->> 'handling_team_id'
        LEFT JOIN insights.~group_names department ON department.account_sid = s.account_sid AND department.kind = 'department'
          AND department.group_id = s.document -> 'attributes' ->> 'handling_department_id'
        LEFT JOIN insights.~agents a ON a.agent_sid = s.agent_sid
        LEFT JOIN insights.~conversation_customers c ON c.conversation_id = s.conversation_id AND c.account_sid = s.account_sid
        """;

    private const string KindWord =
        $"""
        CASE s.kind WHEN 1 THEN '{SegmentKinds.Queue}' WHEN 2 THEN '{SegmentKinds.Conversation}' WHEN 3 THEN 'Conversation in Progress'
          WHEN 4 THEN '{SegmentKinds.MissedConversation}' WHEN 5 THEN '{SegmentKinds.RejectedConversation}' WHEN 6 THEN '{SegmentKinds.Corrupted}'
          WHEN 7 THEN 'Agent Status' ELSE 'Agent Status in Progress' END
        """;

    private static readonly string[] Texts = [.. AttributeFields.Conversations.Texts.Where(name => name is not "kind" and not "conversation_id")];

    /// <summary>One row per segment.</summary>
    /// <param name="keepHistoricNames">Whether segments keep the names of teams and departments that they had (INS-51).</param>
    public static DataSet Segments(bool keepHistoricNames) => new()
    {
        From = From,
        Range = "s.start_time >= @start AND s.start_time < @end",
        ShownByDefault = "s.kind IN (1, 2, 4, 5, 7)",
        Test = "s.test",
        Order = "s.start_time, s.segment_id",
        Columns =
        [
            Plain("segment_id"), new("conversation_id", ColumnForm.Text, "s.conversation_id"), Plain("account_sid"), new(Kind, ColumnForm.Plain, KindWord),
            Word("missed_reason"), Word("abandon_reason"), new("end_reason", ColumnForm.Text, "s.document ->> 'end_reason'"), Word("ended_as"),
            Plain("task_sid"), new("reservation_sid", ColumnForm.Plain, "s.document ->> 'reservation_sid'"), Plain("agent_sid"),
            new("agent_name", ColumnForm.Text, "s.document ->> 'agent_name'"), Plain("queue_sid"), Plain("start_time"),
            new("end_time", ColumnForm.Plain, "(s.document ->> 'end_time')::timestamptz"), new("customer_id", ColumnForm.Plain, Customer),
            .. Texts.Select(name => new DataSetColumn(name, name == "external_contact" ? ColumnForm.Phone : ColumnForm.Text, Text(name, keepHistoricNames))),
            .. AttributeFields.Conversations.Numbers.Select(name =>
                new DataSetColumn(name, ColumnForm.Plain, $"(s.document -> 'measures' ->> '{name}')::double precision")),
            .. new[] { "queue_time", "ring_time", "talk_time", "wrap_up_time", "abandon_time" }.Select(name =>
                new DataSetColumn($"measured_{name}", ColumnForm.Plain, $"(s.document -> '{name}' ->> 'seconds')::integer")),
            Plain("revision"),
        ],
        Fields = Fields(keepHistoricNames),
    };

    /// <summary>One row per conversation.</summary>
    /// <param name="keepHistoricNames">As for segments.</param>
    public static DataSet Conversations(bool keepHistoricNames) => new()
    {
        From = "(SELECT * FROM insights.~conversations WHERE NOT withdrawn) AS v",
        Range = "v.start_time >= @start AND v.start_time < @end",
        Test = "v.test",
        Order = "v.start_time, v.conversation_id, v.account_sid",
        Columns =
        [
            new("conversation_id", ColumnForm.Text, "v.conversation_id"), new("account_sid", ColumnForm.Plain, "v.account_sid"),
            new("customer_id", ColumnForm.Plain, "insights.customer_shown(v.customer_id)"), new("channel", ColumnForm.Text, "v.document ->> 'channel'"),
            new("direction", ColumnForm.Plain, "v.document ->> 'direction'"), new("start_time", ColumnForm.Plain, "v.start_time"),
            new("end_time", ColumnForm.Plain, "(v.document ->> 'end_time')::timestamptz"), new("abandoned", ColumnForm.Plain, "v.document ->> 'abandoned'"),
            new("outcome", ColumnForm.Text, "v.document ->> 'outcome'"),
            .. new[] { "handling", "experience", "queue", "talk", "wrap_up" }.Select(name =>
                new DataSetColumn($"{name}_time", ColumnForm.Plain, $"(v.document ->> '{name}_seconds')::integer")),
            new("segment_count", ColumnForm.Plain, "(v.document ->> 'segment_count')::integer"),
            new("task_sids", ColumnForm.Plain, "(SELECT string_agg(sid, ' ') FROM jsonb_array_elements_text(v.document -> 'task_sids') AS sid)"),
            new("revision", ColumnForm.Plain, "v.revision"),
        ],
        Fields = Fields(keepHistoricNames),
        FieldsWhere = $"EXISTS (SELECT FROM {From} WHERE s.conversation_id = v.conversation_id AND s.account_sid = v.account_sid",
    };

    private static Dictionary<string, string> Fields(bool keepHistoricNames)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["account_sid"] = "s.account_sid",
            ["queue_sid"] = "s.queue_sid",
            ["agent_sid"] = "s.agent_sid",
            ["team_id"] = Text("handling_team_id", keepHistoricNames),
            ["customer_id"] = Customer,
            [Kind] = KindWord,
            ["end_reason"] = "s.document ->> 'end_reason'",
            ["ended_as"] = Word("ended_as").Sql,
            ["conversation_id"] = "s.conversation_id",
        };
        foreach (var name in Texts)
            fields[name] = Text(name, keepHistoricNames);
        foreach (var name in AttributeFields.Customers.Texts)
            fields[$"customers.{name}"] = OfCustomer(name);
        foreach (var name in DataSetCatalog.WorkerTexts)
            fields[$"agents.{name}"] = $"a.attributes ->> '{name}'";
        return fields;
    }

    /// <summary>The latest value over all conversations of the customer, as its own page shows it (INS-88, INS-90).</summary>
    private static string OfCustomer(string name) =>
        $"""
        (SELECT f.document -> 'fields' -> '{name}' ->> 'value'
         FROM insights.~conversation_customers f
         WHERE f.customer_id IN (SELECT insights.customers_shown_as({Customer})) AND f.document -> 'fields' ? '{name}' AND f.test = c.test
         ORDER BY (f.customer_id = {Customer}) DESC, (f.document -> 'fields' -> '{name}' ->> 'time')::timestamptz DESC, f.conversation_id, f.account_sid LIMIT 1)
        """;

    /// <summary>A text or label; names of teams and departments are the latest of their id.</summary>
    private static string Text(string name, bool keepHistoricNames)
    {
        var own = $"s.document -> '{(IsLabel(name) ? "labels" : "attributes")}' ->> '{name}'";
        return (keepHistoricNames ? "" : name) switch
        {
            "handling_team_name" => $"coalesce(team.name, {own})",
            "handling_team_name_in_hierarchy" => $"CASE WHEN team.name IS NULL THEN {own} ELSE team.name_in_hierarchy END",
            "handling_department_name" => $"coalesce(department.name, {own})",
            "handling_department_name_in_hierarchy" => $"CASE WHEN department.name IS NULL THEN {own} ELSE department.name_in_hierarchy END",
            _ => own,
        };
    }

    private static bool IsLabel(string name) => FieldRules.Of(AttributeFields.Conversations.Find(name)) == FieldRule.Label;

    private static DataSetColumn Plain(string name) => new(name, ColumnForm.Plain, $"s.{name}");

    /// <summary>A word of ours, such as <c>customer_hang_up</c> for <c>CustomerHangUp</c>.</summary>
    private static DataSetColumn Word(string name) =>
        new(name, ColumnForm.Plain, $"lower(regexp_replace(s.document ->> '{name}', '(?<!^)([A-Z])', '_\\1', 'g'))");
}

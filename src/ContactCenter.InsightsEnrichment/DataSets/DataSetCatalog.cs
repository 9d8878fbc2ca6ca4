using ContactCenter.InsightsEnrichment.Configuration;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.ServiceDefaults.Csv;
using Microsoft.Extensions.Options;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.DataSets;

/// <summary>All data sets (INS-130).</summary>
/// <param name="options">Which names are shown.</param>
public sealed class DataSetCatalog(IOptionsMonitor<EnrichmentOptions> options)
{
    /// <summary>The worker attributes that agents have as texts.</summary>
    internal static IReadOnlyList<string> WorkerTexts { get; } = [.. AttributeFields.Workers.Texts.Where(name => name != "roles")];

    private static readonly DataSet Customers = Own("x.first_seen < @end AND x.last_seen >= @start", "x.first_seen, x.customer_id", "false",
        """
        (SELECT g.*, f.fields
         FROM (
           SELECT CASE WHEN m.source_customer_id IS NULL THEN o.customer_id ELSE insights.customer_shown(o.customer_id) END AS customer_id,
             min(o.first_seen) AS first_seen, max(o.last_seen) AS last_seen, count(*) AS conversation_count
           FROM insights.~conversation_customers o LEFT JOIN insights.customer_merges m ON m.source_customer_id = o.customer_id
           WHERE @includeTest OR NOT o.test GROUP BY 1) AS g
         CROSS JOIN LATERAL (
           SELECT coalesce(jsonb_object_agg(name, value), '{}') AS fields FROM (
             SELECT DISTINCT ON (field.key) field.key AS name, field.value ->> 'value' AS value
             FROM insights.~conversation_customers v CROSS JOIN jsonb_each(v.document -> 'fields') AS field
             WHERE v.customer_id IN (SELECT insights.customers_shown_as(g.customer_id)) AND (@includeTest OR NOT v.test)
             ORDER BY field.key, (v.customer_id = g.customer_id) DESC, (field.value ->> 'time')::timestamptz DESC, v.conversation_id, v.account_sid) AS latest) AS f) AS x
        """,
        [
            new("customer_id", ColumnForm.Plain, "x.customer_id"), new("first_seen_time", ColumnForm.Plain, "x.first_seen"),
            new("last_seen_time", ColumnForm.Plain, "x.last_seen"), new("conversation_count", ColumnForm.Plain, "x.conversation_count"),
            .. AttributeFields.Customers.Texts.Select(name =>
                new DataSetColumn(name, name == "phone" ? ColumnForm.Phone : ColumnForm.Text, OfCustomer(name))),
            .. CustomerFields.Measures.Select(name => new DataSetColumn(name, ColumnForm.Plain, $"(x.fields ->> '{name}')::double precision")),
        ]);

    private static readonly DataSet Agents = Own("coalesce(x.date_joined, '-infinity') < @end AND coalesce(x.date_left, 'infinity') >= @start",
        "x.date_joined NULLS FIRST, x.agent_sid", "x.test",
        """
        (SELECT a.*, CASE WHEN a.attributes ? 'team_id' THEN a.attributes ->> 'team_id' ELSE (
           SELECT s.queue_sid FROM insights.~segments s WHERE s.agent_sid = a.agent_sid AND s.kind IN (2, 3) AND NOT s.withdrawn ORDER BY s.start_time DESC LIMIT 1) END AS team_id
         FROM insights.~agents a) AS x
        """,
        [
            new("agent_sid", ColumnForm.Plain, "x.agent_sid"), new("account_sid", ColumnForm.Plain, "x.account_sid"),
            .. WorkerTexts.Select(name => new DataSetColumn(name, name == "phone" ? ColumnForm.Phone : ColumnForm.Text, name switch
            {
                "full_name" => "coalesce(x.attributes ->> 'full_name', x.worker_name)",
                "state" => "CASE WHEN x.date_left IS NOT NULL THEN 'Deleted' ELSE coalesce(x.attributes ->> 'state', 'Active') END",
                "team_id" => "x.team_id",
                _ => $"x.attributes ->> '{name}'",
            })),
            new("current_activity", ColumnForm.Text, "x.activity"), new("date_joined", ColumnForm.Plain, "x.date_joined"), new("date_left", ColumnForm.Plain, "x.date_left"),
        ]);

    private static readonly DataSet Workload = Own("x.start_time >= @start AND x.start_time < @end", "x.start_time, x.segment_id", "x.test", "insights.workload AS x",
        [
            new("segment_id", ColumnForm.Plain, "x.segment_id"),
            new(SegmentRows.Kind, ColumnForm.Plain, "CASE x.kind WHEN 1 THEN 'Conversation' WHEN 2 THEN 'Agent Status' ELSE 'Deleted Workload' END"),
            new("account_sid", ColumnForm.Plain, "x.account_sid"), new("agent_sid", ColumnForm.Plain, "x.agent_sid"),
            new("interval_start_time", ColumnForm.Plain, "x.interval_start_time"), new("start_time", ColumnForm.Plain, "x.start_time"),
            new("talk_time", ColumnForm.Plain, "x.talk_seconds"), new("wrap_up_time", ColumnForm.Plain, "x.wrap_up_seconds"),
            new("activity", ColumnForm.Text, "x.activity"), new("activity_time", ColumnForm.Plain, "x.activity_seconds"),
            new("idle_time", ColumnForm.Plain, "x.idle_seconds"), new("parallel_conversations", ColumnForm.Plain, "x.parallel_conversations"),
            new("load_number", ColumnForm.Plain, "x.load_number"),
        ]);

    private static readonly DataSet Sessions = Own("x.start_time >= @start AND x.start_time < @end", "x.start_time, x.session_name",
        "x.account_sid = ANY(@testAccounts)", "insights.~sessions AS x",
        [
            new("session_name", ColumnForm.Plain, "x.session_name"), new("account_sid", ColumnForm.Plain, "x.account_sid"),
            new("session_type", ColumnForm.Text, "x.session_type"), new("status", ColumnForm.Text, "x.status"), new("direction", ColumnForm.Text, "x.direction"),
            new("start_time", ColumnForm.Plain, "x.start_time"), new("end_time", ColumnForm.Plain, "x.end_time"), new("ready_time", ColumnForm.Plain, "x.ready_time"),
            new("task_sid", ColumnForm.Plain, "x.task_sid"), new("call_sid", ColumnForm.Plain, "x.call_sid"),
            new("fail_reason", ColumnForm.Text, "x.document ->> 'fail_reason'"), new("disconnected_by", ColumnForm.Text, "x.document ->> 'disconnected_by'"),
            new("duration", ColumnForm.Plain, "coalesce(x.document ->> 'call_duration', x.document ->> 'chat_duration')::double precision"),
            new("wait_duration", ColumnForm.Plain, "(x.document ->> 'wait_duration')::double precision"),
            new("hold_duration", ColumnForm.Plain, "(x.document ->> 'hold_duration')::double precision"),
            new("rating", ColumnForm.Plain, "(x.document ->> 'rating')::double precision"), new("record_version", ColumnForm.Plain, "x.record_version"),
        ]);

    private static readonly DataSet Warnings = Own("x.first_time >= @start AND x.first_time < @end", "x.first_time, x.account_sid, x.day, x.code, x.field",
        "x.account_sid = ANY(@testAccounts)", "insights.warnings AS x",
        [
            new("code", ColumnForm.Plain, "x.code"), new("field", ColumnForm.Text, "x.field"), new("account_sid", ColumnForm.Plain, "x.account_sid"),
            new("day", ColumnForm.Plain, "to_char(x.day, 'YYYY-MM-DD')"), new("count", ColumnForm.Plain, "x.count"), new("closed_count", ColumnForm.Plain, "x.closed_count"),
            new("first_time", ColumnForm.Plain, "x.first_time"), new("last_time", ColumnForm.Plain, "x.last_time"), new("sample", ColumnForm.Text, "x.sample"),
            new("acknowledged_by", ColumnForm.Text, "x.acknowledged_by"),
        ]);

    /// <summary>The data set of segments.</summary>
    internal DataSet Segments => _segments.Value;

    private readonly DerivedSetting<EnrichmentOptions, DataSet> _segments = new(options, settings => SegmentRows.Segments(settings.Naming.KeepHistoricNames));
    private readonly DerivedSetting<EnrichmentOptions, DataSet> _conversations = new(options, settings => SegmentRows.Conversations(settings.Naming.KeepHistoricNames));

    /// <summary>Finds a data set; null if there is none.</summary>
    /// <param name="dataSet">Which.</param>
    /// <param name="grain">What its rows are.</param>
    internal DataSet? Find(V1.DataSet dataSet, V1.DataSetGrain grain) => (dataSet, grain) switch
    {
        (V1.DataSet.Conversations, V1.DataSetGrain.Conversation) => _conversations.Value,
        (V1.DataSet.Conversations, _) => Segments,
        (V1.DataSet.Customers, _) => Customers,
        (V1.DataSet.Agents, _) => Agents,
        (V1.DataSet.Workload, _) => Workload,
        (V1.DataSet.Sessions, _) => Sessions,
        (V1.DataSet.Warnings, _) => Warnings,
        _ => null,
    };

    /// <summary>A data set whose rows are filtered by its own columns.</summary>
    private static DataSet Own(string range, string order, string test, string from, DataSetColumn[] columns) => new()
    {
        From = from,
        Range = range,
        Test = test,
        Order = order,
        Columns = columns,
        Fields = columns.ToDictionary(column => column.Name, column => $"({column.Sql})::text", StringComparer.Ordinal),
    };

    /// <summary>INS-47: an attribute without label is its own, a label without attribute stands in a row of its own.</summary>
    private static string OfCustomer(string name)
    {
        var (attribute, label) = CustomerFields.Custom.FirstOrDefault(pair => pair.Attribute == name || pair.Label == name);
        if (name == label)
            return $"coalesce(x.fields ->> '{label}', x.fields ->> '{attribute}')";
        return name == attribute
            ? $"coalesce(x.fields ->> '{attribute}', CASE WHEN x.fields ? '{label}' THEN x.customer_id END)"
            : $"x.fields ->> '{name}'";
    }
}

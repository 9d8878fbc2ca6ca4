using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.ServiceDefaults;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Npgsql;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>Counts messages for reports: from the figures of the last refresh, or from the messages as they are now (MSG-26, MSG-39, MSG-40, MSG-43).</summary>
/// <param name="database">The service's database.</param>
/// <param name="agents">The configured agents.</param>
/// <param name="options">The window.</param>
/// <param name="timeProvider">Now.</param>
public sealed class AnalyticsReport(DurableDatabase database, RbmAgents agents, IOptions<RbmOptions> options, TimeProvider timeProvider)
{
    private const int MostValues = 100;
    private const int MostRows = 50_000;
    private const string Other = "other";

    private const string Sums =
        """
        sum(sent)::bigint AS Sent, sum(delivered)::bigint AS Delivered, sum(read)::bigint AS Read, sum(late_delivered)::bigint AS LateDelivered, sum(late_read)::bigint AS LateRead,
        max(max_lateness_days) AS MaxLatenessDays, sum(expired)::bigint AS Expired, sum(expire_failed)::bigint AS ExpireFailed, sum(read_without_delivered)::bigint AS ReadWithoutDelivered
        """;

    /// <summary>Counts.</summary>
    /// <param name="query">What.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="RpcException">NOT_FOUND <c>AGENT_UNKNOWN</c>; INVALID_ARGUMENT <c>RANGE_TOO_LARGE</c>.</exception>
    public async Task<V1.QueryDailyAnalyticsResponse> RunAsync(AnalyticsQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var series = await SeriesAsync(connection, query);
        DateTimeOffset? asOf = query.IsLive ? RpcTimes.Whole(timeProvider.GetUtcNow()) : await RefreshStore.LastCutOffAsync(connection);
        var response = new V1.QueryDailyAnalyticsResponse { AsOfTime = asOf?.ToTimestamp() };

        // Days after the cut-off have no rows: nothing of them was counted yet.
        var end = query.IsLive || asOf is null || DateOnly.FromDateTime(asOf.Value.UtcDateTime) > query.End ? query.End : DateOnly.FromDateTime(asOf.Value.UtcDateTime).AddDays(-1);
        var counted = asOf is null ? [] : await CountAsync(connection, query, end);
        if (asOf is not null && end >= query.Start)
            AddRows(response, query, end, series, counted);
        response.DataQuality = await QualityAsync(connection, query);
        response.DataQuality.LateReceipts = counted.Sum(row => row.LateDelivered + row.LateRead);
        return response;
    }

    private async Task<List<string>> SeriesAsync(NpgsqlConnection connection, AnalyticsQuery query)
    {
        var seen = (await connection.QueryAsync<string>("SELECT agent_id FROM insights.rbm_agents")).Union(agents.Names.Keys, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        if (query.AgentIds.FirstOrDefault(agent => !seen.Contains(agent)) is { } unknown)
            throw RpcErrors.NotFound(InsightsErrors.Domain, InsightsErrors.AgentUnknown, "agent", unknown);
        return [.. (query.AgentIds.Count > 0 ? query.AgentIds : [.. seen]).Order(StringComparer.Ordinal)];
    }

    private async Task<List<Figures>> CountAsync(NpgsqlConnection connection, AnalyticsQuery query, DateOnly end)
    {
        var source = query.IsLive ? "insights.rbm_count(@Start, @end, 'infinity', @window, @implied)" : "insights.rbm_figures";
        var value = ColumnOf(query.Breakdown);
        var revisions = query is { IsLive: false, Breakdown: V1.Breakdown.Unspecified, Scale: V1.TimeScale.Day or V1.TimeScale.Unspecified };
        var span = query.Scale switch { V1.TimeScale.Week => "week", V1.TimeScale.Month => "month", _ => "day" };
        return [.. await connection.QueryAsync<Figures>(
            $"""
            WITH counted AS MATERIALIZED (
              SELECT *, {value} AS value FROM {source} WHERE send_day BETWEEN @Start AND @end AND (cardinality(@AgentIds) = 0 OR agent_id = ANY(@AgentIds))
            ), largest AS (
              SELECT value FROM counted GROUP BY value ORDER BY sum(sent) DESC, value LIMIT {MostValues}
            ), rows AS (
              SELECT agent_id AS AgentId, CASE WHEN value IN (SELECT value FROM largest) THEN value ELSE '{Other}' END AS Value, date_trunc('{span}', send_day::timestamp) AS Span, {Sums}
              FROM counted GROUP BY 1, 2, 3
            )
            SELECT rows.*, {(revisions ? "coalesce(d.revision, 0)" : "0")} AS Revision FROM rows {(revisions ? "LEFT JOIN insights.rbm_days d ON d.agent_id = rows.AgentId AND d.send_day = rows.Span::date" : "")}
            """,
            new { query.Start, end, AgentIds = query.AgentIds.ToArray(), window = options.Value.BackfillDays, implied = options.Value.ReadImpliesDelivered })];
    }

    private static string ColumnOf(V1.Breakdown breakdown) => breakdown switch
    {
        V1.Breakdown.Format => "format",
        V1.Breakdown.TrafficType => "traffic_type",
        V1.Breakdown.Campaign => "campaign",
        V1.Breakdown.Template => "template",
        V1.Breakdown.Responder => "responder",
        _ => "''",
    };

    private static void AddRows(V1.QueryDailyAnalyticsResponse response, AnalyticsQuery query, DateOnly end, List<string> agents, List<Figures> counted)
    {
        var figures = counted.ToDictionary(row => (row.AgentId, row.Value, DateOnly.FromDateTime(row.Span)));
        var series = query.Breakdown == V1.Breakdown.Unspecified
            ? agents.Select(agent => (Agent: agent, Value: ""))
            : figures.Keys.Select(key => (Agent: key.AgentId, key.Value)).Distinct().OrderBy(one => one.Agent, StringComparer.Ordinal).ThenBy(one => one.Value, StringComparer.Ordinal);
        foreach (var (agent, value) in series)
        {
            for (var span = query.SpanOf(query.Start); span <= end; span = query.Next(span))
            {
                if (response.Rows.Count == MostRows)
                    throw RpcErrors.InvalidArgument(InsightsErrors.Domain, InsightsErrors.RangeTooLarge, "end_date", $"gives more than {MostRows} rows: ask for fewer days or agents, or another breakdown");
                response.Rows.Add(RowOf(query, agent, value, span, end, figures.GetValueOrDefault((agent, value, span)) ?? Figures.None));
            }
        }
    }

    private static V1.DailyAnalytics RowOf(AnalyticsQuery query, string agent, string value, DateOnly span, DateOnly end, Figures figures)
    {
        var row = new V1.DailyAnalytics
        {
            Date = span.ToString("yyyy-MM-dd", null),
            AgentId = agent,
            BreakdownValue = value,
            Revision = figures.Revision,
            Partial = span < query.Start || query.Next(span) > end.AddDays(1),
        };
        foreach (var measure in query.Measures)
            Set(row, measure, figures);
        return row;
    }

    private static void Set(V1.DailyAnalytics row, string measure, Figures figures)
    {
        switch (measure)
        {
            case "sent": row.Sent = figures.Sent; break;
            case "delivered": row.Delivered = figures.Delivered; break;
            case "read": row.Read = figures.Read; break;
            case "delivery_rate" when figures.Sent > 0: row.DeliveryRate = Rate(figures.Delivered, figures.Sent); break;
            case "read_rate" when figures.Delivered > 0: row.ReadRate = Rate(figures.Read, figures.Delivered); break;
            case "late_delivered": row.LateDelivered = figures.LateDelivered; break;
            case "late_read": row.LateRead = figures.LateRead; break;
            case "max_lateness_days": row.MaxLatenessDays = figures.MaxLatenessDays; break;
            case "expired": row.Expired = figures.Expired; break;
            case "expire_failed": row.ExpireFailed = figures.ExpireFailed; break;
            case "read_without_delivered": row.ReadWithoutDelivered = figures.ReadWithoutDelivered; break;
        }
    }

    private static double Rate(long part, long whole) => (double)Math.Round((decimal)part / whole, 4, MidpointRounding.AwayFromZero);

    private static async Task<V1.DataQuality> QualityAsync(NpgsqlConnection connection, AnalyticsQuery query)
    {
        var quality = await connection.QuerySingleAsync<Quality>(
            """
            SELECT
              (SELECT coalesce(sum(bit_count((CASE WHEN recorded THEN given_up_kinds ELSE kinds END)::integer::bit(32))), 0)::bigint FROM insights.rbm_messages
               WHERE waiting_since IS NOT NULL AND (cardinality(@AgentIds) = 0 OR agent_id = ANY(@AgentIds))
                 AND (coalesce(least(delivered_time, read_time, expired_time, expire_failed_time), waiting_since) AT TIME ZONE 'UTC')::date BETWEEN @Start AND @End) AS Unmatched,
              (SELECT coalesce(sum(duplicates), 0)::bigint FROM insights.rbm_duplicates WHERE day BETWEEN @Start AND @End AND (cardinality(@AgentIds) = 0 OR agent_id = ANY(@AgentIds))) AS Duplicates,
              (SELECT count(*) FROM insights.rbm_quarantine
               WHERE (received_time AT TIME ZONE 'UTC')::date BETWEEN @Start AND @End AND (cardinality(@AgentIds) = 0 OR path_agent_id IS NULL OR path_agent_id = ANY(@AgentIds))) AS Quarantined
            """,
            new { query.Start, query.End, AgentIds = query.AgentIds.ToArray() });
        return new() { UnmatchedReceipts = quality.Unmatched, Duplicates = quality.Duplicates, Quarantined = quality.Quarantined };
    }

    private sealed record Quality(long Unmatched, long Duplicates, long Quarantined);

    private sealed record Figures
    {
        public static Figures None { get; } = new() { AgentId = "", Value = "" };

        public required string AgentId { get; init; }

        public required string Value { get; init; }

        public DateTime Span { get; init; }

        public long Sent { get; init; }

        public long Delivered { get; init; }

        public long Read { get; init; }

        public long LateDelivered { get; init; }

        public long LateRead { get; init; }

        public int MaxLatenessDays { get; init; }

        public long Expired { get; init; }

        public long ExpireFailed { get; init; }

        public long ReadWithoutDelivered { get; init; }

        public int Revision { get; init; }
    }
}

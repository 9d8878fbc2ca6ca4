using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.DataSets;
using ContactCenter.InsightsEnrichment.TaskRouter;
using Dapper;

namespace ContactCenter.InsightsEnrichment.Metrics;

/// <summary>All SQL of the metrics: one query over the data set of segments.</summary>
/// <param name="database">The service's database.</param>
/// <param name="accounts">Which accounts are test environments.</param>
public sealed class MetricStore(DurableDatabase database, TwilioAccounts accounts)
{
    private const string Abandoned = "(s.document -> 'attributes' ->> 'abandoned' = 'Yes' AND s.document -> 'attributes' ->> 'abandoned_phase' IS DISTINCT FROM 'Voicemail')";
    private const string Handled = "(s.kind = 2 AND s.agent_sid IS NOT NULL)";

    /// <summary>Counts and sums up segments.</summary>
    /// <param name="query">Which segments.</param>
    /// <param name="dimensions">Up to three fields of the data set.</param>
    /// <param name="interval">Length of the intervals; null for one of the whole range. A day is one of the zone's.</param>
    /// <param name="zone">Zone (tz name) in which intervals begin.</param>
    /// <param name="limit">Most cells.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    internal async Task<List<MetricCell>> QueryAsync(
        DataSetQuery query, IReadOnlyList<string> dimensions, TimeSpan? interval, string zone, int limit, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters();
        parameters.Add("interval", interval);
        parameters.Add("zone", zone);
        parameters.Add("limit", limit);
        var values = Enumerable.Range(0, dimensions.Count).Select(i => $"value{i}").ToList();
        var (bucket, end) = Bucket(interval);
        var sql = query.Resolve(
            $"""
            WITH by_task AS (
              SELECT {bucket} AS bucket,{string.Concat(dimensions.Select((name, i) => $" {query.Set.Fields[name]} AS {values[i]},"))}
                s.account_sid, s.conversation_id, count(*) AS segments, bool_or({Handled}) AS is_handled, bool_or({Abandoned}) AS is_abandoned,
                count(*) FILTER (WHERE {Handled}) AS handled, count(*) FILTER (WHERE s.kind = 1 AND {Abandoned}) AS abandoned,
                count(*) FILTER (WHERE s.kind = 4 AND s.document ->> 'missed_reason' <> 'Rescinded') AS missed, count(*) FILTER (WHERE s.kind = 5) AS rejected,
                sum({Measure("queue_time")}) FILTER (WHERE s.kind = 1) AS queue_time, sum({Measure("talk_time")}) FILTER (WHERE s.kind = 2) AS talk_time,
                sum({Measure("wrap_up_time")}) FILTER (WHERE s.kind = 2) AS wrap_up_time,
                sum({Measure("ring_time")}) FILTER (WHERE s.kind = 2 AND s.document -> 'attributes' ->> 'direction' = 'Outbound') AS ring_time,
                max({Measure("ivr_time")}) FILTER (WHERE s.kind = 2) AS ivr_time, sum({Measure("activity_time")}) FILTER (WHERE s.kind = 7) AS activity_time,
                count(s.document -> 'attributes' ->> 'service_level') AS service_level,
                count(*) FILTER (WHERE upper(s.document -> 'attributes' ->> 'service_level') = 'OK') AS service_level_ok
              FROM {query.Set.From}
              WHERE {query.Where(parameters, accounts.TestAccounts)}
              GROUP BY {string.Join(", ", values.Prepend("bucket"))}, s.account_sid, s.conversation_id, s.task_sid)
            SELECT bucket AS Bucket, {end} AS BucketEnd,{string.Concat(values.Select(value => $" {value} AS {value},"))}
              count(DISTINCT (account_sid, conversation_id)) FILTER (WHERE conversation_id IS NOT NULL) AS Conversations,
              count(DISTINCT (account_sid, conversation_id)) FILTER (WHERE is_handled) AS HandledConversations,
              count(DISTINCT (account_sid, conversation_id)) FILTER (WHERE is_abandoned) AS AbandonedConversations,
              sum(segments)::bigint AS Segments, sum(handled)::bigint AS HandledSegments, sum(abandoned)::bigint AS AbandonedSegments,
              sum(missed)::bigint AS MissedSegments, sum(rejected)::bigint AS RejectedSegments, coalesce(sum(queue_time), 0) AS QueueTime,
              coalesce(sum(ring_time), 0) AS RingTime, coalesce(sum(talk_time), 0) AS TalkTime, coalesce(sum(wrap_up_time), 0) AS WrapUpTime,
              coalesce(sum(ivr_time), 0) AS IvrTime, coalesce(sum(activity_time), 0) AS ActivityTime,
              sum(service_level)::bigint AS ServiceLevelSegments, sum(service_level_ok)::bigint AS ServiceLevelOkSegments
            FROM by_task GROUP BY {string.Join(", ", values.Prepend("bucket"))} ORDER BY {string.Join(", ", values.Prepend("bucket"))} LIMIT @limit
            """);
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<MetricCell>(new(sql, parameters, cancellationToken: cancellationToken))];
    }

    /// <summary>The interval of a segment and its end. Within a day they are cut by the zone's offset, so that an hour that a clock shows twice stays two.</summary>
    private static (string Start, string End) Bucket(TimeSpan? interval)
    {
        const string Offset = "((s.start_time AT TIME ZONE @zone) - (s.start_time AT TIME ZONE 'UTC'))";
        return interval switch
        {
            null => ("NULL::timestamptz", "NULL::timestamptz"),
            { TotalDays: >= 1 } => ("(date_trunc('day', s.start_time AT TIME ZONE @zone) AT TIME ZONE @zone)", "(((bucket AT TIME ZONE @zone) + interval '1 day') AT TIME ZONE @zone)"),
            _ => ($"(date_bin(@interval, s.start_time + {Offset}, timestamptz '2000-01-01 00:00:00+00') - {Offset})", "bucket + @interval"),
        };
    }

    private static string Measure(string name) => $"(s.document -> 'measures' ->> '{name}')::double precision";
}

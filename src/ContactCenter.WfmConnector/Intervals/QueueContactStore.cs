using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.WfmConnector.Intervals;

/// <summary>All SQL of the queue contacts.</summary>
/// <param name="database">The service's database.</param>
public sealed class QueueContactStore(DurableDatabase database)
{
    /// <summary>Longest wait of an answered contact within the service level, in milliseconds (WFM-59).</summary>
    private const int ServiceLevelMs = 20_000;

    /// <summary>A lost contact that waited less is a short one, in milliseconds (WFM-59).</summary>
    private const int ShortAbandonMs = 5_000;

    /// <summary>Keeps what a segment says, unless a newer revision of it is known.</summary>
    /// <param name="connection">In the transaction of the message.</param>
    /// <param name="contact">What it says.</param>
    public static Task KeepAsync(NpgsqlConnection connection, QueueContact contact) =>
        connection.ExecuteAsync(
            """
            INSERT INTO wfm.segments AS s (segment_id, revision, result, task_sid, queue_sid, medium, direction, end_time, waiting_ms, talk_ms, wrap_up_ms)
            VALUES (@SegmentId, @Revision, @result, @TaskSid, @QueueSid, @medium, @Direction, @EndTime, @WaitingMs, @TalkMs, @WrapUpMs)
            ON CONFLICT (segment_id) DO UPDATE SET
              revision = excluded.revision, result = excluded.result, queue_sid = excluded.queue_sid, medium = excluded.medium,
              direction = excluded.direction, end_time = excluded.end_time, waiting_ms = excluded.waiting_ms, talk_ms = excluded.talk_ms,
              wrap_up_ms = excluded.wrap_up_ms
            WHERE s.revision < excluded.revision
            """,
            new
            {
                contact.SegmentId,
                contact.Revision,
                result = contact.Result?.ToString().ToLowerInvariant(),
                contact.TaskSid,
                contact.QueueSid,
                medium = contact.Medium.ToString().ToUpperInvariant(),
                contact.Direction,
                contact.EndTime,
                contact.WaitingMs,
                contact.TalkMs,
                contact.WrapUpMs,
            });

    /// <summary>Sums up the contacts of a range of intervals.</summary>
    /// <param name="query">Which, and from where on.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<QueueFigures>> SumAsync(QueueFiguresQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<QueueFigures>(new(
            $"""
            SELECT interval_start AS IntervalStart, queue_sid AS QueueSid, medium AS Medium,
              count(*)::int AS Offered,
              (count(*) FILTER (WHERE result = 'answered'))::int AS Answered,
              (count(*) FILTER (WHERE result = 'answered' AND waiting_ms <= {ServiceLevelMs}))::int AS AnsweredInServiceLevel,
              (count(*) FILTER (WHERE result = 'abandoned' AND waiting_ms >= {ShortAbandonMs}))::int AS Abandoned,
              (count(*) FILTER (WHERE result = 'abandoned' AND waiting_ms < {ShortAbandonMs}))::int AS ShortAbandoned,
              (count(*) FILTER (WHERE result = 'redirected'))::int AS Redirected,
              coalesce(sum(waiting_ms) FILTER (WHERE result = 'answered'), 0)::bigint AS WaitingMs,
              coalesce(max(waiting_ms) FILTER (WHERE result = 'answered'), 0) AS LongestWaitingMs,
              coalesce(sum(waiting_ms) FILTER (WHERE result = 'abandoned' AND waiting_ms >= {ShortAbandonMs}), 0)::bigint AS AbandonedMs,
              coalesce(max(waiting_ms) FILTER (WHERE result = 'abandoned' AND waiting_ms >= {ShortAbandonMs}), 0) AS LongestAbandonedMs,
              coalesce(sum(talk_ms) FILTER (WHERE result = 'answered'), 0)::bigint AS TalkMs,
              coalesce(sum(wrap_up_ms) FILTER (WHERE result = 'answered'), 0)::bigint AS WrapUpMs
            FROM wfm.segments CROSS JOIN LATERAL date_bin('15 minutes', end_time, '2000-01-01Z'::timestamptz) AS interval_start
            WHERE result IS NOT NULL AND queue_sid IS NOT NULL AND medium <> 'OTHER' AND direction = 'Inbound'
              AND end_time >= greatest(@StartTime, @AfterInterval::timestamptz) AND end_time < @EndTime
              AND (@QueueSid::text IS NULL OR queue_sid = @QueueSid)
              AND (@AfterInterval::timestamptz IS NULL OR (interval_start, queue_sid, medium) > (@AfterInterval, @AfterQueue, @AfterMedium))
            GROUP BY interval_start, queue_sid, medium
            ORDER BY interval_start, queue_sid, medium LIMIT @Limit
            """,
            query,
            cancellationToken: cancellationToken))];
    }
}

/// <summary>Which figures to sum up; what is null does not narrow.</summary>
public sealed record QueueFiguresQuery(
    DateTimeOffset StartTime, DateTimeOffset EndTime, string? QueueSid, DateTimeOffset? AfterInterval, string? AfterQueue, string? AfterMedium, int Limit);

/// <summary>Figures of one queue, medium and interval, before rounding.</summary>
public sealed class QueueFigures
{
    /// <summary>Start of the interval.</summary>
    public DateTime IntervalStart { get; init; }

    /// <summary>The queue.</summary>
    public string QueueSid { get; init; } = "";

    /// <summary>The medium in capitals.</summary>
    public string Medium { get; init; } = "";

    /// <summary>Contacts that ended.</summary>
    public int Offered { get; init; }

    /// <summary>Of these, accepted ones.</summary>
    public int Answered { get; init; }

    /// <summary>Of these, those that waited no longer than the threshold.</summary>
    public int AnsweredInServiceLevel { get; init; }

    /// <summary>Lost contacts, short ones not included.</summary>
    public int Abandoned { get; init; }

    /// <summary>Lost contacts that waited less than the threshold.</summary>
    public int ShortAbandoned { get; init; }

    /// <summary>Contacts that left otherwise.</summary>
    public int Redirected { get; init; }

    /// <summary>Waiting of the answered ones.</summary>
    public long WaitingMs { get; init; }

    /// <summary>The longest of these.</summary>
    public long LongestWaitingMs { get; init; }

    /// <summary>Waiting of the lost ones.</summary>
    public long AbandonedMs { get; init; }

    /// <summary>The longest of these.</summary>
    public long LongestAbandonedMs { get; init; }

    /// <summary>Talk time.</summary>
    public long TalkMs { get; init; }

    /// <summary>Wrap-up time.</summary>
    public long WrapUpMs { get; init; }
}

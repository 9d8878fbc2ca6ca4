using ContactCenter.WfmConnector.AgentStates;
using ContactCenter.WfmConnector.Facts;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace ContactCenter.WfmConnector.Intervals;

/// <summary>The SQL that works figures out of what Insights told, for whole ranges of intervals at a time.</summary>
/// <param name="book">Knows the states.</param>
public sealed partial class FigureStore(ActivityBook book)
{
    private static readonly DateTime Never = DateTime.MaxValue;

    // What is reported of which queue, medium and direction, and as which skill (WFM-52 to WFM-58). Media: 5 voice to 2 web.
    private const string Reported =
        """
        LEFT JOIN wfm.queue_mappings m ON m.queue_sid = s.queue_sid AND m.medium = s.medium AND m.direction = s.direction
        CROSS JOIN LATERAL (SELECT
          s.medium > 1 AND s.queue_sid IS NOT NULL AND (s.direction = 'INBOUND' OR (m.queue_sid IS NOT NULL AND s.medium < 5)) AS is_reported,
          coalesce(m.skill_id, s.queue_sid || CASE WHEN s.medium = 5 THEN '' ELSE '-' || (ARRAY['', 'WEB', 'SMS', 'CHAT'])[s.medium] END) AS skill_id) k
        """;

    // An interval keeps the service level that was in force when it was sealed (WFM-59).
    private const string Levels =
        """
        LEFT JOIN wfm.intervals v ON v.start_time = i.start_time
        LEFT JOIN wfm.service_levels l ON l.queue_sid = s.queue_sid AND l.medium = s.medium AND l.direction = s.direction
          AND CASE WHEN v.seal_time IS NULL THEN l.until_time = 'infinity' ELSE l.from_time <= v.seal_time AND l.until_time > v.seal_time END
        """;

    private const string IntervalOf = "CROSS JOIN LATERAL date_bin('15 minutes', s.end_time, '2000-01-01Z'::timestamptz) AS i (start_time)";

    private const string Excluded =
        $"""
        FROM wfm.segments s {Reported} {IntervalOf}
        WHERE s.result IN ('answered', 'abandoned', 'redirected') AND s.queue_sid IS NOT NULL AND NOT k.is_reported AND s.end_time >= @from AND s.end_time < @until
        """;

    private const string Holds =
        """
        holds AS (
          SELECT t.task_sid, h.change_time AS from_time, h.on_hold, lead(h.change_time) OVER w AS until_time, lead(h.on_hold) OVER w AS is_held_on
          FROM wfm.holds h JOIN wfm.session_tasks t ON t.session_name = h.session_name WHERE h.change_time >= @From::timestamptz - interval '1 day' AND h.change_time < @Until
          WINDOW w AS (PARTITION BY t.task_sid ORDER BY h.change_time, h.on_hold DESC)
        ), held AS (
          SELECT s.segment_id, sum(greatest(0, extract(epoch FROM
            least(h.until_time, s.start_time + s.talk_ms * interval '1 millisecond') - greatest(h.from_time, s.start_time)) * 1000))::bigint AS hold_ms
          FROM holds h JOIN wfm.segments s ON s.task_sid = h.task_sid AND s.result = 'answered' AND s.end_time >= @From AND s.end_time < @Until
          -- A hold whose end was not told is none.
          WHERE h.on_hold AND NOT h.is_held_on GROUP BY s.segment_id
        )
        """;

    /// <summary>Sums up the contacts of a range by interval and skill, in that order.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task<List<QueueFigures>> QueuesAsync(NpgsqlConnection connection, QueueFiguresQuery query, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<QueueFigures>(new CommandDefinition(
            $"""
            WITH {Holds}, contacts AS (
              SELECT i.start_time AS interval_start, k.skill_id, s.queue_sid, s.medium, s.direction, s.result, s.waiting_ms, s.talk_ms, s.wrap_up_ms, coalesce(held.hold_ms, 0) AS hold_ms,
                coalesce(l.seconds, 20) * 1000 AS level_ms, coalesce(l.short_abandon_seconds, 5) * 1000 AS short_ms, 0 AS waiting
              FROM wfm.segments s {Reported} {IntervalOf} {Levels} LEFT JOIN held USING (segment_id)
              WHERE s.result IN ('answered', 'abandoned', 'redirected') AND k.is_reported AND s.end_time >= @From AND s.end_time < @Until
              UNION ALL
              -- Whoever waits over the end of an interval counts there, whether the wait has ended meanwhile or not.
              SELECT b.at - interval '15 minutes', k.skill_id, s.queue_sid, s.medium, s.direction, NULL, 0, 0, 0, 0, 0, 0, 1
              FROM (
                SELECT queue_sid, medium, direction, start_time, end_time FROM wfm.segments WHERE is_wait AND end_time > @From AND start_time < @Until
                UNION ALL
                SELECT w.queue_sid, w.medium, w.direction, w.enter_time, 'infinity' FROM wfm.waits w
                WHERE w.enter_time < @Until AND w.forced_end_time IS NULL AND NOT {UnfinishedContacts.HasLeft}
              ) s {Reported}
              CROSS JOIN LATERAL generate_series(
                greatest(date_bin('15 minutes', s.start_time, '2000-01-01Z'), @From) + interval '15 minutes', least(s.end_time, @Until), interval '15 minutes') AS b (at)
              WHERE k.is_reported
            ), known AS (
              SELECT c.*, result = 'abandoned' AND waiting_ms >= short_ms AS is_lost FROM contacts c
            )
            SELECT interval_start AS IntervalStart, skill_id AS SkillId, min(queue_sid) AS QueueSid, medium AS Medium, direction AS Direction,
              count(result)::int AS Offered,
              (count(*) FILTER (WHERE result = 'answered'))::int AS Answered,
              (count(*) FILTER (WHERE result = 'answered' AND waiting_ms <= level_ms))::int AS AnsweredInServiceLevel,
              (count(*) FILTER (WHERE is_lost))::int AS Abandoned,
              (count(*) FILTER (WHERE result = 'abandoned' AND NOT is_lost))::int AS ShortAbandoned,
              (count(*) FILTER (WHERE result = 'redirected'))::int AS Redirected,
              coalesce(sum(waiting_ms) FILTER (WHERE result = 'answered'), 0)::bigint AS WaitingMs,
              coalesce(max(waiting_ms) FILTER (WHERE result = 'answered'), 0) AS LongestWaitingMs,
              coalesce(sum(waiting_ms) FILTER (WHERE is_lost), 0)::bigint AS AbandonedMs,
              coalesce(max(waiting_ms) FILTER (WHERE is_lost), 0) AS LongestAbandonedMs,
              coalesce(sum(talk_ms - hold_ms) FILTER (WHERE result = 'answered'), 0)::bigint AS TalkMs,
              coalesce(sum(hold_ms) FILTER (WHERE result = 'answered'), 0)::bigint AS HoldMs,
              coalesce(sum(wrap_up_ms) FILTER (WHERE result = 'answered'), 0)::bigint AS WrapUpMs,
              sum(waiting)::int AS WaitingAtEnd
            FROM known
            WHERE (@QueueSid::text IS NULL OR queue_sid = @QueueSid)
              AND (@AfterInterval::timestamptz IS NULL OR (interval_start, skill_id) > (@AfterInterval, @AfterSkill))
            GROUP BY interval_start, skill_id, medium, direction
            ORDER BY interval_start, skill_id LIMIT @Limit
            """,
            query,
            cancellationToken: cancellationToken))];

    /// <summary>Sums up what agents did for queues by interval, skill and agent, in that order (WFM-63).</summary>
    /// <param name="connection">Any.</param>
    /// <param name="from">Start of the first interval.</param>
    /// <param name="until">End of the last interval.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task<List<AgentQueueFigures>> AgentQueuesAsync(NpgsqlConnection connection, DateTime from, DateTime until, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<AgentQueueFigures>(new CommandDefinition(
            $"""
            WITH {Holds}, parts AS (
              SELECT i.start_time AS interval_start, k.skill_id, s.agent_sid, s.result, s.talk_ms, s.wrap_up_ms, coalesce(held.hold_ms, 0) AS hold_ms, coalesce(h.transferred, false) AS transferred
              FROM wfm.segments s {Reported} {IntervalOf} LEFT JOIN held USING (segment_id) LEFT JOIN wfm.handlings h USING (reservation_sid)
              WHERE s.result = 'answered' AND s.agent_sid IS NOT NULL AND k.is_reported AND s.end_time >= @From AND s.end_time < @Until
              UNION ALL
              -- An offer counts where the contact ended that it was made for.
              SELECT i.start_time, k.skill_id, o.agent_sid, o.result, 0, 0, 0, false
              FROM wfm.segments s {Reported} {IntervalOf}
              JOIN wfm.segments o ON o.task_sid = s.task_sid AND o.queue_sid = s.queue_sid AND o.result IN ('rejected', 'missed') AND o.agent_sid IS NOT NULL AND o.start_time <= s.end_time
              WHERE s.result IN ('answered', 'abandoned', 'redirected') AND k.is_reported AND s.end_time >= @From AND s.end_time < @Until
                AND NOT EXISTS (SELECT FROM wfm.segments e WHERE e.task_sid = s.task_sid AND e.queue_sid = s.queue_sid AND e.result IN ('answered', 'abandoned', 'redirected')
                  AND e.end_time >= o.start_time AND (e.end_time, e.segment_id) < (s.end_time, s.segment_id))
            )
            SELECT interval_start AS IntervalStart, skill_id AS SkillId, agent_sid AS AgentSid,
              (count(*) FILTER (WHERE result = 'answered'))::int AS Answered,
              sum(talk_ms - hold_ms)::bigint AS TalkMs, sum(hold_ms)::bigint AS HoldMs, sum(wrap_up_ms)::bigint AS WrapUpMs,
              (count(*) FILTER (WHERE result = 'rejected'))::int AS Rejected,
              (count(*) FILTER (WHERE result = 'missed'))::int AS Missed,
              (count(*) FILTER (WHERE transferred))::int AS TransferredOut
            FROM parts GROUP BY interval_start, skill_id, agent_sid ORDER BY interval_start, skill_id, agent_sid
            """,
            new { From = from, Until = until },
            cancellationToken: cancellationToken))];

    /// <summary>Lists contacts that ended in a range and are not reported, by end (WFM-55).</summary>
    /// <param name="connection">Any.</param>
    /// <param name="from">Start of the range.</param>
    /// <param name="until">End of the range.</param>
    /// <param name="afterEnd">Begin after the contact that ended then; null for the first page.</param>
    /// <param name="afterId">The segment of that contact.</param>
    /// <param name="limit">Most contacts.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task<List<ExcludedRow>> ExcludedAsync(
        NpgsqlConnection connection, DateTime from, DateTime until, DateTime? afterEnd, string? afterId, int limit, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<ExcludedRow>(new CommandDefinition(
            $"""
            SELECT s.segment_id AS SegmentId, s.task_sid AS TaskSid, s.queue_sid AS QueueSid, s.channel AS Channel, s.medium AS Medium, s.direction AS Direction, s.end_time AS EndTime,
              CASE WHEN s.medium > 1 THEN 'DIRECTION_UNSUPPORTED'
                WHEN s.channel IN ('email', 'fax') OR EXISTS (SELECT FROM wfm.medium_mappings c WHERE c.channel = s.channel) THEN 'MEDIUM_UNSUPPORTED' ELSE 'MEDIUM_UNKNOWN' END AS Reason
            {Excluded}
              AND (@afterEnd::timestamptz IS NULL OR (s.end_time, s.segment_id) > (@afterEnd, @afterId))
            ORDER BY s.end_time, s.segment_id LIMIT @limit
            """,
            new { from, until, afterEnd, afterId, limit },
            cancellationToken: cancellationToken))];

    /// <summary>Counts the contacts that are not reported, by the interval in which they ended (WFM-55).</summary>
    /// <param name="connection">Any.</param>
    /// <param name="from">Start of the first interval.</param>
    /// <param name="until">End of the last interval.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task<Dictionary<DateTime, int>> ExcludedCountsAsync(NpgsqlConnection connection, DateTime from, DateTime until, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<(DateTime Start, int Count)>(new CommandDefinition(
            $"SELECT i.start_time, count(*)::int {Excluded} GROUP BY i.start_time", new { from, until }, cancellationToken: cancellationToken)))
        .ToDictionary(row => row.Start, row => row.Count);

    /// <summary>Works out what agents did in a range, by agent and start.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="query">Which, and from where on.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<Span>> SpansAsync(NpgsqlConnection connection, SpanQuery query, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT agent_sid, start_time, end_time, state_id, medium FROM wfm.spans($1, $2, $3)
            WHERE $4 IS NULL OR (agent_sid, start_time) > ($4, $5) ORDER BY agent_sid, start_time LIMIT $6
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = query.From },
                new() { Value = query.Until },
                new() { Value = query.Agents ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = query.AfterAgent ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = query.AfterStart ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = query.Limit },
            },
        };
        var rows = new List<(string Agent, DateTime Start, DateTime End, short State, short Medium)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            var agent = "";
            while (await reader.ReadAsync(cancellationToken))
            {
                var next = reader.GetString(0);
                if (next != agent)
                    agent = next;
                rows.Add((agent, reader.GetDateTime(1), reader.IsDBNull(2) ? Never : reader.GetDateTime(2), reader.GetInt16(3), reader.IsDBNull(4) ? (short)0 : reader.GetInt16(4)));
            }
        }

        var spans = new List<Span>(rows.Count);
        foreach (var (agent, start, end, state, medium) in rows)
        {
            spans.Add(new()
            {
                AgentSid = agent,
                Start = start,
                End = end == Never ? null : end,
                Kind = await book.KindOfAsync(connection, state),
                Medium = medium == 0 ? null : (ContactMedium)medium,
            });
        }

        return spans;
    }

    /// <summary>Finds when agents got other login ids within a range.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="from">Start of the range.</param>
    /// <param name="until">End of the range.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task<List<DateTime>> LoginChangesAsync(NpgsqlConnection connection, DateTime from, DateTime until, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<DateTime>(new CommandDefinition(
            """
            SELECT from_time FROM wfm.agent_logins WHERE from_time >= @from AND from_time < @until
            UNION SELECT from_time FROM wfm.login_mappings WHERE from_time >= @from AND from_time < @until
            UNION SELECT until_time FROM wfm.login_mappings WHERE until_time >= @from AND until_time < @until
            """,
            new { from, until },
            cancellationToken: cancellationToken))];

    /// <summary>Names agents and skills as reports do: by what was known at a time.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="time">The end of the reported time.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task<ReportNames> NamesAsync(NpgsqlConnection connection, DateTime time, CancellationToken cancellationToken)
    {
        await using var rows = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            SELECT a.agent_sid, {Logins.Sql("a.agent_sid", "@time")} FROM wfm.agents a;
            SELECT skill_id, min(skill_name), min(medium), min(direction) FROM wfm.queue_mappings GROUP BY skill_id;
            SELECT queue_sid, name FROM wfm.queues
            """,
            new { time },
            cancellationToken: cancellationToken));
        return new(
            (await rows.ReadAsync<(string, string)>()).ToDictionary(row => row.Item1, row => row.Item2, StringComparer.Ordinal),
            (await rows.ReadAsync<(string, string, short, string)>()).Select(row => new MappedSkill(row.Item1, row.Item2, (ContactMedium)row.Item3, row.Item4))
                .ToDictionary(skill => skill.SkillId, StringComparer.Ordinal),
            (await rows.ReadAsync<(string, string)>()).ToDictionary(row => row.Item1, row => row.Item2, StringComparer.Ordinal));
    }
}

/// <summary>Which figures to sum up; what is null does not narrow.</summary>
public sealed record QueueFiguresQuery(DateTime From, DateTime Until, string? QueueSid = null, DateTime? AfterInterval = null, string? AfterSkill = null, int Limit = int.MaxValue);

/// <summary>Which spans to work out; what is null does not narrow.</summary>
public sealed record SpanQuery(DateTime From, DateTime Until, string[]? Agents = null, string? AfterAgent = null, DateTime? AfterStart = null, int Limit = int.MaxValue);

/// <summary>A contact that is not reported.</summary>
public sealed record ExcludedRow(string SegmentId, string TaskSid, string QueueSid, string? Channel, short Medium, string Direction, DateTime EndTime, string Reason);

/// <summary>Names in reports.</summary>
/// <param name="Logins">Login ids by agent.</param>
/// <param name="Skills">Mapped skills by id.</param>
/// <param name="Queues">Names by queue.</param>
public sealed record ReportNames(IReadOnlyDictionary<string, string> Logins, IReadOnlyDictionary<string, MappedSkill> Skills, IReadOnlyDictionary<string, string> Queues);

/// <summary>A skill that queues were mapped to (WFM-57).</summary>
/// <param name="SkillId">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Medium">The medium of all its queues (WFM-58).</param>
/// <param name="Direction">The direction of all its queues.</param>
public sealed record MappedSkill(string SkillId, string Name, ContactMedium Medium, string Direction);

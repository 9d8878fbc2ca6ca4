using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.RawEvents;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Reprocessing;

/// <summary>All SQL of the runs that work out again what raw events say.</summary>
/// <param name="database">The service's database.</param>
public sealed class ReprocessingStore(DurableDatabase database)
{
    /// <summary>Differences of a run that are kept with their texts.</summary>
    public const int MostDifferences = 100;

    private const string Columns =
        """
        reprocessing_id AS ReprocessingId, filter AS Filter, dry_run AS DryRun, events_per_second AS EventsPerSecond, state AS State, actor AS Actor,
        create_time AS CreateTime, finish_time AS FinishTime, last_event_id AS LastEventId, events_matched AS Matched, events_done AS Done,
        events_taken_in AS TakenIn, events_left_out AS LeftOut, events_failed AS Failed, d.segments AS Segments, d.conversations AS Conversations, d.sessions AS Sessions
        """;

    private const string Source =
        """
        insights.reprocessings r CROSS JOIN LATERAL (
          SELECT count(*) FILTER (WHERE resource LIKE 'segments/%') AS segments, count(*) FILTER (WHERE resource LIKE 'conversations/%') AS conversations,
            count(*) FILTER (WHERE resource LIKE 'sessions/%') AS sessions
          FROM insights.reprocessing_differences WHERE reprocessing_id = r.reprocessing_id) AS d
        """;

    /// <summary>Adds a run.</summary>
    /// <param name="connection">In the transaction that begins it.</param>
    /// <param name="run">The run.</param>
    public static Task AddAsync(NpgsqlConnection connection, ReprocessingRun run) => connection.ExecuteAsync(
        """
        INSERT INTO insights.reprocessings (reprocessing_id, filter, dry_run, events_per_second, state, actor, create_time)
        VALUES (@ReprocessingId, @filter::json, @DryRun, @EventsPerSecond, @state, @Actor, @CreateTime)
        """,
        new { run.ReprocessingId, filter = JsonSerializer.Serialize(run.Filter), run.DryRun, run.EventsPerSecond, state = Word(run.State), run.Actor, run.CreateTime });

    /// <summary>Finds a run; null if there is none.</summary>
    /// <param name="id">The run.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<ReprocessingRun?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await connection.QuerySingleOrDefaultAsync<Row>(new($"SELECT {Columns} FROM {Source} WHERE reprocessing_id = @id", new { id }, cancellationToken: cancellationToken)))?.ToRun();
    }

    /// <summary>Lists runs, the latest first.</summary>
    /// <param name="before">Those before this one; null for the first page.</param>
    /// <param name="limit">Most.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<ReprocessingRun>> ListAsync(Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. (await connection.QueryAsync<Row>(new(
            $"SELECT {Columns} FROM {Source} WHERE @before::uuid IS NULL OR reprocessing_id < @before ORDER BY reprocessing_id DESC LIMIT @limit",
            new { before, limit },
            cancellationToken: cancellationToken))).Select(row => row.ToRun())];
    }

    /// <summary>The first differences of a run, in the order in which they were found.</summary>
    /// <param name="id">The run.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<Difference>> DifferencesAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<Difference>(new(
            "SELECT resource, before, after FROM insights.reprocessing_differences WHERE reprocessing_id = @id ORDER BY place LIMIT @MostDifferences",
            new { id, MostDifferences },
            cancellationToken: cancellationToken))];
    }

    /// <summary>Ends a run.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The run.</param>
    /// <param name="state">How it ended.</param>
    /// <param name="now">When.</param>
    /// <returns>False if it is not under way.</returns>
    public static async Task<bool> FinishAsync(NpgsqlConnection connection, Guid id, ReprocessingState state, DateTimeOffset now) => await connection.ExecuteAsync(
        "UPDATE insights.reprocessings SET state = @state, finish_time = @now WHERE reprocessing_id = @id AND state = 'running'", new { id, state = Word(state), now }) > 0;

    /// <summary>Number of events that a run finds.</summary>
    /// <param name="filter">Which it looks at.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<long> CountAsync(RawEventQuery filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new(
            $"SELECT count(*) FROM insights.raw_events WHERE {RawEventStore.Matches}", RawEventStore.Parameters(filter), cancellationToken: cancellationToken));
    }

    /// <summary>The next events that a run comes to, in the order of their receipt.</summary>
    internal async Task<List<ReprocessedEvent>> NextAsync(ReprocessingRun run, int limit, CancellationToken cancellationToken)
    {
        var parameters = RawEventStore.Parameters(run.Filter);
        parameters.AddDynamicParams(new { after = run.LastEventId, limit });
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<ReprocessedEvent>(new(
            $"""
            WITH next AS (
              SELECT raw_event_id, source, status, attempts, event_type, account_sid, workspace_sid, task_sid, resource_sid FROM insights.raw_events
              WHERE {RawEventStore.Matches} AND (@after::uuid IS NULL OR raw_event_id > @after) ORDER BY raw_event_id LIMIT @limit)
            SELECT n.raw_event_id AS RawEventId, n.source AS Source, n.status AS Status, n.attempts AS Attempts, n.event_type AS EventType,
              n.account_sid AS AccountSid, n.workspace_sid AS WorkspaceSid, n.task_sid AS TaskSid, n.resource_sid AS ResourceSid,
              CASE
                WHEN n.source = 'session' THEN NOT EXISTS (
                  SELECT FROM insights.raw_events WHERE source = 'session' AND resource_sid = n.resource_sid AND raw_event_id < n.raw_event_id AND {RawEventStore.Matches})
                WHEN n.task_sid IS NOT NULL THEN NOT EXISTS (
                  SELECT FROM insights.raw_events WHERE source <> 'session' AND task_sid = n.task_sid AND raw_event_id < n.raw_event_id AND {RawEventStore.Matches})
                ELSE true
              END AS IsFirst
            FROM next n ORDER BY n.raw_event_id
            """,
            parameters,
            cancellationToken: cancellationToken))];
    }

    /// <summary>Events that are in no result, of tasks, of sessions or by themselves, as far as a run looks at them; held, as if they had just been received.</summary>
    internal static async Task<List<RawEvent>> ClaimAsync(NpgsqlConnection connection, RawEventQuery filter, string[] tasks, string[] sessions, Guid[] ids)
    {
        var parameters = RawEventStore.Parameters(filter);
        parameters.AddDynamicParams(new { tasks, sessions, ids });
        const string InNoResult = "status IN ('ignored', 'set_aside', 'failed')";
        var meant =
            $"""
            SELECT raw_event_id FROM insights.raw_events
            WHERE {InNoResult} AND {RawEventStore.Matches}
              AND ((source <> 'session' AND task_sid = ANY(@tasks)) OR (source = 'session' AND resource_sid = ANY(@sessions)) OR raw_event_id = ANY(@ids))
            """;
        return await RawEventStore.ReadAsync(
            connection, $"{RawEventStore.Held($"raw_event_id = ANY (ARRAY({meant})) AND {InNoResult} ORDER BY raw_event_id FOR UPDATE")} ORDER BY raw_event_id", parameters);
    }

    /// <summary>Keeps what a run changed, or would change; of the first hundred also how.</summary>
    internal static Task AddAsync(NpgsqlConnection connection, Guid id, IReadOnlyCollection<Difference> differences) => differences.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(
        """
        WITH known AS (SELECT count(*) AS n FROM insights.reprocessing_differences WHERE reprocessing_id = @id),
          found AS (SELECT f.*, row_number() OVER () + k.n <= @MostDifferences AS kept FROM known k, unnest(@resources, @befores, @afters) AS f (resource, before, after))
        INSERT INTO insights.reprocessing_differences (reprocessing_id, resource, before, after)
        SELECT @id, resource, CASE WHEN kept THEN before END, CASE WHEN kept THEN after END FROM found
        ON CONFLICT (reprocessing_id, resource) DO NOTHING
        """,
        new
        {
            id,
            MostDifferences,
            resources = differences.Select(difference => difference.Resource).ToArray(),
            befores = differences.Select(difference => difference.Before).ToArray(),
            afters = differences.Select(difference => difference.After).ToArray(),
        });

    /// <summary>Notes how far a run is.</summary>
    internal static Task AdvanceAsync(NpgsqlConnection connection, Guid id, Guid lastEventId, ReprocessingCounts step) => connection.ExecuteAsync(
        """
        UPDATE insights.reprocessings
        SET last_event_id = @lastEventId, events_matched = coalesce(events_matched, @Matched), events_done = events_done + @Done,
          events_taken_in = events_taken_in + @TakenIn, events_left_out = events_left_out + @LeftOut, events_failed = events_failed + @Failed
        WHERE reprocessing_id = @id
        """,
        new { id, lastEventId, step.Matched, step.Done, step.TakenIn, step.LeftOut, step.Failed });

    private static string Word(ReprocessingState state) => state.ToString().ToLowerInvariant();

    private sealed class Row
    {
        public Guid ReprocessingId { get; init; }
        public string Filter { get; init; } = "";
        public bool DryRun { get; init; }
        public int EventsPerSecond { get; init; }
        public string State { get; init; } = "";
        public string Actor { get; init; } = "";
        public DateTime CreateTime { get; init; }
        public DateTime? FinishTime { get; init; }
        public Guid? LastEventId { get; init; }
        public long? Matched { get; init; }
        public long Done { get; init; }
        public long TakenIn { get; init; }
        public long LeftOut { get; init; }
        public long Failed { get; init; }
        public long Segments { get; init; }
        public long Conversations { get; init; }
        public long Sessions { get; init; }

        public ReprocessingRun ToRun() => new()
        {
            ReprocessingId = ReprocessingId,
            Filter = JsonSerializer.Deserialize<RawEventQuery>(Filter)!,
            DryRun = DryRun,
            EventsPerSecond = EventsPerSecond,
            State = Enum.Parse<ReprocessingState>(State, ignoreCase: true),
            Actor = Actor,
            CreateTime = new(CreateTime),
            FinishTime = FinishTime is { } time ? new(time) : null,
            LastEventId = LastEventId,
            Counts = new()
            {
                Matched = Matched,
                Done = Done,
                TakenIn = TakenIn,
                LeftOut = LeftOut,
                Failed = Failed,
                Segments = Segments,
                Conversations = Conversations,
                Sessions = Sessions,
            },
        };
    }
}

using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Loads;

/// <summary>All SQL of the loads and of what they give besides the data sets.</summary>
/// <param name="database">The service's database.</param>
public sealed class LoadStore(DurableDatabase database)
{
    // Far above the 5 minutes that a load of 100,000 segments may take; the job ends it earlier.
    private const int Timeout = 1_800;

    private const string Columns =
        """
        load_id AS LoadId, requested_by AS RequestedBy, request_time AS RequestTime, load_number AS LoadNumber, cut_off_time AS CutOffTime,
        workload_end_time AS WorkloadEndTime, finish_time AS FinishTime, segments_new AS SegmentsNew, segments_changed AS SegmentsChanged, duration_ms AS DurationMs
        """;

    /// <summary>Notes that a load is asked for.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="load">The load, which has not run.</param>
    public static Task AddAsync(NpgsqlConnection connection, Load load) => connection.ExecuteAsync(
        "INSERT INTO insights.loads (load_id, requested_by, request_time) VALUES (@LoadId, @RequestedBy, @RequestTime)",
        new { load.LoadId, load.RequestedBy, load.RequestTime });

    /// <summary>
    /// Makes the transaction see one state of everything, once no other load runs: the first statements of it. Locking comes
    /// before looking, or the state would be that of before the wait.
    /// </summary>
    /// <param name="connection">In a transaction that has done nothing.</param>
    /// <param name="cancellationToken">Ends the wait for the other load.</param>
    public static Task BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => connection.ExecuteAsync(new(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; LOCK TABLE insights.loaded_segments IN EXCLUSIVE MODE",
        commandTimeout: Timeout,
        cancellationToken: cancellationToken));

    /// <summary>The last load that ran; null if none has.</summary>
    /// <param name="connection">Any.</param>
    public static async Task<Load?> LastAsync(NpgsqlConnection connection) => (await connection.QuerySingleOrDefaultAsync<Row>(
        $"SELECT {Columns} FROM insights.loads WHERE load_number IS NOT NULL ORDER BY load_number DESC LIMIT 1"))?.ToLoad();

    /// <summary>Finds a load; null if there is none.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="loadId">The load.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task<Load?> FindAsync(NpgsqlConnection connection, Guid loadId, CancellationToken cancellationToken) =>
        (await connection.QuerySingleOrDefaultAsync<Row>(new(
            $"SELECT {Columns} FROM insights.loads WHERE load_id = @loadId", new { loadId }, cancellationToken: cancellationToken)))?.ToLoad();

    /// <summary>Brings into the data sets what has changed since the last load.</summary>
    /// <param name="connection">In a transaction that <see cref="BeginAsync"/> has begun.</param>
    /// <param name="number">Number of this load.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>How many segments are new and how many have changed.</returns>
    public static async Task<(long New, long Changed)> CopyAsync(NpgsqlConnection connection, long number, CancellationToken cancellationToken)
    {
        // Transaction numbers of another cluster, after a restore, say nothing here: then all rows are looked at.
        var horizon = await connection.ExecuteScalarAsync<string?>(
            "SELECT horizon::text FROM insights.loads WHERE load_number = @number - 1 AND horizon <= pg_current_xact_id()", new { number }) ?? "0";
        var counts = await connection.QuerySingleAsync<(long, long)>(Command(LoadTables.Segments, new { horizon, number }, cancellationToken));
        foreach (var sql in LoadTables.Others)
            await connection.ExecuteAsync(Command(sql, new { horizon, number }, cancellationToken));
        return counts;
    }

    /// <summary>Cuts work into quarters of an hour, as far as what was copied or the time that has passed asks for it.</summary>
    /// <param name="connection">In the transaction that has copied.</param>
    /// <param name="number">Number of this load.</param>
    /// <param name="reached">How far the load before came.</param>
    /// <param name="reach">How far this one comes.</param>
    /// <param name="available">Names of the activities in which an agent takes offers.</param>
    /// <param name="offline">Names of the activities of an agent who is not at work.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task CutAsync(
        NpgsqlConnection connection, long number, DateTimeOffset reached, DateTimeOffset reach, string[] available, string[] offline, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(Command(WorkloadTables.Withdraw, new { number }, cancellationToken));
        await CutAsync(WorkloadTables.Handlings, WorkloadTables.CutHandlings);
        await CutAsync(WorkloadTables.Statuses, WorkloadTables.CutStatuses);

        async Task CutAsync(string which, string cut)
        {
            var ids = (await connection.QueryAsync<string>(Command(which, new { number, reached }, cancellationToken))).ToArray();
            if (ids.Length == 0)
                return;
            await connection.ExecuteAsync(Command(WorkloadTables.Remove, new { ids }, cancellationToken));
            await connection.ExecuteAsync(Command(cut, new { ids, number, reach, available, offline }, cancellationToken));
        }
    }

    /// <summary>Notes that a load has run, whether it was noted before or not.</summary>
    /// <param name="connection">In its transaction.</param>
    /// <param name="load">The load.</param>
    public static Task FinishAsync(NpgsqlConnection connection, Load load) => connection.ExecuteAsync(
        """
        INSERT INTO insights.loads (load_id, requested_by, request_time, load_number, horizon, cut_off_time, workload_end_time, finish_time, segments_new,
          segments_changed, duration_ms)
        VALUES (@LoadId, @RequestedBy, @RequestTime, @LoadNumber, pg_snapshot_xmin(pg_current_snapshot()), @CutOffTime, @WorkloadEndTime, @FinishTime,
          @SegmentsNew, @SegmentsChanged, @durationMs)
        ON CONFLICT (load_id) DO UPDATE SET load_number = excluded.load_number, horizon = excluded.horizon, cut_off_time = excluded.cut_off_time,
          workload_end_time = excluded.workload_end_time, finish_time = excluded.finish_time, segments_new = excluded.segments_new,
          segments_changed = excluded.segments_changed, duration_ms = excluded.duration_ms
        """,
        new
        {
            load.LoadId,
            load.RequestedBy,
            load.RequestTime,
            load.LoadNumber,
            load.CutOffTime,
            load.WorkloadEndTime,
            load.FinishTime,
            load.SegmentsNew,
            load.SegmentsChanged,
            durationMs = (long)load.Duration.TotalMilliseconds,
        });

    /// <summary>Finds a load; null if there is none.</summary>
    /// <param name="loadId">The load.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<Load?> FindAsync(Guid loadId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await FindAsync(connection, loadId, cancellationToken);
    }

    /// <summary>Lists loads, the newest first.</summary>
    /// <param name="before">Begin before this load; null for the first page.</param>
    /// <param name="limit">Most loads.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<Load>> ListAsync(Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. (await connection.QueryAsync<Row>(new(
            $"SELECT {Columns} FROM insights.loads WHERE @before::uuid IS NULL OR load_id < @before ORDER BY load_id DESC LIMIT @limit",
            new { before, limit },
            cancellationToken: cancellationToken))).Select(row => row.ToLoad())];
    }

    /// <summary>Lists workload in the order of its start.</summary>
    /// <param name="query">Which, and from where on.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<WorkloadRow>> ListWorkloadAsync(WorkloadQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<WorkloadRow>(new(
            """
            SELECT segment_id AS SegmentId, kind AS Kind, account_sid AS AccountSid, agent_sid AS AgentSid, interval_start_time AS IntervalStartTime,
              start_time AS StartTime, talk_seconds AS TalkSeconds, wrap_up_seconds AS WrapUpSeconds, activity AS Activity, activity_seconds AS ActivitySeconds,
              idle_seconds AS IdleSeconds, parallel_conversations AS ParallelConversations, load_number AS LoadNumber, test AS Test
            FROM insights.workload
            WHERE (@StartTime::timestamptz IS NULL OR start_time >= @StartTime)
              AND (@EndTime::timestamptz IS NULL OR start_time < @EndTime)
              AND (@AccountSid::text IS NULL OR account_sid = @AccountSid)
              AND (@AgentSid::text IS NULL OR agent_sid = @AgentSid)
              AND (@SegmentId::text IS NULL OR segment_id = @SegmentId)
              AND (@Kind::smallint IS NULL OR kind = @Kind)
              AND (@AfterTime::timestamptz IS NULL OR (start_time, segment_id) > (@AfterTime, @AfterId))
            ORDER BY start_time, segment_id LIMIT @Limit
            """,
            query,
            cancellationToken: cancellationToken))];
    }

    private static CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, commandTimeout: Timeout, cancellationToken: cancellationToken);

    private sealed class Row
    {
        public Guid LoadId { get; init; }
        public string? RequestedBy { get; init; }
        public DateTime RequestTime { get; init; }
        public long? LoadNumber { get; init; }
        public DateTime? CutOffTime { get; init; }
        public DateTime? WorkloadEndTime { get; init; }
        public DateTime? FinishTime { get; init; }
        public long SegmentsNew { get; init; }
        public long SegmentsChanged { get; init; }
        public long DurationMs { get; init; }

        public Load ToLoad() => new()
        {
            LoadId = LoadId,
            RequestedBy = RequestedBy,
            RequestTime = new(RequestTime),
            LoadNumber = LoadNumber,
            CutOffTime = Utc(CutOffTime),
            WorkloadEndTime = Utc(WorkloadEndTime),
            FinishTime = Utc(FinishTime),
            SegmentsNew = SegmentsNew,
            SegmentsChanged = SegmentsChanged,
            Duration = TimeSpan.FromMilliseconds(DurationMs),
        };

        private static DateTimeOffset? Utc(DateTime? time) => time is { } known ? new(known) : null;
    }
}

/// <summary>Which workload to list; what is null does not narrow.</summary>
public sealed record WorkloadQuery(
    DateTimeOffset? StartTime, DateTimeOffset? EndTime, string? AccountSid, string? AgentSid, string? SegmentId, short? Kind, DateTimeOffset? AfterTime, string? AfterId, int Limit);

/// <summary>A piece of a segment within one quarter of an hour; <c>protos/…/load.proto</c> says what each value means.</summary>
/// <param name="SegmentId">The segment.</param>
/// <param name="Kind">1 Conversation, 2 Agent Status, 3 Deleted Workload.</param>
/// <param name="AccountSid">Its account.</param>
/// <param name="AgentSid">The agent.</param>
/// <param name="IntervalStartTime">The quarter of an hour.</param>
/// <param name="StartTime">When the piece begins.</param>
/// <param name="TalkSeconds">Talk time in it.</param>
/// <param name="WrapUpSeconds">Wrap-up time in it.</param>
/// <param name="Activity">The activity; null of a conversation.</param>
/// <param name="ActivitySeconds">Activity time in it.</param>
/// <param name="IdleSeconds">The same if the agent was available and handled nothing, else 0.</param>
/// <param name="ParallelConversations">Accepted and not completed.</param>
/// <param name="LoadNumber">The load that made it.</param>
/// <param name="Test">Whether its account is a test environment.</param>
public sealed record WorkloadRow(
    string SegmentId, short Kind, string AccountSid, string AgentSid, DateTime IntervalStartTime, DateTime StartTime, int TalkSeconds, int WrapUpSeconds, string? Activity,
    int ActivitySeconds, int IdleSeconds, int ParallelConversations, long LoadNumber, bool Test);

using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>All SQL of the refreshes.</summary>
/// <param name="database">The service's database.</param>
public sealed class RefreshStore(DurableDatabase database)
{
    // Taken by every refresh: one at a time.
    private const long Lock = 0x52424d5265667265;

    private const string Columns =
        "refresh_number AS RefreshNumber, cut_off_time AS CutOffTime, window_days AS WindowDays, requested_by AS RequestedBy, finish_time AS FinishTime, restated_days::timestamp[] AS RestatedDays, rows_changed AS RowsChanged";

    private const string Count =
        """
        WITH counted AS MATERIALIZED (
          SELECT c.* FROM unnest(@days) AS d (day), LATERAL insights.rbm_count(d.day, d.day, @cutOff, @window, @implied) c
        ), gone AS (
          DELETE FROM insights.rbm_figures f WHERE send_day = ANY(@days) AND NOT EXISTS (
            SELECT FROM counted c WHERE (c.send_day, c.agent_id, c.format, c.traffic_type, c.campaign, c.template, c.responder) = (f.send_day, f.agent_id, f.format, f.traffic_type, f.campaign, f.template, f.responder))
          RETURNING agent_id, send_day
        ), put AS (
          INSERT INTO insights.rbm_figures AS f SELECT * FROM counted
          ON CONFLICT (send_day, agent_id, format, traffic_type, campaign, template, responder) DO UPDATE SET
            sent = excluded.sent, delivered = excluded.delivered, read = excluded.read, late_delivered = excluded.late_delivered, late_read = excluded.late_read,
            max_lateness_days = excluded.max_lateness_days, expired = excluded.expired, expire_failed = excluded.expire_failed, read_without_delivered = excluded.read_without_delivered
          WHERE f IS DISTINCT FROM excluded
          RETURNING agent_id, send_day
        )
        INSERT INTO insights.rbm_days AS d (agent_id, send_day, revision)
        SELECT agent_id, send_day, 1 FROM (SELECT * FROM gone UNION SELECT * FROM put) touched
        ON CONFLICT (send_day, agent_id) DO UPDATE SET revision = d.revision + 1
        RETURNING send_day::timestamp
        """;

    /// <summary>Cut-off of the last refresh that has run; null if none has.</summary>
    /// <param name="connection">Any.</param>
    public static async Task<DateTimeOffset?> LastCutOffAsync(NpgsqlConnection connection) =>
        await connection.ExecuteScalarAsync<DateTime?>("SELECT max(cut_off_time) FROM insights.rbm_refreshes WHERE finish_time IS NOT NULL") is { } last ? new DateTimeOffset(last) : null;

    /// <summary>Waits until no other refresh runs; none begins before the end of the transaction.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <returns>Cut-off and window of the last refresh that has run; null if none has.</returns>
    public static async Task<(DateTimeOffset CutOff, int Window)?> BeginAsync(NpgsqlConnection connection)
    {
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@Lock)", new { Lock });
        return await connection.QuerySingleOrDefaultAsync<RefreshRow>($"SELECT {Columns} FROM insights.rbm_refreshes WHERE finish_time IS NOT NULL ORDER BY refresh_number DESC LIMIT 1") is { } last
            ? (last.CutOffTime, last.WindowDays)
            : null;
    }

    /// <summary>Days with recorded messages, from a day on.</summary>
    /// <param name="connection">In the transaction.</param>
    /// <param name="before">Days before this one.</param>
    public static async Task<DateTime[]> AllDaysAsync(NpgsqlConnection connection, DateTime before) =>
        [.. await connection.QueryAsync<DateTime>(
            """
            WITH RECURSIVE days AS (
              (SELECT send_day FROM insights.rbm_messages WHERE recorded ORDER BY send_day LIMIT 1)
              UNION ALL
              SELECT (SELECT m.send_day FROM insights.rbm_messages m WHERE m.recorded AND m.send_day > days.send_day ORDER BY m.send_day LIMIT 1) FROM days WHERE days.send_day IS NOT NULL
            )
            SELECT send_day::timestamp FROM days WHERE send_day < @before::date UNION SELECT DISTINCT send_day::timestamp FROM insights.rbm_figures
            """,
            new { before })];

    /// <summary>Days before the window whose messages changed.</summary>
    /// <param name="connection">In the transaction.</param>
    public static async Task<List<ChangedDay>> ChangedDaysAsync(NpgsqlConnection connection) =>
        [.. await connection.QueryAsync<ChangedDay>("SELECT send_day::timestamp AS Day, change_id AS ChangeId FROM insights.rbm_changed_days")];

    /// <summary>Counts days and writes what is different.</summary>
    /// <param name="connection">In the transaction.</param>
    /// <param name="days">The days.</param>
    /// <param name="cutOff">End of what is counted.</param>
    /// <param name="window">Days on which receipts count.</param>
    /// <param name="implied">Whether a read receipt stands for a missing delivery receipt.</param>
    /// <returns>The day of each row of agent and day that changed.</returns>
    public static async Task<List<DateTime>> CountAsync(NpgsqlConnection connection, DateTime[] days, DateTimeOffset cutOff, int window, bool implied)
    {
        var dates = Array.ConvertAll(days, DateOnly.FromDateTime);
        return [.. await connection.QueryAsync<DateTime>(new(Count, new { days = dates, cutOff, window, implied }, commandTimeout: 600))];
    }

    /// <summary>Enters a refresh that is to run.</summary>
    /// <param name="connection">In the transaction.</param>
    /// <param name="requestedBy">Who asked for it; null for that of every day.</param>
    /// <param name="now">When.</param>
    /// <returns>Its number.</returns>
    public static Task<long> AddAsync(NpgsqlConnection connection, string? requestedBy, DateTimeOffset now) => connection.ExecuteScalarAsync<long>(
        "INSERT INTO insights.rbm_refreshes (cut_off_time, window_days, requested_by, start_time) VALUES ('infinity', 0, @requestedBy, @now) RETURNING refresh_number", new { requestedBy, now });

    /// <summary>Enters the result of a refresh, and forgets the changed days that it has counted.</summary>
    /// <param name="connection">In the transaction.</param>
    /// <param name="row">The result.</param>
    /// <param name="counted">The changed days as they were read.</param>
    public static Task FinishAsync(NpgsqlConnection connection, RefreshRow row, IReadOnlyCollection<ChangedDay> counted) => connection.ExecuteAsync(
        """
        UPDATE insights.rbm_refreshes SET cut_off_time = @CutOffTime, window_days = @WindowDays, finish_time = @FinishTime, restated_days = @RestatedDays::date[], rows_changed = @RowsChanged
        WHERE refresh_number = @RefreshNumber;
        DELETE FROM insights.rbm_changed_days WHERE change_id = ANY(@changes) AND event_time < @CutOffTime;
        """,
        new { row.CutOffTime, row.WindowDays, row.FinishTime, row.RestatedDays, row.RowsChanged, row.RefreshNumber, changes = counted.Select(day => day.ChangeId).ToArray() });

    /// <summary>Lists refreshes, the newest first.</summary>
    /// <param name="before">Number where the page before ended; null for the first.</param>
    /// <param name="limit">Most rows.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<RefreshRow>> ListAsync(long? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<RefreshRow>(new(
            $"SELECT {Columns} FROM (SELECT refresh_number, CASE WHEN finish_time IS NOT NULL THEN cut_off_time ELSE start_time END AS cut_off_time, window_days, requested_by, finish_time, restated_days, rows_changed FROM insights.rbm_refreshes) r WHERE @before::bigint IS NULL OR refresh_number < @before ORDER BY refresh_number DESC LIMIT @limit",
            new { before, limit },
            cancellationToken: cancellationToken))];
    }
}

/// <summary>A publication of the figures.</summary>
public sealed record RefreshRow
{
    /// <summary>Rises by one from refresh to refresh.</summary>
    public required long RefreshNumber { get; init; }

    /// <summary>End of what is counted; of no meaning before it has run.</summary>
    public required DateTimeOffset CutOffTime { get; init; }

    /// <summary>Days on which receipts count.</summary>
    public required int WindowDays { get; init; }

    /// <summary>Who asked for it; null for that of every day.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? FinishTime { get; init; }

    /// <summary>Days before the window whose figures changed.</summary>
    public DateTime[] RestatedDays { get; init; } = [];

    /// <summary>Rows of agent and day that changed.</summary>
    public long RowsChanged { get; init; }
}

/// <summary>A day before the window whose messages changed.</summary>
/// <param name="Day">The day.</param>
/// <param name="ChangeId">Another one with each change.</param>
public sealed record ChangedDay(DateTime Day, Guid ChangeId);

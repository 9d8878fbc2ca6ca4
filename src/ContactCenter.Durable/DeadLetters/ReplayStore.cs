using System.Text.Json;
using Dapper;
using Npgsql;

namespace ContactCenter.Durable.DeadLetters;

/// <summary>All SQL of the bulk replays.</summary>
internal static class ReplayStore
{
    private const string Fields =
        """
        id, filter AS FilterJson, state, matched, replayed, rate_per_second AS RatePerSecond, re_render AS ReRender,
        started_time AS StartedTime, finished_time AS FinishedTime, snapshot::text AS Snapshot
        """;

    /// <summary>Names the transactions that have committed so far.</summary>
    public static async Task<string> TakeSnapshotAsync(NpgsqlConnection connection) =>
        (await connection.ExecuteScalarAsync<string>("SELECT pg_current_snapshot()::text"))!;

    /// <summary>Remembers a dry run.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, Guid id, DeadLetterFilter filter, string snapshot, int matched, DateTimeOffset now) =>
        await connection.ExecuteAsync(
            "INSERT INTO durable.replays (id, filter, snapshot, matched, created_time) VALUES (@id, @filter::jsonb, @snapshot::pg_snapshot, @matched, @now)",
            new { id, filter = JsonSerializer.Serialize(filter), snapshot, matched, now });

    /// <summary>Turns a dry run made after the given time into a running replay; null if there is none.</summary>
    public static async Task<BulkReplay?> StartAsync(NpgsqlConnection connection, Guid id, int rate, bool reRender, DateTimeOffset now, DateTimeOffset after) =>
        (await connection.QuerySingleOrDefaultAsync<Row>(
            $"""
            UPDATE durable.replays SET state = 'RUNNING', rate_per_second = @rate, re_render = @reRender, started_time = @now
            WHERE id = @id AND state = 'DRY_RUN' AND created_time > @after
            RETURNING {Fields}
            """,
            new { id, rate, reRender, now, after }))?.ToReplay();

    /// <summary>Reads a replay that was started.</summary>
    public static async Task<BulkReplay?> FindAsync(NpgsqlConnection connection, Guid id) =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Fields} FROM durable.replays WHERE id = @id AND state <> 'DRY_RUN'", new { id }))?.ToReplay();

    /// <summary>Reads a running replay with its snapshot and keeps others from changing it; null if it is not running any more.</summary>
    public static async Task<(BulkReplay Replay, string Snapshot)?> LockRunningAsync(NpgsqlConnection connection, Guid id) =>
        await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Fields} FROM durable.replays WHERE id = @id AND state = 'RUNNING' FOR UPDATE", new { id }) is { } row
            ? (row.ToReplay(), row.Snapshot)
            : null;

    /// <summary>Counts letters that were moved back in the same transaction.</summary>
    public static async Task AdvanceAsync(NpgsqlConnection connection, Guid id, int replayed, bool isDone, DateTimeOffset now) =>
        await connection.ExecuteAsync(
            """
            UPDATE durable.replays SET replayed = replayed + @replayed, state = CASE WHEN @isDone THEN 'DONE' ELSE state END, finished_time = CASE WHEN @isDone THEN @now END
            WHERE id = @id
            """,
            new { id, replayed, isDone, now });

    /// <summary>Ends a running replay; waits for the portion in hand.</summary>
    public static async Task CancelAsync(NpgsqlConnection connection, Guid id, DateTimeOffset now) =>
        await connection.ExecuteAsync("UPDATE durable.replays SET state = 'CANCELLED', finished_time = @now WHERE id = @id AND state = 'RUNNING'", new { id, now });

    private sealed record Row
    {
        public required Guid Id { get; init; }

        public required string FilterJson { get; init; }

        public required ReplayState State { get; init; }

        public required int Matched { get; init; }

        public required int Replayed { get; init; }

        public required int RatePerSecond { get; init; }

        public required bool ReRender { get; init; }

        public required DateTimeOffset StartedTime { get; init; }

        public DateTimeOffset? FinishedTime { get; init; }

        public required string Snapshot { get; init; }

        public BulkReplay ToReplay() => new()
        {
            Id = Id,
            Filter = JsonSerializer.Deserialize<DeadLetterFilter>(FilterJson)!,
            State = State,
            Matched = Matched,
            Replayed = Replayed,
            RatePerSecond = RatePerSecond,
            ReRender = ReRender,
            StartedTime = StartedTime,
            FinishedTime = FinishedTime,
        };
    }
}

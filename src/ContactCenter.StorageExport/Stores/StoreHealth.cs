using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Events.Storage;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using V1 = ContactCenter.Storage.V1;

namespace ContactCenter.StorageExport.Stores;

/// <summary>
/// Whether the store can be written to, for all processes (STO-62): after an error that concerns every file the files wait,
/// and one of them at a time tries again.
/// </summary>
internal static class StoreHealth
{
    // Who has to look at a changed key is a person.
    private static readonly TimeSpan MismatchInterval = TimeSpan.FromMinutes(5);

    /// <summary>Reads the state of the active store, and takes the turn to try it if it is down and one is due.</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="now">The time.</param>
    /// <param name="interval">From one try to the next.</param>
    /// <returns>Null if no store is configured.</returns>
    public static Task<StoreTurn?> TakeTurnAsync(NpgsqlConnection connection, DateTimeOffset now, TimeSpan interval) => connection.QuerySingleOrDefaultAsync<StoreTurn>(
        """
        WITH turn AS (
          UPDATE storage.stores SET next_probe_time = @next WHERE active AND is_down AND next_probe_time <= @now RETURNING store_id
        )
        SELECT s.store_id AS StoreId, s.revision AS Revision, s.is_down AS IsDown, s.next_probe_time AS NextProbeTime, t.store_id IS NOT NULL AS IsTurn
        FROM storage.stores s LEFT JOIN turn t USING (store_id) WHERE s.active
        """,
        new { now, next = now + interval });

    /// <summary>Reads the state of the active store without taking a turn; null if no store is configured.</summary>
    /// <param name="connection">A connection.</param>
    public static Task<StoreTurn?> FindAsync(NpgsqlConnection connection) => connection.QuerySingleOrDefaultAsync<StoreTurn>(
        "SELECT store_id AS StoreId, revision AS Revision, is_down AS IsDown, next_probe_time AS NextProbeTime, false AS IsTurn FROM storage.stores WHERE active");

    /// <summary>Lets files wait, unless the store's settings have changed since it was tried.</summary>
    /// <param name="transaction">Commits it.</param>
    /// <param name="store">The store as it was tried.</param>
    /// <param name="failure">Why.</param>
    /// <param name="now">The time.</param>
    /// <param name="interval">From one try to the next.</param>
    /// <returns>How long they wait.</returns>
    public static async Task<TimeSpan> FailedAsync(DurableTransaction transaction, StoreTurn store, StoreException failure, DateTimeOffset now, TimeSpan interval)
    {
        var pause = failure.Reason == StorageErrors.HostKeyMismatch ? MismatchInterval : interval;
        var isNews = await transaction.Connection.ExecuteScalarAsync<bool?>(
            """
            UPDATE storage.stores AS s SET is_down = true, health_reason = @Reason, health_detail = @Detail, next_probe_time = @next,
              health_time = CASE WHEN before.is_down THEN s.health_time ELSE @now END
            FROM (SELECT store_id, is_down FROM storage.stores WHERE store_id = @StoreId AND revision = @Revision FOR UPDATE) AS before
            WHERE s.store_id = before.store_id RETURNING NOT before.is_down
            """,
            new { store.StoreId, store.Revision, failure.Reason, failure.Detail, now, next = now + pause });
        if (isNews is true)
            await PublishAsync(transaction, now);
        return isNews is null ? TimeSpan.Zero : pause;
    }

    /// <summary>Lets files be written again.</summary>
    /// <param name="transaction">Commits it.</param>
    /// <param name="storeId">The store.</param>
    /// <param name="now">The time.</param>
    public static async Task WorksAsync(DurableTransaction transaction, Guid storeId, DateTimeOffset now)
    {
        var changed = await transaction.Connection.ExecuteAsync(
            """
            UPDATE storage.stores SET is_down = false, health_reason = '', health_detail = '', health_time = @now, next_probe_time = NULL
            WHERE store_id = @storeId AND is_down
            """,
            new { storeId, now });
        if (changed > 0)
            await PublishAsync(transaction, now);
    }

    /// <summary>Tells when a file has come to wait for more than an hour, and when none does any more (STO-63).</summary>
    /// <param name="transaction">Commits it.</param>
    /// <param name="now">The time.</param>
    public static async Task WatchAsync(DurableTransaction transaction, DateTimeOffset now)
    {
        var changed = await transaction.Connection.ExecuteAsync(
            """
            UPDATE storage.stores s SET is_overdue = w.is_overdue
            FROM (SELECT EXISTS (SELECT FROM storage.files WHERE state IN ('PENDING', 'UPLOADING') AND state_time < @before) AS is_overdue) w
            WHERE s.active AND s.is_overdue <> w.is_overdue
            """,
            new { before = now - Backlog.OverdueAfter });
        if (changed > 0)
            await PublishAsync(transaction, now);
    }

    /// <summary>What waits, and how the active store is; null if none is configured.</summary>
    /// <param name="connection">A connection.</param>
    public static Task<HealthReport?> ReadAsync(NpgsqlConnection connection) => connection.QuerySingleOrDefaultAsync<HealthReport>(
        """
        SELECT s.store_id AS StoreId, s.is_down AS IsDown, s.health_reason AS Reason, s.health_detail AS Detail, s.health_time AS ChangeTime,
          s.next_probe_time AS NextProbeTime, s.is_overdue AS IsOverdue, w.files AS WaitingFiles, w.bytes AS WaitingBytes, w.oldest AS OldestWaitingTime
        FROM storage.stores s CROSS JOIN (
          SELECT count(*) AS files, coalesce(sum(size), 0)::bigint AS bytes, min(state_time) AS oldest FROM storage.files WHERE state IN ('PENDING', 'UPLOADING')) AS w
        WHERE s.active
        """);

    private static async Task PublishAsync(DurableTransaction transaction, DateTimeOffset now)
    {
        if (await ReadAsync(transaction.Connection) is not { } report)
            return;
        transaction.Publish(
            new StoreHealthChanged
            {
                EventId = Guid.CreateVersion7(now),
                OccurredTime = now,
                RecordedTime = now,
                StoreId = report.StoreId.ToString(),
                Healthy = !report.IsDown,
                Reason = report.Reason,
                WaitingFiles = report.WaitingFiles,
                WaitingBytes = report.WaitingBytes,
                OldestWaitingTime = report.OldestWaitingTime is { } oldest ? new DateTimeOffset(oldest) : null,
                Overdue = report.IsOverdue,
            },
            $"stores/{report.StoreId}",
            mandatory: false);
    }
}

/// <summary>The active store, as one who wants to write to it finds it.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="Revision">Number of its settings' present state.</param>
/// <param name="IsDown">Whether files wait.</param>
/// <param name="NextProbeTime">When one of them tries it next; null if it is not down.</param>
/// <param name="IsTurn">Whether that one is the asker, now.</param>
internal sealed record StoreTurn(Guid StoreId, long Revision, bool IsDown, DateTime? NextProbeTime, bool IsTurn);

/// <summary>How the active store is.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="IsDown">Whether files wait.</param>
/// <param name="Reason">Why; empty if it is not down.</param>
/// <param name="Detail">The same in words.</param>
/// <param name="ChangeTime">Since when it is as it is.</param>
/// <param name="NextProbeTime">When it is tried again; null if it is not down.</param>
/// <param name="IsOverdue">Whether it was told that a file has waited for more than an hour.</param>
/// <param name="WaitingFiles">How many files wait.</param>
/// <param name="WaitingBytes">How many bytes these have.</param>
/// <param name="OldestWaitingTime">Since when the oldest waits; null if none does.</param>
internal sealed record HealthReport(
    Guid StoreId, bool IsDown, string Reason, string Detail, DateTime ChangeTime, DateTime? NextProbeTime, bool IsOverdue, long WaitingFiles, long WaitingBytes, DateTime? OldestWaitingTime)
{
    /// <summary>The report as callers see it.</summary>
    /// <param name="now">The time.</param>
    public V1.StoreHealth ToMessage(DateTimeOffset now) => new()
    {
        Healthy = !IsDown,
        Degraded = OldestWaitingTime is { } oldest && now - oldest > Backlog.DegradedAfter,
        Reason = Reason,
        Detail = Detail,
        ChangeTime = ChangeTime.ToTimestamp(),
        NextProbeTime = NextProbeTime?.ToTimestamp(),
        WaitingFiles = WaitingFiles,
        WaitingBytes = WaitingBytes,
        OldestWaitingTime = OldestWaitingTime?.ToTimestamp(),
        Overdue = OldestWaitingTime is { } first && now - first > Backlog.OverdueAfter,
    };
}

using ContactCenter.Durable;
using ContactCenter.FollowUpScheduler.Records;
using Dapper;

namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>Plans attempts, each with its job in the same transaction (FUP-38, FUP-65).</summary>
internal static class NotificationPlanner
{
    /// <summary>Plans attempts; one that exists is left alone unless it was withdrawn.</summary>
    public static async Task PlanAsync(DurableTransaction transaction, string followUpId, IReadOnlyCollection<PlannedAttempt> attempts, DateTimeOffset due, DateTimeOffset now)
    {
        if (attempts.Count == 0)
            return;
        var planned = await transaction.Connection.QueryAsync<(Guid NotificationId, Guid RecordId, string UserId)>(
            """
            WITH counted AS (
              UPDATE followups.record_recipients p SET planned = greatest(planned, a.attempt)
              FROM unnest(@records, @users, @attempts) a(record_id, user_id, attempt) WHERE p.record_id = a.record_id AND p.user_id = a.user_id)
            INSERT INTO followups.notifications AS n (notification_id, follow_up_id, record_id, episode, attempt, user_id, state, due_time, effective_due_time)
            SELECT id, @followUpId, record_id, episode, attempt, user_id, 'PENDING', @due, @due
            FROM unnest(@ids, @records, @episodes, @users, @attempts) a(id, record_id, episode, user_id, attempt)
            ON CONFLICT (record_id, episode, user_id, attempt) DO UPDATE SET state = 'PENDING', reason = '', due_time = excluded.due_time, effective_due_time = excluded.effective_due_time
              WHERE n.state = 'CANCELED'
            RETURNING notification_id, record_id, user_id
            """,
            new
            {
                followUpId,
                due,
                ids = attempts.Select(_ => Guid.CreateVersion7(now)).ToArray(),
                records = attempts.Select(attempt => attempt.RecordId).ToArray(),
                episodes = attempts.Select(attempt => attempt.Episode).ToArray(),
                users = attempts.Select(attempt => attempt.UserId).ToArray(),
                attempts = attempts.Select(attempt => attempt.Attempt).ToArray(),
            });
        foreach (var (notificationId, recordId, userId) in planned)
            Enqueue(transaction, followUpId, notificationId, recordId, userId, due);
    }

    /// <summary>Lets held notifications be decided about again.</summary>
    public static async Task ReleaseAsync(DurableTransaction transaction, string followUpId, string[] reasons, DateTimeOffset now)
    {
        var released = await transaction.Connection.QueryAsync<(Guid NotificationId, Guid RecordId, string UserId)>(
            """
            UPDATE followups.notifications SET effective_due_time = CASE WHEN reason = 'POLL_PENDING' THEN effective_due_time ELSE @now END
            WHERE follow_up_id = @followUpId AND state = 'DEFERRED' AND reason = ANY (@reasons)
            RETURNING notification_id, record_id, user_id
            """,
            new { followUpId, reasons, now });
        foreach (var (notificationId, recordId, userId) in released)
            Enqueue(transaction, followUpId, notificationId, recordId, userId, now);
    }

    /// <summary>Enqueues the job of a notification, or moves the one that waits. Those of one record and recipient never overtake each other (FUP-119).</summary>
    public static void Enqueue(DurableTransaction transaction, string followUpId, Guid notificationId, Guid recordId, string userId, DateTimeOffset due) => transaction.Enqueue(
        NotificationJob.Kind,
        new NotificationJob(notificationId),
        new JobOptions { Key = $"{recordId:N}/{userId}", Group = followUpId, DeduplicationKey = notificationId.ToString("N"), DueTime = due, MovesExisting = true });
}

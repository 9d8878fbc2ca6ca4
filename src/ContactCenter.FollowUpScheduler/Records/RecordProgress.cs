using ContactCenter.Durable;
using ContactCenter.Events.FollowUps;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Notifications;
using ContactCenter.FollowUpScheduler.PostActions;
using Dapper;

namespace ContactCenter.FollowUpScheduler.Records;

/// <summary>What follows when attempts have ended: complete rounds, exhausted records, and their post actions (FUP-68, FUP-86, FUP-87).</summary>
/// <param name="postActions">Plans the post actions.</param>
public sealed class RecordProgress(PostActionPlanner postActions)
{
    /// <summary>Counts attempts that have ended and sees what follows.</summary>
    /// <param name="transaction">The transaction that ends them.</param>
    /// <param name="followUp">The follow-up.</param>
    /// <param name="notifications">The attempts.</param>
    /// <param name="now">Now.</param>
    public async Task SettleAsync(DurableTransaction transaction, StoredFollowUp followUp, IReadOnlyCollection<StoredNotification> notifications, DateTimeOffset now)
    {
        // The record first: two recipients of it settle one after the other, and the last one sees both.
        await transaction.Connection.ExecuteAsync(
            """
            SELECT FROM followups.records WHERE record_id = ANY (@records) ORDER BY record_id FOR UPDATE;
            UPDATE followups.record_recipients p SET settled = greatest(settled, n.attempt)
            FROM unnest(@records, @users, @attempts, @episodes) n(record_id, user_id, attempt, episode), followups.records r
            WHERE p.record_id = n.record_id AND p.user_id = n.user_id AND r.record_id = n.record_id AND r.episode = n.episode
            """,
            new
            {
                records = notifications.Select(notification => notification.RecordId).ToArray(),
                users = notifications.Select(notification => notification.UserId).ToArray(),
                attempts = notifications.Select(notification => notification.Attempt).ToArray(),
                episodes = notifications.Select(notification => notification.Episode).ToArray(),
            });
        await EvaluateAsync(transaction, followUp, [.. notifications.Select(notification => notification.RecordId).Distinct()], now);
    }

    /// <summary>Sees what follows for records whose recipients have changed.</summary>
    /// <param name="transaction">A transaction that has locked them.</param>
    /// <param name="followUp">The follow-up.</param>
    /// <param name="recordIds">The records.</param>
    /// <param name="now">Now.</param>
    public async Task EvaluateAsync(DurableTransaction transaction, StoredFollowUp followUp, Guid[] recordIds, DateTimeOffset now)
    {
        var records = (await transaction.Connection.QueryAsync<(Guid RecordId, string ReconciliationId, int Episode, int Before, int Rounds)>(
            """
            WITH least AS (
              SELECT record_id, min(settled) AS rounds FROM followups.record_recipients WHERE record_id = ANY (@recordIds) AND NOT removed AND blocked_reason = '' GROUP BY record_id),
            advanced AS (
              SELECT r.record_id, r.rounds FROM followups.records r JOIN least l USING (record_id)
              WHERE r.state = 'ACTIVE' AND (l.rounds > r.rounds OR l.rounds >= @attempts))
            UPDATE followups.records r SET rounds = greatest(r.rounds, l.rounds), state = CASE WHEN l.rounds >= @attempts THEN 'EXHAUSTED' ELSE r.state END
            FROM least l, advanced a WHERE r.record_id = l.record_id AND a.record_id = r.record_id
            RETURNING r.record_id, r.reconciliation_id, r.episode, a.rounds, l.rounds
            """,
            new { recordIds, attempts = followUp.Attempts })).ToList();
        if (records.Count == 0)
            return;
        var exhausted = records.Where(record => record.Rounds >= followUp.Attempts).ToList();
        await postActions.RoundsAsync(
            transaction,
            followUp,
            [.. records.SelectMany(record => Enumerable.Range(record.Before + 1, Math.Max(0, record.Rounds - record.Before)).Select(round => (record.RecordId, record.Episode, round)))],
            [.. exhausted.Select(record => (record.RecordId, record.Episode))],
            now);
        foreach (var record in exhausted)
        {
            transaction.Publish(
                new FollowUpExhausted
                {
                    EventId = Guid.CreateVersion7(now),
                    OccurredTime = now,
                    RecordedTime = now,
                    FollowUpId = followUp.Id,
                    RecordId = record.RecordId.ToString(),
                    ReconciliationId = record.ReconciliationId,
                    Episode = record.Episode,
                },
                record.RecordId.ToString(),
                mandatory: false);
        }
    }
}

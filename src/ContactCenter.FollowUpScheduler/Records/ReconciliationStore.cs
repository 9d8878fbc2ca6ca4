using Dapper;
using Npgsql;

namespace ContactCenter.FollowUpScheduler.Records;

/// <summary>The SQL of reconciliation: few statements however many records there are.</summary>
internal static class ReconciliationStore
{
    /// <summary>Reads the open records of a follow-up, and closed ones that are back, and keeps others from changing them.</summary>
    public static async Task<IReadOnlyList<TrackedRecord>> LockAsync(NpgsqlConnection connection, string followUpId, string[] ids)
    {
        var records = (await connection.QueryAsync<(Guid RecordId, string Id, int Episode, string State, string[] Sources)>(
            """
            SELECT record_id, reconciliation_id, episode, state, sources FROM followups.records
            WHERE follow_up_id = @followUpId AND (state <> 'CLOSED' OR reconciliation_id = ANY (@ids)) ORDER BY record_id FOR UPDATE
            """,
            new { followUpId, ids })).ToList();
        var recipients = (await connection.QueryAsync<(Guid RecordId, string UserId, string[] Groups, bool Removed, int Planned, int Settled)>(
            "SELECT record_id, user_id, group_ids, removed, planned, settled FROM followups.record_recipients WHERE record_id = ANY (@records)",
            new { records = records.Select(record => record.RecordId).ToArray() }))
            .ToLookup(row => row.RecordId, row => new TrackedRecipient(row.UserId, row.Groups, row.Removed, row.Planned, row.Settled));
        return [.. records.Select(record => new TrackedRecord(record.RecordId, record.Id, record.Episode, record.State, record.Sources, [.. recipients[record.RecordId]]))];
    }

    /// <summary>Stores what a poll changes in records and recipients, and withdraws what must not be sent any more.</summary>
    public static async Task SaveAsync(NpgsqlConnection connection, string followUpId, Reconciliation changes, DateTimeOffset now)
    {
        var begun = changes.New.Concat(changes.Restarted).ToList();
        var present = begun.Concat(changes.Continued).ToList();
        var rows = present.SelectMany(record => record.Matched.Recipients.Select(recipient => (record.RecordId, Recipient: recipient))).ToList();
        await connection.ExecuteAsync(
            """
            INSERT INTO followups.records (record_id, follow_up_id, reconciliation_id, episode, state, data, sources, open_time)
            SELECT id, @followUpId, reconciliation_id, episode, 'ACTIVE', data::json, string_to_array(sources, E'\n'), @now
            FROM unnest(@begun, @begunIds, @episodes, @begunData, @begunSources) b(id, reconciliation_id, episode, data, sources)
            ON CONFLICT (record_id) DO UPDATE SET episode = excluded.episode, state = 'ACTIVE', data = excluded.data, sources = excluded.sources, rounds = 0, open_time = excluded.open_time,
              close_time = NULL, close_reason = '', answer_action = NULL, answer_user = NULL, answer_time = NULL, answer_notification = NULL, answer_effect = NULL;
            UPDATE followups.records r SET data = c.data::json, sources = string_to_array(c.sources, E'\n')
            FROM unnest(@continued, @continuedData, @continuedSources) c(id, data, sources) WHERE r.record_id = c.id;
            UPDATE followups.records r SET state = 'CLOSED', close_time = @now, close_reason = c.reason
            FROM unnest(@closed, @reasons) c(id, reason) WHERE r.record_id = c.id;
            DELETE FROM followups.record_recipients WHERE record_id = ANY (@begun);
            INSERT INTO followups.record_recipients (record_id, user_id, group_ids, blocked_reason)
            SELECT id, user_id, string_to_array(groups, E'\n'), blocked FROM unnest(@recipientRecords, @users, @groups, @blocked) p(id, user_id, groups, blocked)
            ON CONFLICT (record_id, user_id) DO UPDATE SET group_ids = excluded.group_ids, blocked_reason = excluded.blocked_reason, removed = false;
            UPDATE followups.record_recipients p SET removed = true
            WHERE p.record_id = ANY (@continued) AND NOT p.removed
              AND NOT EXISTS (SELECT FROM unnest(@recipientRecords, @users) k(id, user_id) WHERE k.id = p.record_id AND k.user_id = p.user_id);
            UPDATE followups.notifications n SET state = 'CANCELED', reason = 'RECORD_CLOSED'
            WHERE n.record_id = ANY (@closed || @begun) AND n.state IN ('PENDING', 'DEFERRED');
            UPDATE followups.notifications n SET state = 'CANCELED', reason = 'RECIPIENT_REMOVED'
            FROM followups.record_recipients p
            WHERE n.record_id = ANY (@continued) AND n.state IN ('PENDING', 'DEFERRED') AND p.record_id = n.record_id AND p.user_id = n.user_id AND p.removed
            """,
            new
            {
                followUpId,
                now,
                begun = begun.Select(record => record.RecordId).ToArray(),
                begunIds = begun.Select(record => record.Matched.ReconciliationId).ToArray(),
                episodes = begun.Select(record => record.Episode).ToArray(),
                begunData = begun.Select(record => record.Matched.Data).ToArray(),
                begunSources = begun.Select(record => Joined(record.Matched.Sources)).ToArray(),
                continued = changes.Continued.Select(record => record.RecordId).ToArray(),
                continuedData = changes.Continued.Select(record => record.Matched.Data).ToArray(),
                continuedSources = changes.Continued.Select(record => Joined(record.Matched.Sources)).ToArray(),
                closed = changes.Closed.Select(closed => closed.Record.RecordId).ToArray(),
                reasons = changes.Closed.Select(closed => closed.Reason).ToArray(),
                recipientRecords = rows.Select(row => row.RecordId).ToArray(),
                users = rows.Select(row => row.Recipient.UserId).ToArray(),
                groups = rows.Select(row => Joined(row.Recipient.GroupIds)).ToArray(),
                blocked = rows.Select(row => row.Recipient.BlockedReason).ToArray(),
            });
    }

    // unnest flattens arrays of arrays; ids have no control characters.
    private static string Joined(IEnumerable<string> texts) => string.Join('\n', texts);
}

using ContactCenter.Durable;
using ContactCenter.FollowUps.V1;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace ContactCenter.FollowUpScheduler.Records;

/// <summary>The SQL of records as callers see them, and of what ends them outside polls.</summary>
/// <param name="database">The service's database.</param>
public sealed class RecordStore(DurableDatabase database)
{
    private const string Select =
        """
        SELECT record_id AS RecordId, follow_up_id AS FollowUpId, reconciliation_id AS ReconciliationId, episode AS Episode, state AS State, data::text AS Data, open_time AS OpenTime,
          close_time AS CloseTime, close_reason AS CloseReason, answer_action AS AnswerAction, answer_user AS AnswerUser, answer_time AS AnswerTime,
          answer_notification AS AnswerNotification, answer_effect AS AnswerEffect
        FROM followups.records
        """;

    /// <summary>Finds a record.</summary>
    /// <param name="recordId">The record.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<Record?> FindAsync(Guid recordId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await ReadAsync(connection, $"{Select} WHERE record_id = @recordId", new { recordId }, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Finds a record and keeps others from changing it.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="recordId">The record.</param>
    /// <returns>Null if there is none.</returns>
    public static async Task<Record?> LockAsync(NpgsqlConnection connection, Guid recordId) =>
        (await ReadAsync(connection, $"{Select} WHERE record_id = @recordId FOR UPDATE", new { recordId }, CancellationToken.None)).SingleOrDefault();

    /// <summary>Lists records by their reconciliation ids.</summary>
    /// <param name="followUpId">Of this follow-up.</param>
    /// <param name="state">Only in this state; empty for all.</param>
    /// <param name="reconciliationId">Only of this id; empty for all.</param>
    /// <param name="after">Begin after this id; empty for the first page.</param>
    /// <param name="limit">Most records.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<Record>> ListAsync(string followUpId, string state, string reconciliationId, string after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await ReadAsync(
            connection,
            $"""
            {Select} WHERE follow_up_id = @followUpId AND (@state = '' OR state = @state) AND (@reconciliationId = '' OR reconciliation_id = @reconciliationId) AND reconciliation_id > @after
            ORDER BY reconciliation_id LIMIT @limit
            """,
            new { followUpId, state, reconciliationId, after, limit },
            cancellationToken);
    }

    /// <summary>Ends the attempts of a record and withdraws what is unsent.</summary>
    /// <param name="connection">In a transaction that has locked it.</param>
    /// <param name="recordId">The record.</param>
    /// <param name="state">Its new state.</param>
    /// <param name="reason">Why.</param>
    public static Task EndAsync(NpgsqlConnection connection, Guid recordId, string state, string reason) => connection.ExecuteAsync(
        """
        UPDATE followups.records SET state = @state, close_reason = @reason WHERE record_id = @recordId;
        UPDATE followups.notifications SET state = 'CANCELED', reason = 'RECORD_' || @state WHERE record_id = @recordId AND state IN ('PENDING', 'DEFERRED')
        """,
        new { recordId, state, reason });

    /// <summary>Closes the open records of a follow-up and withdraws what is unsent.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="followUpId">The follow-up.</param>
    /// <param name="reason">Why.</param>
    /// <param name="now">Now.</param>
    /// <returns>The records that were closed.</returns>
    public static async Task<IReadOnlyList<(Guid RecordId, string ReconciliationId, int Episode)>> CloseAllAsync(NpgsqlConnection connection, string followUpId, string reason, DateTimeOffset now)
    {
        await connection.ExecuteAsync(
            "UPDATE followups.notifications SET state = 'CANCELED', reason = @reason WHERE follow_up_id = @followUpId AND state IN ('PENDING', 'DEFERRED')", new { followUpId, reason });
        return [.. await connection.QueryAsync<(Guid, string, int)>(
            """
            UPDATE followups.records SET state = 'CLOSED', close_time = @now, close_reason = @reason WHERE follow_up_id = @followUpId AND state <> 'CLOSED'
            RETURNING record_id, reconciliation_id, episode
            """,
            new { followUpId, reason, now })];
    }

    /// <summary>Stores the answer that counts.</summary>
    /// <param name="connection">In a transaction that has locked the record.</param>
    /// <param name="recordId">The record.</param>
    /// <param name="answer">The answer.</param>
    public static Task AnswerAsync(NpgsqlConnection connection, Guid recordId, Answer answer) => connection.ExecuteAsync(
        """
        UPDATE followups.records SET answer_action = @ActionId, answer_user = @UserId, answer_time = @time, answer_notification = @notification, answer_effect = @Effect
        WHERE record_id = @recordId
        """,
        new { recordId, answer.ActionId, answer.UserId, time = answer.AnswerTime.ToDateTimeOffset(), notification = Guid.Parse(answer.NotificationId), answer.Effect });

    private static async Task<IReadOnlyList<Record>> ReadAsync(NpgsqlConnection connection, string sql, object parameters, CancellationToken cancellationToken)
    {
        var rows = (await connection.QueryAsync<Row>(new(sql, parameters, cancellationToken: cancellationToken))).ToList();
        var recipients = (await connection.QueryAsync<(Guid RecordId, string UserId, string BlockedReason, int Planned)>(new(
            "SELECT record_id, user_id, blocked_reason, planned FROM followups.record_recipients WHERE record_id = ANY (@records) AND NOT removed ORDER BY user_id",
            new { records = rows.Select(row => row.RecordId).ToArray() },
            cancellationToken: cancellationToken)))
            .ToLookup(row => row.RecordId, row => new RecordRecipient { UserId = row.UserId, BlockedReason = row.BlockedReason, Attempts = row.Planned });
        return [.. rows.Select(row => row.ToMessage(recipients[row.RecordId]))];
    }

    private sealed class Row
    {
        public Guid RecordId { get; init; }
        public string FollowUpId { get; init; } = "";
        public string ReconciliationId { get; init; } = "";
        public int Episode { get; init; }
        public string State { get; init; } = "";
        public string Data { get; init; } = "";
        public DateTime OpenTime { get; init; }
        public DateTime? CloseTime { get; init; }
        public string CloseReason { get; init; } = "";
        public string? AnswerAction { get; init; }
        public string? AnswerUser { get; init; }
        public DateTime? AnswerTime { get; init; }
        public Guid? AnswerNotification { get; init; }
        public string? AnswerEffect { get; init; }

        public Record ToMessage(IEnumerable<RecordRecipient> recipients) => new()
        {
            RecordId = RecordId.ToString(),
            FollowUpId = FollowUpId,
            ReconciliationId = ReconciliationId,
            Episode = Episode,
            State = System.Enum.Parse<RecordState>(State, ignoreCase: true),
            Data = Data,
            Recipients = { recipients },
            OpenTime = OpenTime.ToTimestamp(),
            CloseTime = CloseTime?.ToTimestamp(),
            CloseReason = CloseReason,
            Answer = AnswerAction is null
                ? null
                : new Answer { ActionId = AnswerAction, UserId = AnswerUser, AnswerTime = AnswerTime!.Value.ToTimestamp(), NotificationId = AnswerNotification.ToString(), Effect = AnswerEffect },
        };
    }
}

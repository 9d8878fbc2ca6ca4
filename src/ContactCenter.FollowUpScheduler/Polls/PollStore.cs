using ContactCenter.Durable;
using ContactCenter.FollowUps.V1;
using Dapper;
using Google.Protobuf;
using Npgsql;

namespace ContactCenter.FollowUpScheduler.Polls;

/// <summary>All SQL of polls.</summary>
/// <param name="database">The service's database.</param>
public sealed class PollStore(DurableDatabase database)
{
    /// <summary>Stores a poll that begins, or is skipped; does nothing if its job begins once more.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="pollId">Identity: that of its job.</param>
    /// <param name="poll">The poll.</param>
    public static Task AddAsync(NpgsqlConnection connection, Guid pollId, Poll poll) => connection.ExecuteAsync(
        """
        INSERT INTO followups.polls (poll_id, follow_up_id, planned_time, start_time, end_time, state, summary, details)
        VALUES (@pollId, @FollowUpId, @planned, @start, @end, @state, @summary, @summary) ON CONFLICT DO NOTHING
        """,
        new
        {
            pollId,
            poll.FollowUpId,
            planned = poll.PlannedTime.ToDateTimeOffset(),
            start = poll.StartTime.ToDateTimeOffset(),
            end = poll.EndTime?.ToDateTimeOffset(),
            state = poll.State.ToString().ToUpperInvariant(),
            summary = poll.ToByteArray(),
        });

    /// <summary>Stores how a poll has ended.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="pollId">Identity.</param>
    /// <param name="poll">The poll.</param>
    public static Task EndAsync(NpgsqlConnection connection, Guid pollId, Poll poll)
    {
        var summary = poll.Clone();
        summary.NewIds.Clear();
        summary.ContinuedIds.Clear();
        summary.ClosedIds.Clear();
        summary.Skipped.Clear();
        return connection.ExecuteAsync(
            "UPDATE followups.polls SET state = @state, end_time = @end, summary = @summary, details = @details WHERE poll_id = @pollId",
            new { pollId, state = poll.State.ToString().ToUpperInvariant(), end = poll.EndTime.ToDateTimeOffset(), summary = summary.ToByteArray(), details = poll.ToByteArray() });
    }

    /// <summary>Finds a poll with all that it did.</summary>
    /// <param name="pollId">The poll.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<Poll?> FindAsync(Guid pollId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var details = await connection.QuerySingleOrDefaultAsync<byte[]>(new("SELECT details FROM followups.polls WHERE poll_id = @pollId", new { pollId }, cancellationToken: cancellationToken));
        return details is null ? null : Poll.Parser.ParseFrom(details);
    }

    /// <summary>Lists the polls of a follow-up, newest first, without ids of records.</summary>
    /// <param name="followUpId">The follow-up.</param>
    /// <param name="beforeTime">Begin before this time …</param>
    /// <param name="beforeId">… and id; null for the first page.</param>
    /// <param name="limit">Most polls.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<Poll>> ListAsync(string followUpId, DateTimeOffset? beforeTime, Guid? beforeId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. (await connection.QueryAsync<byte[]>(new(
            """
            SELECT summary FROM followups.polls
            WHERE follow_up_id = @followUpId AND (@beforeTime::timestamptz IS NULL OR (start_time, poll_id) < (@beforeTime, @beforeId))
            ORDER BY start_time DESC, poll_id DESC LIMIT @limit
            """,
            new { followUpId, beforeTime, beforeId, limit },
            cancellationToken: cancellationToken))).Select(Poll.Parser.ParseFrom)];
    }
}

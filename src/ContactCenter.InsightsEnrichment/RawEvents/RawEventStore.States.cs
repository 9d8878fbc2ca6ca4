using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.Enrichment;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.RawEvents;

public sealed partial class RawEventStore
{
    /// <summary>Takes waiting events for this transaction, the oldest first; others skip them until it ends. Those that failed are left to their jobs.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="limit">Most events.</param>
    /// <param name="only">If set, only these events.</param>
    public static async Task<List<RawEvent>> ClaimAsync(NpgsqlConnection connection, int limit, Guid[]? only)
    {
        var chosen = only is null ? "" : "AND raw_event_id = ANY(@only)";
        return await ReadAsync(connection, $"{Held($"status = 'received' AND attempts = 0 {chosen} ORDER BY raw_event_id LIMIT @limit FOR UPDATE SKIP LOCKED")} ORDER BY raw_event_id", new { limit, only });
    }

    /// <summary>Takes events whose processing failed, as if they had just been received.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="ids">The events; those that did not fail are left out.</param>
    public static async Task<List<RawEvent>> ClaimFailedAsync(NpgsqlConnection connection, Guid[] ids) =>
        [.. (await ReadAsync(connection, Held("raw_event_id = ANY(@ids) AND attempts > 0 AND status IN ('received', 'failed') FOR UPDATE"), new { ids }))
            .Select(raw => raw with { Status = RawEventStatus.Received })];

    /// <summary>The condition that an event's state is one of those that this transaction holds from now on; others find it as this transaction leaves it.</summary>
    /// <param name="states">Which states, and how they are held; SQL.</param>
    internal static string Held(string states) => $"raw_event_id = ANY (ARRAY(SELECT raw_event_id FROM insights.raw_event_states WHERE {states}))";

    /// <summary>Notes what has become of events. Those that failed here came for something sealed; what fails otherwise is noted by <see cref="SetFailureAsync"/>.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="outcomes">New status by event.</param>
    public static Task SetStatusAsync(NpgsqlConnection connection, IReadOnlyDictionary<Guid, RawEventStatus> outcomes)
    {
        var others = outcomes.Where(outcome => outcome.Value != RawEventStatus.Processed).ToList();
        return connection.ExecuteAsync(
            """
            DELETE FROM insights.raw_event_states WHERE raw_event_id = ANY(@processed);
            INSERT INTO insights.raw_event_states (raw_event_id, status, error)
            SELECT id, status, CASE status WHEN 'failed' THEN @ConversationSealed END FROM unnest(@others, @statuses) AS o (id, status)
            ON CONFLICT (raw_event_id) DO UPDATE SET status = excluded.status, attempts = 0, error = excluded.error;
            UPDATE insights.received_events SET rule_version = @Version WHERE raw_event_id = ANY(@ids) AND rule_version <> @Version
            """,
            new
            {
                ids = outcomes.Keys.ToArray(),
                processed = outcomes.Where(outcome => outcome.Value == RawEventStatus.Processed).Select(outcome => outcome.Key).ToArray(),
                others = others.Select(outcome => outcome.Key).ToArray(),
                statuses = others.Select(outcome => RawEventWords.Word(outcome.Value)).ToArray(),
                EnrichmentRules.Version,
                InsightsErrors.ConversationSealed,
            });
    }

    /// <summary>Counts a failed try of one event (INS-20).</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="id">The event.</param>
    /// <param name="error">What went wrong.</param>
    /// <param name="final">Whether it is given up.</param>
    public static Task SetFailureAsync(NpgsqlConnection connection, Guid id, string error, bool final) => connection.ExecuteAsync(
        """
        UPDATE insights.raw_event_states SET attempts = attempts + 1, error = @error, status = CASE WHEN @final THEN 'failed' ELSE status END
        WHERE raw_event_id = @id AND status IN ('received', 'failed')
        """,
        new { id, error, final });

    /// <summary>Lets an event be processed again.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The event.</param>
    /// <returns>False if it is part of a result, or has no time: it stays as it is.</returns>
    public static async Task<bool> ReplayAsync(NpgsqlConnection connection, Guid id) => await connection.ExecuteAsync(
        """
        UPDATE insights.raw_event_states SET status = 'received', attempts = 0, error = NULL
        WHERE raw_event_id = @id AND EXISTS (SELECT FROM insights.received_events WHERE raw_event_id = @id AND event_time IS NOT NULL)
        """,
        new { id }) > 0;

    /// <summary>Number of events that wait, counted up to a limit.</summary>
    /// <param name="limit">Where to stop counting.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<long> CountWaitingAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM (SELECT FROM insights.raw_event_states WHERE status = 'received' LIMIT @limit) AS waiting", new { limit });
    }
}

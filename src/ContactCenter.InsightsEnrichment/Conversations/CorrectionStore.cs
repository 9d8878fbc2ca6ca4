using System.Text.Json;
using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>All SQL of corrections and of the history of conversations.</summary>
/// <param name="database">The service's database.</param>
public sealed class CorrectionStore(DurableDatabase database)
{
    private const string Columns =
        """
        correction_id AS CorrectionId, account_sid AS AccountSid, segment_id AS SegmentId, conversation_id AS ConversationId, task_sid AS TaskSid,
        field_values AS FieldValues, actor AS Actor, reason AS Reason, create_time AS CreateTime
        """;

    /// <summary>The segments that a correction is about, as they are shown.</summary>
    /// <param name="connection">In the transaction that corrects them.</param>
    /// <param name="accountSid">The account; null for any.</param>
    /// <param name="segmentId">The segment; null for those of a conversation.</param>
    /// <param name="conversationId">The conversation; null for a segment.</param>
    public static async Task<List<CorrectedSegment>> SegmentsAsync(NpgsqlConnection connection, string? accountSid, string? segmentId, string? conversationId) =>
        [.. (await connection.QueryAsync<(string SegmentId, string AccountSid, string ConversationId, string TaskSid, string Document)>(
            """
            SELECT segment_id, account_sid, conversation_id, task_sid, document::text FROM insights.segments
            WHERE NOT withdrawn AND (@accountSid::text IS NULL OR account_sid = @accountSid)
              AND (segment_id = @segmentId OR conversation_id = @conversationId)
            """,
            new { accountSid, segmentId, conversationId }))
            .Select(row => new CorrectedSegment(row.AccountSid, row.ConversationId, row.TaskSid, JsonSerializer.Deserialize(row.Document, StateJson.Default.Segment)!))];

    /// <summary>Keeps a correction.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="correction">The correction.</param>
    public static Task AddAsync(NpgsqlConnection connection, Correction correction) => connection.ExecuteAsync(
        """
        INSERT INTO insights.corrections (correction_id, account_sid, segment_id, task_sid, conversation_id, field_values, actor, reason, create_time)
        VALUES (@CorrectionId, @AccountSid, @SegmentId, @TaskSid, @ConversationId, @values::jsonb, @Actor, @Reason, @CreateTime)
        """,
        new
        {
            correction.CorrectionId,
            correction.AccountSid,
            correction.SegmentId,
            correction.TaskSid,
            correction.ConversationId,
            values = JsonSerializer.Serialize(correction.Values),
            correction.Actor,
            correction.Reason,
            correction.CreateTime,
        });

    /// <summary>Removes a correction.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="correctionId">The correction.</param>
    /// <returns>The correction; null if there is none.</returns>
    public static async Task<Correction?> RemoveAsync(NpgsqlConnection connection, Guid correctionId) => (await connection.QuerySingleOrDefaultAsync<CorrectionRow>(
        $"DELETE FROM insights.corrections WHERE correction_id = @correctionId RETURNING {Columns}", new { correctionId }))?.ToCorrection();

    /// <summary>The corrections of tasks and conversations.</summary>
    internal static string Select => $"SELECT {Columns} FROM insights.corrections WHERE task_sid = ANY(@taskSids) OR conversation_id = ANY(@conversations)";

    /// <summary>Keeps decisions.</summary>
    /// <param name="connection">In the transaction that carries them out.</param>
    /// <param name="decisions">The decisions.</param>
    public static Task AddAsync(NpgsqlConnection connection, params IReadOnlyList<ConversationDecision> decisions) => connection.ExecuteAsync(
        """
        INSERT INTO insights.conversation_history (
          entry_id, account_sid, conversation_ids, segment_id, task_sid, correction_id, action, actor, reason, changes, create_time)
        SELECT * FROM jsonb_to_recordset(@rows::jsonb) AS r (
          entry_id uuid, account_sid text, conversation_ids text[], segment_id text, task_sid text, correction_id uuid, action text, actor text, reason text,
          changes jsonb, create_time timestamptz)
        """,
        new
        {
            rows = JsonSerializer.Serialize(decisions.Select(decision => new
            {
                entry_id = decision.EntryId,
                account_sid = decision.AccountSid,
                conversation_ids = decision.ConversationIds,
                segment_id = decision.SegmentId,
                task_sid = decision.TaskSid,
                correction_id = decision.CorrectionId,
                action = decision.Action,
                actor = decision.Actor,
                reason = decision.Reason,
                changes = decision.Changes,
                create_time = decision.CreateTime,
            })),
        });

    /// <summary>What was decided about a conversation, the latest first.</summary>
    /// <param name="conversationId">The conversation.</param>
    /// <param name="accountSid">The account; null for any.</param>
    /// <param name="before">Begin before this entry; null for the first page.</param>
    /// <param name="limit">Most entries.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<ConversationDecision>> HistoryAsync(string conversationId, string? accountSid, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. (await connection.QueryAsync<DecisionRow>(new(
            """
            SELECT entry_id AS EntryId, account_sid AS AccountSid, conversation_ids AS ConversationIds, segment_id AS SegmentId, task_sid AS TaskSid,
              correction_id AS CorrectionId, action AS Action, actor AS Actor, reason AS Reason, changes::text AS Changes, create_time AS CreateTime
            FROM insights.conversation_history
            WHERE conversation_ids @> ARRAY[@conversationId] AND (@accountSid::text IS NULL OR account_sid = @accountSid)
              AND (@before::uuid IS NULL OR entry_id < @before) ORDER BY entry_id DESC LIMIT @limit
            """,
            new { conversationId, accountSid, before, limit },
            cancellationToken: cancellationToken))).Select(row => row.ToDecision())];
    }

    private sealed class DecisionRow
    {
        public Guid EntryId { get; init; }
        public string AccountSid { get; init; } = "";
        public string[] ConversationIds { get; init; } = [];
        public string? SegmentId { get; init; }
        public string? TaskSid { get; init; }
        public Guid? CorrectionId { get; init; }
        public string Action { get; init; } = "";
        public string Actor { get; init; } = "";
        public string Reason { get; init; } = "";
        public string Changes { get; init; } = "[]";
        public DateTime CreateTime { get; init; }

        public ConversationDecision ToDecision() => new(
            EntryId, Action, AccountSid, ConversationIds, Actor, Reason, JsonSerializer.Deserialize<List<ValueChange>>(Changes)!, new(CreateTime))
        {
            SegmentId = SegmentId,
            TaskSid = TaskSid,
            CorrectionId = CorrectionId,
        };
    }
}

/// <summary>A segment that is corrected.</summary>
/// <param name="AccountSid">Its account.</param>
/// <param name="ConversationId">Its conversation.</param>
/// <param name="TaskSid">Its task.</param>
/// <param name="Segment">The segment as it is shown.</param>
public sealed record CorrectedSegment(string AccountSid, string ConversationId, string TaskSid, Segment Segment);

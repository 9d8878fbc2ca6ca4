using System.Text;
using Dapper;
using Npgsql;

namespace ContactCenter.Durable.DeadLetters;

/// <summary>All SQL of the dead letters.</summary>
internal static class DeadLetterStore
{
    private const int MaxErrorBytes = 4096;

    private const string Select =
        """
        SELECT id, source, item_id AS ItemId, kind, group_name AS "Group", key, reason, state, error_class AS ErrorClass, error, attempts, first_time AS FirstTime,
          last_time AS LastTime, generation, payload, policy, trace_parent AS TraceParent, discard_reason AS DiscardReason,
          origin ->> 'deduplicationKey' AS DeduplicationKey
        FROM durable.dead_letters
        """;

    /// <summary>Stores a letter in the caller's transaction; the letter of a failed replay becomes PENDING again (DUR-53).</summary>
    public static async Task AddAsync(NpgsqlConnection connection, DeadLetter letter) =>
        await connection.ExecuteAsync(
            """
            INSERT INTO durable.dead_letters (id, source, item_id, kind, group_name, key, reason, error_class, error, attempts, first_time, last_time, payload, policy, trace_parent, origin)
            VALUES (@id, upper(@source), @ItemId, @Kind, @Group, @Key, @Reason, @ErrorClass, @error, @Attempts, @FirstTime, @LastTime, @Payload, @Policy, @TraceParent,
              CASE WHEN @DeduplicationKey::text IS NOT NULL THEN jsonb_build_object('deduplicationKey', @DeduplicationKey) END)
            ON CONFLICT ON CONSTRAINT uq_dead_letters_item DO UPDATE SET
              state = 'PENDING', closed_time = NULL, discard_reason = NULL, reason = excluded.reason, error_class = excluded.error_class, error = excluded.error,
              attempts = excluded.attempts, last_time = excluded.last_time, trace_parent = excluded.trace_parent
            """,
            new
            {
                id = Guid.CreateVersion7(letter.LastTime),
                source = letter.Source.ToString(),
                letter.ItemId,
                letter.Kind,
                letter.Group,
                letter.Key,
                letter.Reason,
                letter.ErrorClass,
                error = Shorten(letter.Error),
                letter.Attempts,
                letter.FirstTime,
                letter.LastTime,
                letter.Payload,
                letter.Policy,
                letter.TraceParent,
                letter.DeduplicationKey,
            });

    /// <summary>Reads one letter, locking it if it is to be changed.</summary>
    public static async Task<StoredDeadLetter?> FindAsync(NpgsqlConnection connection, Guid id, bool forUpdate) =>
        await connection.QuerySingleOrDefaultAsync<StoredDeadLetter>($"{Select} WHERE id = @id {(forUpdate ? "FOR UPDATE" : string.Empty)}", new { id });

    /// <summary>Lists letters, newest first.</summary>
    public static async Task<IReadOnlyList<StoredDeadLetter>> ListAsync(NpgsqlConnection connection, DeadLetterFilter filter, StoredDeadLetter? after, int limit) =>
        (await connection.QueryAsync<StoredDeadLetter>(
            $"""
            {Select}
            WHERE (@source::text IS NULL OR source = upper(@source))
              AND (@Kind::text IS NULL OR kind = @Kind)
              AND (@Group::text IS NULL OR group_name = @Group)
              AND (@Key::text IS NULL OR key = @Key)
              AND (@Reason::text IS NULL OR reason = @Reason)
              AND (@state::text IS NULL OR state = upper(@state))
              AND (@ErrorClass::text IS NULL OR error_class = @ErrorClass)
              AND (@MinGeneration::int IS NULL OR generation >= @MinGeneration)
              AND (@From::timestamptz IS NULL OR last_time >= @From)
              AND (@To::timestamptz IS NULL OR last_time < @To)
              AND (@afterId::uuid IS NULL OR (last_time, id) < (@afterTime::timestamptz, @afterId))
            ORDER BY last_time DESC, id DESC
            LIMIT @limit
            """,
            new
            {
                source = filter.Source?.ToString(),
                filter.Kind,
                filter.Group,
                filter.Key,
                filter.Reason,
                state = filter.State?.ToString(),
                filter.ErrorClass,
                filter.MinGeneration,
                filter.From,
                filter.To,
                afterId = after?.Id,
                afterTime = after?.LastTime,
                limit,
            })).AsList();

    /// <summary>Closes a letter whose item is moved back in the same transaction.</summary>
    public static async Task MarkReplayedAsync(NpgsqlConnection connection, Guid id, DateTimeOffset now) =>
        await connection.ExecuteAsync("UPDATE durable.dead_letters SET state = 'REPLAYED', generation = generation + 1, closed_time = @now WHERE id = @id", new { id, now });

    /// <summary>Closes a letter with an operator's reason.</summary>
    public static async Task DiscardAsync(NpgsqlConnection connection, Guid id, string reason, DateTimeOffset now) =>
        await connection.ExecuteAsync("UPDATE durable.dead_letters SET state = 'DISCARDED', discard_reason = @reason, closed_time = @now WHERE id = @id", new { id, reason, now });

    /// <summary>Lets a consumer take a message again that it had given up.</summary>
    public static async Task ForgetConsumedAsync(NpgsqlConnection connection, string consumer, Guid messageId) =>
        await connection.ExecuteAsync("DELETE FROM durable.inbox_messages WHERE message_id = @messageId AND consumer = @consumer", new { messageId, consumer });

    // Postgres takes no NUL in text; a cut may fall inside a character, whose remains the decoder replaces.
    private static string Shorten(string error)
    {
        error = error.Replace('\0', '\uFFFD');
        var bytes = Encoding.UTF8.GetBytes(error);
        return bytes.Length <= MaxErrorBytes ? error : Encoding.UTF8.GetString(bytes, 0, MaxErrorBytes - 3).TrimEnd('\uFFFD');
    }
}

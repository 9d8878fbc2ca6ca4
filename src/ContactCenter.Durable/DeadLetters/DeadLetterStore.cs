using System.Text;
using Dapper;
using Npgsql;

namespace ContactCenter.Durable.DeadLetters;

/// <summary>All SQL of the dead letters.</summary>
internal static class DeadLetterStore
{
    private const int MaxErrorBytes = 4096;

    /// <summary>Stores a letter in the caller's transaction; the letter of a failed replay becomes PENDING again (DUR-53).</summary>
    public static async Task AddAsync(NpgsqlConnection connection, DeadLetter letter) =>
        await connection.ExecuteAsync(
            """
            INSERT INTO durable.dead_letters (id, source, item_id, kind, group_name, key, reason, error_class, error, attempts, first_time, last_time, payload, policy, trace_parent)
            VALUES (@id, upper(@source), @ItemId, @Kind, @Group, @Key, @Reason, @ErrorClass, @error, @Attempts, @FirstTime, @LastTime, @Payload, @Policy, @TraceParent)
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
            });

    // Postgres takes no NUL in text; a cut may fall inside a character, whose remains the decoder replaces.
    private static string Shorten(string error)
    {
        error = error.Replace('\0', '\uFFFD');
        var bytes = Encoding.UTF8.GetBytes(error);
        return bytes.Length <= MaxErrorBytes ? error : Encoding.UTF8.GetString(bytes, 0, MaxErrorBytes - 3).TrimEnd('\uFFFD');
    }
}

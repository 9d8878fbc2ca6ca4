using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Warnings;

/// <summary>All SQL of the warnings.</summary>
public static class WarningStore
{
    private const int SampleLength = 3;

    /// <summary>Counts warnings: one row per account, day, code and field.</summary>
    /// <param name="connection">In the transaction that decides about the events.</param>
    /// <param name="warnings">Any number.</param>
    /// <param name="now">Time of the warnings.</param>
    public static async Task AddAsync(NpgsqlConnection connection, IReadOnlyCollection<Warning> warnings, DateTimeOffset now)
    {
        if (warnings.Count == 0)
            return;
        // In the order of the key, so that two transactions never wait for each other.
        var rows = warnings
            .GroupBy(warning => (warning.AccountSid, warning.Code, warning.Field))
            .OrderBy(group => group.Key.AccountSid, StringComparer.Ordinal).ThenBy(group => group.Key.Code, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Field, StringComparer.Ordinal)
            .ToList();
        await connection.ExecuteAsync(
            """
            INSERT INTO insights.warnings AS w (account_sid, day, code, field, count, first_time, last_time, sample, raw_event_ids)
            SELECT account_sid, (@now AT TIME ZONE 'UTC')::date, code, field, count, @now, @now, sample, array_remove(ARRAY[raw_event_id], NULL)
            FROM unnest(@accounts, @codes, @fields, @counts, @samples, @ids) AS r (account_sid, code, field, count, sample, raw_event_id)
            ON CONFLICT (account_sid, day, code, field) DO UPDATE
            SET count = w.count + excluded.count, last_time = greatest(w.last_time, excluded.last_time),
              sample = coalesce(w.sample, excluded.sample), raw_event_ids = (w.raw_event_ids || excluded.raw_event_ids)[1:5]
            """,
            new
            {
                now,
                accounts = rows.Select(row => row.Key.AccountSid).ToArray(),
                codes = rows.Select(row => row.Key.Code).ToArray(),
                fields = rows.Select(row => row.Key.Field).ToArray(),
                counts = rows.Select(row => row.LongCount()).ToArray(),
                samples = rows.Select(row => Sample(row.First())).ToArray(),
                ids = rows.Select(row => row.First().RawEventId).ToArray(),
            });
    }

    /// <summary>Settles warnings, each with the latest row that has one open.</summary>
    /// <param name="connection">In the transaction that makes good what they were about.</param>
    /// <param name="warnings">Account, code and field of each.</param>
    public static async Task CloseAsync(NpgsqlConnection connection, IEnumerable<(string AccountSid, string Code, string Field)> warnings)
    {
        foreach (var group in warnings.GroupBy(warning => warning).OrderBy(group => group.Key))
        {
            await connection.ExecuteAsync(
                """
                UPDATE insights.warnings SET closed_count = least(count, closed_count + @closed)
                WHERE account_sid = @AccountSid AND code = @Code AND field = @Field AND day = (
                  SELECT max(day) FROM insights.warnings
                  WHERE account_sid = @AccountSid AND code = @Code AND field = @Field AND closed_count < count)
                """,
                new { group.Key.AccountSid, group.Key.Code, group.Key.Field, closed = group.Count() });
        }
    }

    private static string? Sample(Warning warning) => warning.Note is { } note ? $"{Mask(warning.Sample)} ({note})" : Mask(warning.Sample);

    private static string? Mask(string? sample) => sample is { Length: > SampleLength } ? sample[..SampleLength] + "…" : sample;
}

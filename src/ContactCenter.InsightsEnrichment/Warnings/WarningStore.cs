using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.TaskRouter;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Warnings;

/// <summary>All SQL of the warnings.</summary>
public static class WarningStore
{
    private const int SampleLength = 3;

    private const string Matches =
        """
        (@StartDay::date IS NULL OR day >= @StartDay::date) AND (@EndDay::date IS NULL OR day < @EndDay::date)
          AND (@AccountSid::text IS NULL OR account_sid = @AccountSid) AND (@Code::text IS NULL OR code = @Code) AND (@Field::text IS NULL OR field = @Field)
        """;

    /// <summary>Counts warnings: one row per account, day, code and field; the first of each is published.</summary>
    /// <param name="transaction">Decides about the events.</param>
    /// <param name="accounts">Which accounts are test environments; null if the warnings are of no account.</param>
    /// <param name="warnings">Any number.</param>
    /// <param name="now">Time of the warnings.</param>
    public static async Task AddAsync(DurableTransaction transaction, TwilioAccounts? accounts, IReadOnlyCollection<Warning> warnings, DateTimeOffset now)
    {
        if (warnings.Count == 0)
            return;
        // In the order of the key, so that two transactions never wait for each other.
        var rows = warnings
            .GroupBy(warning => (warning.AccountSid, warning.Code, warning.Field))
            .OrderBy(group => group.Key.AccountSid, StringComparer.Ordinal).ThenBy(group => group.Key.Code, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Field, StringComparer.Ordinal)
            .ToList();
        var counted = await transaction.Connection.QueryAsync<(string AccountSid, string Code, string Field, bool IsFirst)>(
            """
            INSERT INTO insights.warnings AS w (account_sid, day, code, field, count, first_time, last_time, sample, raw_event_ids)
            SELECT account_sid, (@now AT TIME ZONE 'UTC')::date, code, field, count, @now, @now, sample, array_remove(ARRAY[raw_event_id], NULL)
            FROM unnest(@accounts, @codes, @fields, @counts, @samples, @ids) AS r (account_sid, code, field, count, sample, raw_event_id)
            ON CONFLICT (account_sid, day, code, field) DO UPDATE
            SET count = w.count + excluded.count, last_time = greatest(w.last_time, excluded.last_time),
              sample = coalesce(w.sample, excluded.sample), raw_event_ids = (w.raw_event_ids || excluded.raw_event_ids)[1:5]
            RETURNING account_sid, code, field, xmax = 0
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
        foreach (var (accountSid, code, field, _) in counted.Where(row => row.IsFirst && accounts?.Publishes(row.AccountSid) != false))
        {
            transaction.Publish(
                new WarningRaised
                {
                    EventId = Guid.CreateVersion7(now),
                    OccurredTime = now,
                    RecordedTime = now,
                    AccountSid = accountSid,
                    Code = code,
                    Field = field,
                    Day = DateOnly.FromDateTime(now.UtcDateTime),
                },
                $"warnings/{accountSid}",
                mandatory: false);
        }
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

    /// <summary>Lists warnings, the latest days first.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="query">Which.</param>
    /// <param name="done">Also those that are acknowledged or settled.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">Most rows.</param>
    public static async Task<List<WarningRow>> ListAsync(NpgsqlConnection connection, WarningQuery query, bool done, WarningPosition? after, int limit) =>
        [.. await connection.QueryAsync<WarningRow>(
            $"""
            SELECT account_sid AS AccountSid, day::timestamp AS Day, code AS Code, field AS Field, count AS Count, closed_count AS ClosedCount, first_time AS FirstTime,
              last_time AS LastTime, sample AS Sample, raw_event_ids AS RawEventIds, acknowledge_time AS AcknowledgeTime, acknowledged_by AS AcknowledgedBy
            FROM insights.warnings
            WHERE {Matches} AND (@done OR (acknowledge_time IS NULL AND closed_count < count))
              AND (@afterDay::date IS NULL OR day < @afterDay::date OR (day = @afterDay::date AND (account_sid, code, field) > (@afterAccount, @afterCode, @afterField)))
            ORDER BY day DESC, account_sid, code, field LIMIT @limit
            """,
            new
            {
                query.StartDay,
                query.EndDay,
                query.AccountSid,
                query.Code,
                query.Field,
                done,
                afterDay = after?.Day,
                afterAccount = after?.AccountSid,
                afterCode = after?.Code,
                afterField = after?.Field,
                limit,
            })];

    /// <summary>Acknowledges warnings that nobody has yet.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="query">Which.</param>
    /// <param name="actor">Who.</param>
    /// <param name="now">When.</param>
    /// <returns>How many.</returns>
    public static Task<int> AcknowledgeAsync(NpgsqlConnection connection, WarningQuery query, string actor, DateTimeOffset now) =>
        connection.ExecuteAsync(
            $"UPDATE insights.warnings SET acknowledge_time = @now, acknowledged_by = @actor WHERE {Matches} AND acknowledge_time IS NULL",
            new { query.StartDay, query.EndDay, query.AccountSid, query.Code, query.Field, actor, now });

    /// <summary>Removes the warnings of the days before a day.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="day">The first day that is kept.</param>
    public static Task RemoveAsync(NpgsqlConnection connection, DateTime day) =>
        connection.ExecuteAsync("DELETE FROM insights.warnings WHERE day < @day::date", new { day });

    private static string? Sample(Warning warning) => warning.Note is { } note ? $"{Mask(warning.Sample)} ({note})" : Mask(warning.Sample);

    private static string? Mask(string? sample) => sample is { Length: > SampleLength } ? sample[..SampleLength] + "…" : sample;
}

/// <summary>Which warnings; what is null does not narrow. Days are UTC.</summary>
public sealed record WarningQuery(DateTime? StartDay, DateTime? EndDay, string? AccountSid, string? Code, string? Field);

/// <summary>A place in the list of warnings.</summary>
public sealed record WarningPosition(DateTime? Day, string AccountSid, string Code, string Field);

/// <summary>A warning as stored.</summary>
public sealed class WarningRow
{
    /// <summary>The account.</summary>
    public string AccountSid { get; init; } = "";

    /// <summary>The UTC day.</summary>
    public DateTime Day { get; init; }

    /// <summary>Code of the contract.</summary>
    public string Code { get; init; } = "";

    /// <summary>The field concerned, or empty.</summary>
    public string Field { get; init; } = "";

    /// <summary>How often it occurred.</summary>
    public long Count { get; init; }

    /// <summary>How many of them are settled.</summary>
    public long ClosedCount { get; init; }

    /// <summary>The first time.</summary>
    public DateTime FirstTime { get; init; }

    /// <summary>The last time.</summary>
    public DateTime LastTime { get; init; }

    /// <summary>A masked value.</summary>
    public string? Sample { get; init; }

    /// <summary>Events that show it.</summary>
    public Guid[] RawEventIds { get; init; } = [];

    /// <summary>When somebody said to have seen it.</summary>
    public DateTime? AcknowledgeTime { get; init; }

    /// <summary>Who.</summary>
    public string? AcknowledgedBy { get; init; }
}

using ContactCenter.Durable;
using Dapper;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>Accounts whose REST API is not asked for the moment, the same for all processes (INS-118).</summary>
/// <param name="database">The service's database.</param>
/// <param name="credentials">Tells whether a refused key was replaced.</param>
/// <param name="timeProvider">Now.</param>
public sealed class AccountPauses(DurableDatabase database, RestCredentials credentials, TimeProvider timeProvider)
{
    private static readonly TimeSpan LimitPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(30);

    /// <summary>How long an account still has to rest; null if it need not. One whose key was refused rests until that is replaced or someone retries.</summary>
    /// <param name="accountSid">The account.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<TimeSpan?> RemainingAsync(string accountSid, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var (until, refused) = await connection.QuerySingleOrDefaultAsync<(DateTime? Until, string? Refused)>(new CommandDefinition(
            "SELECT paused_until, refused_key FROM insights.account_pauses WHERE account_sid = @accountSid", new { accountSid }, cancellationToken: cancellationToken));
        if (refused is not null && (await credentials.FindAsync(accountSid, cancellationToken))?.Hash == refused)
            return RefusedPause;
        return until is { } time && new DateTimeOffset(time) - timeProvider.GetUtcNow() is { Ticks: > 0 } rest ? rest : null;
    }

    /// <summary>The accounts whose present key was refused.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<string>> RefusedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string AccountSid, string Key)>(new CommandDefinition(
            "SELECT account_sid, refused_key FROM insights.account_pauses WHERE refused_key IS NOT NULL ORDER BY account_sid", cancellationToken: cancellationToken));
        var refused = new List<string>();
        foreach (var (accountSid, key) in rows.AsList())
        {
            if ((await credentials.FindAsync(accountSid, cancellationToken))?.Hash == key)
                refused.Add(accountSid);
        }

        return refused;
    }

    /// <summary>Lets an account rest for a second: its rate is used up.</summary>
    /// <param name="accountSid">The account.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task PauseAsync(string accountSid, CancellationToken cancellationToken) => SetAsync(accountSid, timeProvider.GetUtcNow() + LimitPause, null, cancellationToken);

    /// <summary>Lets an account rest because its key was refused.</summary>
    /// <param name="accountSid">The account.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task RefuseAsync(string accountSid, RestCredential key, CancellationToken cancellationToken) => SetAsync(accountSid, timeProvider.GetUtcNow(), key.Hash, cancellationToken);

    /// <summary>Ends the rest of an account: someone says that it may be asked again.</summary>
    /// <param name="transaction">Commits it.</param>
    /// <param name="accountSid">The account.</param>
    public static Task EndAsync(DurableTransaction transaction, string accountSid) =>
        transaction.Connection.ExecuteAsync("DELETE FROM insights.account_pauses WHERE account_sid = @accountSid", new { accountSid });

    private async Task SetAsync(string accountSid, DateTimeOffset until, string? refusedKey, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO insights.account_pauses (account_sid, paused_until, refused_key) VALUES (@accountSid, @until, @refusedKey)
            ON CONFLICT (account_sid) DO UPDATE SET paused_until = excluded.paused_until, refused_key = excluded.refused_key
            """,
            new { accountSid, until, refusedKey },
            cancellationToken: cancellationToken));
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.Durable;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.Secrets;
using ContactCenter.WfmConnector.Reports;
using Dapper;
using Npgsql;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>The token that all processes share: one renews it while the others wait for the result (WFM-6 to WFM-11).</summary>
/// <param name="database">The service's database.</param>
/// <param name="cache">Spares looks into it.</param>
/// <param name="keys">Encrypts the tokens.</param>
/// <param name="egress">The way out.</param>
/// <param name="timeProvider">Now.</param>
public sealed class CxoneTokens(DurableDatabase database, CxoneTokenCache cache, SecretKeyRing keys, EgressClient egress, TimeProvider timeProvider)
{
    private const string RowId = "true";

    /// <summary>The column of the tokens, so that it follows a change of the key (SEC-2).</summary>
    public static SecretColumn SecretColumn { get; } = new("wfm", new("tokens", "tokens", ""), "only_one::text");

    private static SecretPlace Place => SecretColumn.Place with { RowId = RowId };

    /// <summary>Gets a token that can be used.</summary>
    /// <param name="connection">Where to, and with which key.</param>
    /// <param name="refused">Version of a token that was refused, which is not given again (WFM-12); null for none.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The token with its version, or why there is none.</returns>
    public async Task<(string? Token, long Version, CxoneAnswer? Failure)> GetAsync(Connection connection, long? refused, CancellationToken cancellationToken)
    {
        if (await cache.FindAsync(connection.Revision) is { } cached && cached.Version != refused)
            return (Read(cached.Text).Choose(connection.Profile), cached.Version, null);
        await using (var open = await database.OpenAsync(cancellationToken))
        {
            var row = await ReadAsync(open, "");
            if (row.Version != refused && timeProvider.GetUtcNow() < row.RenewTime && Decrypt(row) is { } tokens)
                return (tokens.Choose(connection.Profile), row.Version, null);
        }

        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.Connection.ExecuteAsync("SET LOCAL lock_timeout = '10s'");
        Row current;
        try
        {
            current = await ReadAsync(transaction.Connection, "FOR UPDATE");
        }
        catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return (null, 0, Unavailable("TOKEN_BUSY"));
        }

        var now = timeProvider.GetUtcNow();
        var known = current.Version == refused ? null : Decrypt(current);
        if (known is not null && now < current.RenewTime)
            return (known.Choose(connection.Profile), current.Version, null);
        if (now < current.RetryTime)
            return (null, 0, Refused(current.RetryTime - now.UtcDateTime));

        var (renewed, failure) = await RenewAsync(connection, Decrypt(current), now < current.RefreshExpireTime, cancellationToken);
        if (renewed is null)
        {
            if (failure!.Result == CxoneResult.Unauthorized)
                failure = Refused(await DropAsync(transaction.Connection, connection, current.Version, now));
            else if (known is not null && now < current.ExpireTime)
                return (known.Choose(connection.Profile), current.Version, null);
            await transaction.CommitAsync(cancellationToken);
            return (null, 0, failure);
        }

        var version = current.Version + 1;
        var text = JsonSerializer.Serialize(renewed);
        var renewal = TokenLife.RenewalAge(renewed.Life, Random.Shared.NextDouble());
        await transaction.Connection.ExecuteAsync(
            """
            UPDATE wfm.tokens SET version = @version, tokens = @tokens, request_time = @now, renew_time = @now + @renewal, expire_time = @now + @Life,
              refresh_expire_time = @now + @RefreshLife, retry_time = '-infinity'
            """,
            new
            {
                version,
                tokens = keys.Encrypt(Place, text),
                now,
                renewal,
                renewed.Life,
                renewed.RefreshLife,
            });
        await cache.StoreAsync(connection.Revision, version, now + renewal, text);
        await transaction.CommitAsync(cancellationToken);
        return (renewed.Choose(connection.Profile), version, null);
    }

    /// <summary>Drops tokens that were refused although they were new; tokens of others stay (WFM-11, WFM-12).</summary>
    /// <param name="connection">For which they are.</param>
    /// <param name="version">As they were given.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>How long nobody logs in; zero if there are other tokens already.</returns>
    public async Task<TimeSpan> DropAsync(Connection connection, long version, CancellationToken cancellationToken)
    {
        await using var open = await database.OpenAsync(cancellationToken);
        return await DropAsync(open, connection, version, timeProvider.GetUtcNow());
    }

    /// <summary>Lets the next call log in at once.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task EndPauseAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("UPDATE wfm.tokens SET retry_time = '-infinity' WHERE retry_time > '-infinity'", cancellationToken: cancellationToken));
    }

    /// <summary>Tries an access key out; stores nothing (WFM-4).</summary>
    /// <param name="connection">With the key.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Null if it works.</returns>
    public async Task<CxoneAnswer?> TryAsync(Connection connection, CancellationToken cancellationToken) =>
        (await LogInAsync(connection, cancellationToken)).Failure;

    private async Task<(Tokens? Tokens, CxoneAnswer? Failure)> RenewAsync(Connection connection, Tokens? tokens, bool canRefresh, CancellationToken cancellationToken)
    {
        if (canRefresh && tokens is { RefreshToken.Length: > 0 })
        {
            var (refreshed, failure) = await RefreshAsync(connection, tokens, cancellationToken);
            if (refreshed is not null || failure is { Status: not (400 or 401 or 403) })
                return (refreshed, failure);
        }

        return await LogInAsync(connection, cancellationToken);
    }

    private Task<(Tokens? Tokens, CxoneAnswer? Failure)> LogInAsync(Connection connection, CancellationToken cancellationToken)
    {
        var key = new JsonObject { ["accessKeyId"] = connection.AccessKeyId, ["accessKeySecret"] = connection.SecretKey };
        if (connection.Mode == AuthenticationMode.Plain)
            return AskAsync(connection, "authentication/v1/token/access-key", key, Tokens.OfLogin, cancellationToken);
        var body = new JsonObject();
        if (connection.TenantName.Length > 0)
            body["tenantName"] = connection.TenantName;
        body["accessKeyTokenRequest"] = key;
        return AskAsync(connection, connection.Profile.Path("authentication")!, body, Tokens.OfLogin, cancellationToken);
    }

    private Task<(Tokens? Tokens, CxoneAnswer? Failure)> RefreshAsync(Connection connection, Tokens tokens, CancellationToken cancellationToken) =>
        connection.Mode == AuthenticationMode.Plain
            ? AskAsync(
                connection,
                "authentication/v1/token/access-key",
                new()
                {
                    ["accessKeyId"] = connection.AccessKeyId,
                    ["accessKeySecret"] = connection.SecretKey,
                    ["grant_type"] = "refresh_token",
                    ["refresh_token"] = tokens.RefreshToken,
                },
                Tokens.OfLogin,
                cancellationToken)
            : AskAsync(
                connection,
                connection.Profile.Path("refresh")!,
                new() { ["token"] = tokens.RefreshToken, ["updateCookie"] = true, ["toggleEnabled"] = false },
                Tokens.OfSdkRefresh,
                cancellationToken);

    private async Task<(Tokens? Tokens, CxoneAnswer? Failure)> AskAsync(
        Connection connection, string path, JsonObject body, Func<JsonElement, Tokens?> read, CancellationToken cancellationToken)
    {
        var url = $"{connection.ServiceUrl}/{path}";
        var outcome = await egress.SendAsync(
            new(Destination.For("cxone/login", url), HttpMethod.Post, url) { ContentType = "application/json", Body = JsonSerializer.SerializeToUtf8Bytes(body) }, cancellationToken);
        if (!outcome.IsSuccess)
        {
            return (null, outcome.Failure is { Status: 400 or 401 or 403 } refusal
                ? new CxoneAnswer { Result = CxoneResult.Unauthorized, Reason = "ACCESS_KEY_REJECTED", Status = refusal.Status }
                : Unavailable(outcome.Failure.Reason) with { Status = outcome.Failure.Status, Delay = outcome.Failure.Delay });
        }

        try
        {
            using var document = JsonDocument.Parse(outcome.Response.Body);
            if (read(document.RootElement) is { } tokens)
                return (tokens, null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Told below, as an answer without token is.
        }

        return (null, new CxoneAnswer { Result = CxoneResult.Unauthorized, Reason = "AUTH_CONTRACT_VIOLATION", Status = outcome.Response.Status });
    }

    /// <summary>Drops tokens, and those that were renewed from them; nobody logs in for 1, 2, then 5 minutes (WFM-10).</summary>
    private async Task<TimeSpan> DropAsync(NpgsqlConnection open, Connection connection, long version, DateTimeOffset now)
    {
        await cache.DropAsync(connection.Revision, version);
        var retry = await open.QuerySingleOrDefaultAsync<DateTime?>(
            """
            UPDATE wfm.tokens SET version = version + 1, tokens = NULL, refusals = refusals + 1, retry_time = @now + (ARRAY[1, 2, 5])[least(refusals, 2) + 1] * interval '1 minute'
            WHERE version = @version RETURNING retry_time
            """,
            new { version, now });
        return retry is { } time ? time - now.UtcDateTime : TimeSpan.Zero;
    }

    private static CxoneAnswer Refused(TimeSpan pause) => new() { Result = CxoneResult.Unauthorized, Reason = "ACCESS_KEY_REJECTED", Delay = pause };

    private static CxoneAnswer Unavailable(string reason) => new() { Result = CxoneResult.Unavailable, Reason = reason };

    private Tokens? Decrypt(Row row) => row.Tokens is { } tokens ? Read(keys.Decrypt(Place, tokens)) : null;

    private static Tokens Read(string text) => JsonSerializer.Deserialize<Tokens>(text)!;

    private static Task<Row> ReadAsync(NpgsqlConnection connection, string lockClause) => connection.QuerySingleAsync<Row>(
        $"""
        SELECT version AS Version, tokens AS Tokens, renew_time AS RenewTime, expire_time AS ExpireTime, refresh_expire_time AS RefreshExpireTime,
          retry_time AS RetryTime
        FROM wfm.tokens {lockClause}
        """);

    private sealed class Row
    {
        public long Version { get; init; }
        public string? Tokens { get; init; }
        public DateTime RenewTime { get; init; }
        public DateTime ExpireTime { get; init; }
        public DateTime RefreshExpireTime { get; init; }
        public DateTime RetryTime { get; init; }
    }

    private sealed record Tokens(string AccessToken, string IdToken, string RefreshToken, TimeSpan Life, TimeSpan RefreshLife)
    {
        /// <summary>The one that the profile wants; if that is empty, the other.</summary>
        public string Choose(WireProfile profile) => (profile.UsesIdToken ? IdToken.Length > 0 : AccessToken.Length == 0) ? IdToken : AccessToken;

        public static Tokens? OfLogin(JsonElement answer)
        {
            var (access, id) = (Text(answer, "access_token"), Text(answer, "id_token"));
            var isBearer = !answer.TryGetProperty("token_type", out var type) || string.Equals(type.GetString(), "Bearer", StringComparison.OrdinalIgnoreCase);
            return isBearer && (access.Length > 0 || id.Length > 0)
                ? new(access, id, Text(answer, "refresh_token"), LifeOf(answer, "expires_in", TokenLife.Assumed), TokenLife.AssumedOfRefresh)
                : null;
        }

        public static Tokens? OfSdkRefresh(JsonElement answer) => Text(answer, "token") is { Length: > 0 } token
            ? new(token, "", Text(answer, "refreshToken"), LifeOf(answer, "tokenExpirationTimeSec", TokenLife.Assumed), LifeOf(answer, "refreshTokenExpirationTimeSec", TokenLife.AssumedOfRefresh))
            : null;

        private static string Text(JsonElement answer, string name) =>
            answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

        private static TimeSpan LifeOf(JsonElement answer, string name, TimeSpan otherwise) =>
            answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > 0 and < 1e9
                ? TimeSpan.FromSeconds(seconds)
                : otherwise;
    }
}

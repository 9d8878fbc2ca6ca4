using System.Diagnostics;
using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.Egress.Guard;
using ContactCenter.Egress.Secrets;
using ContactCenter.Events.Operations;
using Dapper;
using Npgsql;

namespace ContactCenter.Egress.OAuth;

/// <summary>All SQL of the OAuth2 grants (EGR-24 to EGR-30).</summary>
/// <param name="database">The service's database.</param>
/// <param name="keys">Encrypts every secret.</param>
/// <param name="service">The service's resource name, for events.</param>
/// <param name="time">Times that are shown or compared with a token's life; leases use the database's clock.</param>
public sealed class GrantStore(DurableDatabase database, SecretKeyRing keys, string service, TimeProvider time)
{
    /// <summary>Creates a grant or replaces its configuration; a secret that is null keeps the stored one.</summary>
    /// <param name="grant">The configuration.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The grant as it is shown.</returns>
    /// <exception cref="EgressException">A URL is refused, or the token endpoint moved to another host without the secrets being given anew.</exception>
    public async Task<GrantView> SaveAsync(GrantConfiguration grant, CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var saved = await SaveAsync(connection, grant, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return saved;
    }

    /// <summary>The same together with other changes.</summary>
    /// <param name="connection">In a transaction, which is not committed here.</param>
    /// <param name="grant">The configuration.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The grant as it is shown.</returns>
    /// <exception cref="EgressException">As above.</exception>
    public async Task<GrantView> SaveAsync(NpgsqlConnection connection, GrantConfiguration grant, CancellationToken cancellationToken)
    {
        var origin = EgressUrl.Parse(grant.TokenUrl).Origin;
        if (grant.AuthorizationUrl.Length > 0)
            EgressUrl.Parse(grant.AuthorizationUrl);

        var stored = await connection.QuerySingleOrDefaultAsync<StoredGrant>(new CommandDefinition(
            $"SELECT {StoredGrant.Columns} FROM egress.oauth_grants WHERE id = @Id FOR UPDATE",
            new { grant.Id },
            cancellationToken: cancellationToken));
        var keepsSecret = stored is not null
            && ((stored.ClientSecret is not null && grant.ClientSecret is null)
                || (stored.RefreshToken is not null && grant.RefreshToken is null && grant.Kind != GrantKind.AuthorizationCode)
                || (stored.PrivateKey is not null && grant.PrivateKey is null));
        var moved = stored is not null && EgressUrl.Parse(stored.TokenUrl).Origin != origin;
        if (moved && keepsSecret)
            throw EgressException.Denied("secret-moved", "The token URL names another host; the secrets have to be entered again.");

        // A person's authorisation belongs to the endpoint and client that gave it.
        var keepsTokens = stored is not null && !moved && stored.ClientId == grant.ClientId && stored.Kind == grant.Kind.ToString();
        var refreshToken = grant.RefreshToken is { } given ? Sealed(grant.Id, "refresh_token", given) : keepsTokens ? stored!.RefreshToken : null;
        var state = grant.Kind == GrantKind.AuthorizationCode && refreshToken is null ? GrantState.Unauthorized : GrantState.Active;
        var setsSecret = stored is null || grant.ClientSecret is not null || grant.RefreshToken is not null || grant.PrivateKey is not null;
        if (keepsTokens && !setsSecret)
            state = stored!.StateValue;

        var row = await connection.QuerySingleAsync<StoredGrant>(new CommandDefinition(
            $"""
            INSERT INTO egress.oauth_grants (
              id, kind, token_url, client_id, settings, client_secret, refresh_token, private_key, state, secret_time)
            VALUES (
              @Id, @Kind, @TokenUrl, @ClientId, @Settings::jsonb, @ClientSecret, @RefreshToken, @PrivateKey, @State, @SecretTime)
            ON CONFLICT (id) DO UPDATE SET
              kind = excluded.kind, token_url = excluded.token_url, client_id = excluded.client_id, settings = excluded.settings,
              client_secret = excluded.client_secret, refresh_token = excluded.refresh_token, private_key = excluded.private_key,
              access_token = NULL, renew_time = NULL, state = excluded.state, last_error = NULL,
              version = oauth_grants.version + 1, lease_end = NULL, secret_time = excluded.secret_time
            RETURNING {StoredGrant.Columns}
            """,
            new
            {
                grant.Id,
                Kind = grant.Kind.ToString(),
                grant.TokenUrl,
                grant.ClientId,
                Settings = JsonSerializer.Serialize(GrantSettings.Of(grant)),
                ClientSecret = Kept(grant.Id, "client_secret", grant.ClientSecret, stored?.ClientSecret),
                RefreshToken = refreshToken,
                PrivateKey = Kept(grant.Id, "private_key", grant.PrivateKey, stored?.PrivateKey),
                State = state.ToString(),
                SecretTime = setsSecret ? time.GetUtcNow().UtcDateTime : stored!.SecretTime,
            },
            cancellationToken: cancellationToken));
        return row.View();
    }

    /// <summary>Removes a grant with its secrets and tokens, if there is one.</summary>
    /// <param name="connection">In a transaction, which is not committed here.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task DeleteAsync(NpgsqlConnection connection, string id, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new("DELETE FROM egress.oauth_grants WHERE id = @id", new { id }, cancellationToken: cancellationToken));

    /// <summary>Reads a grant.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The grant as it is shown, or null.</returns>
    public async Task<GrantView?> GetAsync(string id, CancellationToken cancellationToken) =>
        (await ReadAsync(id, cancellationToken))?.View();

    /// <summary>Lists all grants by id.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The grants as they are shown.</returns>
    public async Task<IReadOnlyList<GrantView>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<StoredGrant>(new CommandDefinition(
            $"SELECT {StoredGrant.Columns} FROM egress.oauth_grants ORDER BY id", cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.View())];
    }

    internal async Task<StoredGrant?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<StoredGrant>(new CommandDefinition(
            $"SELECT {StoredGrant.Columns} FROM egress.oauth_grants WHERE id = @id", new { id }, cancellationToken: cancellationToken));
    }

    /// <summary>Takes the lease and reads the grant again, if its version has not moved (EGR-26).</summary>
    internal async Task<StoredGrant?> LeaseAsync(StoredGrant read, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<StoredGrant>(new CommandDefinition(
            $"""
            UPDATE egress.oauth_grants
            SET lease_end = clock_timestamp() + @lease, fence = fence + 1
            WHERE id = @Id AND version = @Version AND state = 'Active' AND (lease_end IS NULL OR lease_end < clock_timestamp())
            RETURNING {StoredGrant.Columns}
            """,
            new { read.Id, read.Version, lease },
            cancellationToken: cancellationToken));
    }

    /// <summary>
    /// Stores what the provider gave, if nobody stored a newer version (EGR-27). The fence is not asked: an answer that came
    /// after the lease had ended still holds the only refresh token that works.
    /// </summary>
    internal Task<bool> StoreTokensAsync(StoredGrant read, TokenAnswer answer, CancellationToken cancellationToken) => ChangeAsync(
        """
        UPDATE egress.oauth_grants
        SET access_token = @AccessToken, renew_time = @RenewTime, refresh_token = coalesce(@RefreshToken, refresh_token),
          state = 'Active', last_error = NULL, last_authorization_error = NULL, version = version + 1, lease_end = NULL
        WHERE id = @Id AND version = @Version
        """,
        new
        {
            read.Id,
            read.Version,
            AccessToken = Sealed(read.Id, "access_token", answer.AccessToken),
            RenewTime = answer.RenewTime.UtcDateTime,
            RefreshToken = answer.RefreshToken is { } token ? Sealed(read.Id, "refresh_token", token) : null,
        },
        cancellationToken);

    /// <summary>Marks the grant as refused and says so by an event, if this refresher still holds it (EGR-28).</summary>
    internal async Task<bool> RefuseAsync(StoredGrant held, string error, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var isHeld = await transaction.Connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE egress.oauth_grants
            SET state = 'ReauthorizationRequired', last_error = @error, lease_end = NULL
            WHERE id = @Id AND version = @Version AND fence = @Fence
            """,
            new { held.Id, held.Version, held.Fence, error },
            cancellationToken: cancellationToken)) > 0;
        if (!isHeld)
            return false;

        var refused = new GrantReauthorizationRequired
        {
            Service = service,
            Time = time.GetUtcNow(),
            Resource = $"grants/{held.Id}",
            TraceId = Activity.Current?.TraceId.ToHexString(),
            Reason = error,
        };
        transaction.Publish(refused, held.Id, mandatory: false);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    internal Task ReleaseAsync(StoredGrant held, CancellationToken cancellationToken) => ChangeAsync(
        "UPDATE egress.oauth_grants SET lease_end = NULL WHERE id = @Id AND version = @Version AND fence = @Fence",
        new { held.Id, held.Version, held.Fence },
        cancellationToken);

    /// <summary>Forgets the tokens of a grant; its configuration stays.</summary>
    internal static async Task<StoredGrant?> RevokeAsync(NpgsqlConnection connection, string id, CancellationToken cancellationToken) =>
        await connection.QuerySingleOrDefaultAsync<StoredGrant>(new CommandDefinition(
            $"""
            UPDATE egress.oauth_grants
            SET refresh_token = NULL, access_token = NULL, renew_time = NULL, state = 'Unauthorized', version = version + 1, lease_end = NULL
            WHERE id = @id
            RETURNING {StoredGrant.Columns}
            """,
            new { id },
            cancellationToken: cancellationToken));

    internal async Task BeginAuthorizationAsync(NpgsqlConnection connection, PendingAuthorization pending, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            WITH expired AS (DELETE FROM egress.oauth_authorizations WHERE expire_time < @Now)
            INSERT INTO egress.oauth_authorizations (state_hash, grant_id, caller, code_verifier, expire_time)
            VALUES (@StateHash, @GrantId, @Caller, @CodeVerifier, @ExpireTime)
            """,
            new
            {
                Now = time.GetUtcNow().UtcDateTime,
                pending.StateHash,
                pending.GrantId,
                pending.Caller,
                pending.CodeVerifier,
                pending.ExpireTime,
            },
            cancellationToken: cancellationToken));

    /// <summary>Takes a begun authorisation away, so that its state works once.</summary>
    internal async Task<PendingAuthorization?> TakeAuthorizationAsync(byte[] stateHash, CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        var pending = await connection.QuerySingleOrDefaultAsync<PendingAuthorization>(new CommandDefinition(
            """
            DELETE FROM egress.oauth_authorizations WHERE state_hash = @stateHash
            RETURNING state_hash AS StateHash, grant_id AS GrantId, caller AS Caller, code_verifier AS CodeVerifier, expire_time AS ExpireTime
            """,
            new { stateHash },
            cancellationToken: cancellationToken));
        return pending is not null && pending.ExpireTime > time.GetUtcNow().UtcDateTime ? pending : null;
    }

    internal Task NoteAuthorizationErrorAsync(string grantId, string error, CancellationToken cancellationToken) => ChangeAsync(
        "UPDATE egress.oauth_grants SET last_authorization_error = @error WHERE id = @grantId",
        new { grantId, error },
        cancellationToken);

    private async Task<bool> ChangeAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)) > 0;
    }

    private string Sealed(string id, string column, string value) => keys.Encrypt(StoredGrant.Place(id, column), value);

    private string? Kept(string id, string column, string? given, string? stored) => given switch
    {
        null => stored,
        "" => null,
        _ => Sealed(id, column, given),
    };
}

/// <summary>A row of <c>egress.oauth_authorizations</c>.</summary>
internal sealed record PendingAuthorization
{
    public required byte[] StateHash { get; init; }

    public required string GrantId { get; init; }

    public required string Caller { get; init; }

    public string? CodeVerifier { get; init; }

    public required DateTime ExpireTime { get; init; }
}

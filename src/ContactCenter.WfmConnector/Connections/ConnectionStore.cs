using ContactCenter.Durable;
using ContactCenter.Egress.Secrets;
using ContactCenter.Events.Wfm;
using ContactCenter.WfmConnector.Reports;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>All SQL of the connection and its history.</summary>
/// <param name="database">The service's database.</param>
/// <param name="keys">Encrypts the secret.</param>
/// <param name="profiles">Knows what the push interface is like.</param>
/// <param name="options">When the connection counts as lost.</param>
/// <param name="timeProvider">Now.</param>
public sealed class ConnectionStore(DurableDatabase database, SecretKeyRing keys, WireProfileStore profiles, IOptions<WfmOptions> options, TimeProvider timeProvider)
{
    /// <summary>Failed calls in a row after which the connection counts as lost (WFM-14).</summary>
    private const int FailuresUntilLost = 3;

    private const string RowId = "true";

    /// <summary>The column of the secret, so that it follows a change of the key (SEC-2).</summary>
    public static SecretColumn SecretColumn { get; } = new("wfm", new("connection", "secret_key", ""), "only_one::text");

    private static SecretPlace SecretPlace => SecretColumn.Place with { RowId = RowId };

    /// <summary>Reads the connection, for use.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<Connection> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await ReadAsync(connection, forUpdate: false);
    }

    /// <summary>Reads the connection and keeps others from changing it.</summary>
    /// <param name="connection">In a transaction.</param>
    public Task<Connection> LockAsync(NpgsqlConnection connection) => ReadAsync(connection, forUpdate: true);

    /// <summary>Replaces the configuration, and drops the tokens of the one before.</summary>
    /// <param name="connection">In a transaction that has locked it.</param>
    /// <param name="configured">The new one.</param>
    public Task ConfigureAsync(NpgsqlConnection connection, Connection configured) => connection.ExecuteAsync(
        """
        UPDATE wfm.connection SET revision = @Revision, service_url = @ServiceUrl, access_key_id = @AccessKeyId, secret_key = @secret, secret_set_time = @SecretSetTime,
          mode = @mode, tenant_name = @TenantName, heartbeat_due = '-infinity';
        UPDATE wfm.tokens SET version = version + 1, tokens = NULL, renew_time = '-infinity', expire_time = '-infinity', refresh_expire_time = '-infinity', refusals = 0, retry_time = '-infinity'
        """,
        new
        {
            configured.Revision,
            configured.ServiceUrl,
            configured.AccessKeyId,
            secret = configured.SecretKey is { } secret ? keys.Encrypt(SecretPlace, secret) : null,
            configured.SecretSetTime,
            mode = configured.Mode.ToString().ToUpperInvariant(),
            configured.TenantName,
        });

    /// <summary>Writes what is wanted.</summary>
    /// <param name="connection">In a transaction that has locked it.</param>
    /// <param name="isWanted">Whether to be connected.</param>
    public Task WantAsync(NpgsqlConnection connection, bool isWanted) => connection.ExecuteAsync(
        "UPDATE wfm.connection SET is_wanted = @isWanted, failures = 0, success_time = CASE WHEN @isWanted THEN @now ELSE success_time END, heartbeat_due = '-infinity'",
        new { isWanted, now = timeProvider.GetUtcNow() });

    /// <summary>Comes into a state, tells it, and keeps it in the history; nothing if it is the present one.</summary>
    /// <param name="transaction">Holds the change.</param>
    /// <param name="state">The state.</param>
    /// <param name="cause">Why, in one sentence without secrets.</param>
    /// <param name="httpStatus">Status of the answer that led to it; null without.</param>
    /// <returns>Whether the state is another one now.</returns>
    public async Task<bool> EnterAsync(DurableTransaction transaction, ConnectionState state, string cause, int? httpStatus)
    {
        var now = timeProvider.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var changed = await transaction.Connection.ExecuteAsync(
            """
            WITH changed AS (UPDATE wfm.connection SET state = @word, state_time = @now WHERE state <> @word RETURNING state)
            INSERT INTO wfm.connection_events (event_id, state, event_time, cause, http_status) SELECT @id, state, @now, @cause, @httpStatus FROM changed
            """,
            new { word = WordOf(state), now, id, cause, httpStatus }) == 1;
        if (changed)
        {
            transaction.Publish(
                new WfmConnectionChanged { EventId = id, OccurredTime = now, State = WordOf(state), Cause = cause, HttpStatus = httpStatus }, "connection", mandatory: false);
        }

        return changed;
    }

    /// <summary>Writes how a call went (WFM-14): three failures in a row, or too long without success, and the connection is lost.</summary>
    /// <param name="answer">How it went.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task TellAsync(CxoneAnswer answer, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        if (answer.IsAnswered && await TellOnceMoreAsync(now, cancellationToken))
            return;
        await using var transaction = await database.BeginAsync(cancellationToken);
        var before = await LockAsync(transaction.Connection);
        if (!before.IsUsable)
            return;
        if (answer.IsAnswered)
        {
            await transaction.Connection.ExecuteAsync("UPDATE wfm.connection SET failures = 0, success_time = @now", new { now });
            await EnterAsync(transaction, ConnectionState.Connected, "CXone answers.", answer.Status);
            // Whatever CXone missed, it learns by a snapshot (WFM-39).
            if (before.State != ConnectionState.Connected)
                await transaction.Connection.ExecuteAsync("UPDATE wfm.connection SET snapshot_due = @now; UPDATE wfm.tokens SET refusals = 0", new { now });
        }
        else if (answer.Result is CxoneResult.Unauthorized or CxoneResult.Forbidden)
        {
            await EnterAsync(transaction, answer.Result == CxoneResult.Forbidden ? ConnectionState.Forbidden : ConnectionState.AuthFailed, answer.Reason, answer.Status);
        }
        else
        {
            var failures = await transaction.Connection.QuerySingleAsync<int>("UPDATE wfm.connection SET failures = failures + 1 RETURNING failures");
            if (failures >= FailuresUntilLost || (before.SuccessTime is { } success && now - success >= options.Value.Connection.LostAfter))
                await EnterAsync(transaction, ConnectionState.Disconnected, answer.Reason, answer.Status);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Whether this process is the one to send the heartbeat that is due; the next one is due an interval later.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<bool> TakeHeartbeatAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE wfm.connection SET heartbeat_due = @now + @interval WHERE heartbeat_due <= @now AND is_wanted",
            new { now = timeProvider.GetUtcNow(), interval = options.Value.Connection.Heartbeat },
            cancellationToken: cancellationToken)) == 1;
    }

    /// <summary>Puts the next heartbeat off.</summary>
    /// <param name="pause">How long.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task DelayHeartbeatAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE wfm.connection SET heartbeat_due = @due WHERE heartbeat_due > '-infinity'", new { due = timeProvider.GetUtcNow() + pause }, cancellationToken: cancellationToken));
    }

    /// <summary>Whether this process is the one to send the snapshot that is due.</summary>
    /// <param name="connection">In the transaction that sends it.</param>
    public async Task<bool> TakeSnapshotAsync(NpgsqlConnection connection) => await connection.ExecuteAsync(
        "UPDATE wfm.connection SET snapshot_due = CASE WHEN @every > interval '0' THEN @now + @every END WHERE snapshot_due <= @now",
        new { now = timeProvider.GetUtcNow(), every = options.Value.RealTime.SnapshotEvery }) == 1;

    /// <summary>Lists changes of state, the newest first.</summary>
    /// <param name="before">Begin before this one; null for the first page.</param>
    /// <param name="limit">Most changes.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<(Guid Id, string State, DateTime Time, string Cause, int? HttpStatus)>> ListEventsAsync(Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<(Guid, string, DateTime, string, int?)>(new CommandDefinition(
            """
            SELECT event_id, state, event_time, cause, http_status FROM wfm.connection_events
            WHERE @before::uuid IS NULL OR event_id < @before ORDER BY event_id DESC LIMIT @limit
            """,
            new { before, limit },
            cancellationToken: cancellationToken))];
    }

    /// <summary>Forgets what is older than 90 days (WFM-15).</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task ForgetEventsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM wfm.connection_events WHERE event_time < @now - interval '90 days'", new { now = timeProvider.GetUtcNow() }, cancellationToken: cancellationToken));
    }

    /// <summary>The state as it is written, such as <c>AUTH_FAILED</c>.</summary>
    /// <param name="state">The state.</param>
    public static string WordOf(ConnectionState state) => state == ConnectionState.AuthFailed ? "AUTH_FAILED" : state.ToString().ToUpperInvariant();

    /// <summary>Writes in one statement what nearly every call leads to: CXone answers, as it did before.</summary>
    /// <returns>False if it did not before, or nobody wants it to.</returns>
    private async Task<bool> TellOnceMoreAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE wfm.connection SET failures = 0, success_time = @now WHERE state = @connected AND is_wanted",
            new { now, connected = WordOf(ConnectionState.Connected) },
            cancellationToken: cancellationToken)) == 1;
    }

    private async Task<Connection> ReadAsync(NpgsqlConnection connection, bool forUpdate)
    {
        var row = await connection.QuerySingleAsync<Row>(
            $"""
            SELECT revision AS Revision, service_url AS ServiceUrl, access_key_id AS AccessKeyId, secret_key AS SecretKey, secret_set_time AS SecretSetTime, mode AS Mode,
              tenant_name AS TenantName, profile AS Profile, is_wanted AS IsWanted, replace(state, '_', '') AS State, state_time AS StateTime, success_time AS SuccessTime
            FROM wfm.connection {(forUpdate ? "FOR UPDATE" : "")}
            """);
        return new()
        {
            Revision = row.Revision,
            ServiceUrl = row.ServiceUrl,
            AccessKeyId = row.AccessKeyId,
            SecretKey = row.SecretKey is { } secret ? keys.Decrypt(SecretPlace, secret) : null,
            SecretSetTime = row.SecretSetTime,
            Mode = Enum.Parse<AuthenticationMode>(row.Mode, ignoreCase: true),
            TenantName = row.TenantName,
            Profile = (await profiles.FindAsync(connection, row.Profile))!,
            IsWanted = row.IsWanted,
            State = Enum.Parse<ConnectionState>(row.State, ignoreCase: true),
            StateTime = row.StateTime,
            SuccessTime = row.SuccessTime,
        };
    }

    private sealed class Row
    {
        public long Revision { get; init; }
        public string ServiceUrl { get; init; } = "";
        public string AccessKeyId { get; init; } = "";
        public string? SecretKey { get; init; }
        public DateTime? SecretSetTime { get; init; }
        public string Mode { get; init; } = "";
        public string TenantName { get; init; } = "";
        public string Profile { get; init; } = "";
        public bool IsWanted { get; init; }
        public string State { get; init; } = "";
        public DateTime StateTime { get; init; }
        public DateTime? SuccessTime { get; init; }
    }
}

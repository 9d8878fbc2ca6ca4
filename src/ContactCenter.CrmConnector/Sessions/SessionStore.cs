using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Outbound;
using ContactCenter.CrmConnector.Rendering;
using Dapper;
using Npgsql;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>All SQL of sessions and of the accounts that end users had.</summary>
public static class SessionStore
{
    private const string Columns =
        """
        session AS Session, account_sid AS AccountSid, facts AS Facts, triggered AS Triggered, account_state AS AccountState, account_id AS AccountId,
          account_is_number AS AccountIsNumber, record_state AS RecordState, record_id AS RecordId, record_is_number AS RecordIsNumber, record_reused AS RecordReused
        """;

    /// <summary>Finds a session, or makes it, and keeps others from changing it and its operations.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="name">The session.</param>
    /// <param name="accountSid">The contact centre's account.</param>
    /// <param name="now">Time of the change.</param>
    internal static async Task<LockedSession> LockAsync(NpgsqlConnection connection, SessionName name, string accountSid, DateTimeOffset now) => (await LockAsync(
        connection,
        $"""
        INSERT INTO crm.sessions (session, account_sid, create_time, update_time) VALUES (@session, @accountSid, @now, @now)
        ON CONFLICT (session) DO UPDATE SET update_time = excluded.update_time
        RETURNING {Columns}
        """,
        "@session",
        new { session = name.ToString(), accountSid, now }))!;

    /// <summary>Finds a session, and keeps others from changing it and its operations.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="session">Its name as given.</param>
    /// <returns>Null if there is none.</returns>
    internal static Task<LockedSession?> LockAsync(NpgsqlConnection connection, string session) =>
        LockAsync(connection, $"SELECT {Columns} FROM crm.sessions WHERE session = @session FOR UPDATE", "@session", new { session });

    /// <summary>Finds the session of a job's operation, and keeps others from changing it and its operations.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="job">The job.</param>
    /// <returns>Null if no operation has the job any more.</returns>
    internal static Task<LockedSession?> LockOfJobAsync(NpgsqlConnection connection, Guid job)
    {
        const string OfJob = "(SELECT j.session FROM crm.operations j WHERE j.job_id = @job)";
        return LockAsync(connection, $"SELECT {Columns} FROM crm.sessions WHERE session = {OfJob} FOR UPDATE", OfJob, new { job });
    }

    /// <summary>Finds a session.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="session">Its name as given.</param>
    /// <returns>Null if there is none.</returns>
    public static async Task<SessionRow?> FindAsync(NpgsqlConnection connection, string session) =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM crm.sessions WHERE session = @session", new { session }))?.ToSession();

    // One round trip. Each statement sees what was committed before it began: the later ones what the last holder of the lock has written.
    private static async Task<LockedSession?> LockAsync(NpgsqlConnection connection, string locking, string session, object parameters)
    {
        await using var found = await connection.QueryMultipleAsync($"{locking}; {OperationStore.SelectOf(session)}; {ConnectorStore.SelectOf(session)}", parameters);
        var row = await found.ReadSingleOrDefaultAsync<Row>();
        var operations = (await found.ReadAsync<StoredOperation>()).AsList();
        var connectors = await ConnectorStore.ReadAsync(found);
        return row is null ? null : new(row.ToSession(), operations, connectors);
    }

    /// <summary>Writes a session that is locked.</summary>
    /// <param name="session">The session.</param>
    /// <param name="now">Time of the change.</param>
    internal static NpgsqlBatchCommand WriteCommand(SessionRow session, DateTimeOffset now) => BatchCommand.Of(
        """
        UPDATE crm.sessions SET facts = $2, triggered = $3, account_state = $4, account_id = $5, account_is_number = $6,
          record_state = $7, record_id = $8, record_is_number = $9, record_reused = $10, update_time = $11
        WHERE session = $1
        """,
        session.Name.ToString(),
        session.Sheet.ToString(),
        session.Triggered,
        Upper(session.Account.State),
        IdOf(session.Account),
        session.Account.Id.IsNumber,
        Upper(session.Record.State),
        IdOf(session.Record),
        session.Record.Id.IsNumber,
        session.RecordReused,
        now);

    /// <summary>The account that an end user's last session had (CRM-86).</summary>
    /// <param name="connection">Open.</param>
    /// <param name="connectorId">In which CRM.</param>
    /// <param name="endUser"><see cref="SessionRow.EndUser"/>.</param>
    /// <returns>None if it is not known.</returns>
    public static async Task<VariableValue> RememberedAsync(NpgsqlConnection connection, string connectorId, string endUser)
    {
        var (id, isNumber) = await connection.QuerySingleOrDefaultAsync<(string? Id, bool IsNumber)>(
            "SELECT account_id, account_is_number FROM crm.account_links WHERE connector_id = @connectorId AND end_user = @endUser", new { connectorId, endUser });
        return id is null ? VariableValue.None : new(id, isNumber);
    }

    /// <summary>Remembers the account of an end user.</summary>
    /// <param name="connectorId">In which CRM.</param>
    /// <param name="endUser"><see cref="SessionRow.EndUser"/>.</param>
    /// <param name="account">The account.</param>
    /// <param name="now">Time of the change.</param>
    internal static NpgsqlBatchCommand RememberCommand(string connectorId, string endUser, VariableValue account, DateTimeOffset now) => BatchCommand.Of(
        """
        INSERT INTO crm.account_links (connector_id, end_user, account_id, account_is_number, update_time) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (connector_id, end_user) DO UPDATE SET account_id = excluded.account_id, account_is_number = excluded.account_is_number, update_time = excluded.update_time
        """,
        connectorId,
        endUser,
        account.Text,
        account.IsNumber,
        now);

    /// <summary>The newest sessions of a record.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="recordId">The record.</param>
    /// <param name="limit">Most sessions.</param>
    public static async Task<IEnumerable<SessionRow>> OfRecordAsync(NpgsqlConnection connection, string recordId, int limit) => (await connection.QueryAsync<Row>(
        $"SELECT {Columns} FROM crm.sessions WHERE record_id = @recordId ORDER BY update_time DESC LIMIT @limit", new { recordId, limit })).Select(row => row.ToSession());

    private static string? IdOf(Link link) => link.State == LinkState.Resolved ? link.Id.Text : null;

    private static string Upper(LinkState state) => state.ToString().ToUpperInvariant();

    private sealed class Row
    {
        public string Session { get; init; } = "";
        public string AccountSid { get; init; } = "";
        public string Facts { get; init; } = "";
        public bool Triggered { get; init; }
        public LinkState AccountState { get; init; }
        public string? AccountId { get; init; }
        public bool AccountIsNumber { get; init; }
        public LinkState RecordState { get; init; }
        public string? RecordId { get; init; }
        public bool RecordIsNumber { get; init; }
        public bool RecordReused { get; init; }

        public SessionRow ToSession() => new()
        {
            Name = SessionName.Parse(Session),
            AccountSid = AccountSid,
            Sheet = SessionSheet.Parse(Facts),
            Triggered = Triggered,
            Account = new(AccountState, AccountId is null ? VariableValue.None : new(AccountId, AccountIsNumber)),
            Record = new(RecordState, RecordId is null ? VariableValue.None : new(RecordId, RecordIsNumber)),
            RecordReused = RecordReused,
        };
    }
}

/// <summary>A session whose row is locked, with what the lock guards.</summary>
/// <param name="Session">The session.</param>
/// <param name="Operations">Its operations in the order of their places.</param>
/// <param name="Connectors">Those of its operations, and the one in use.</param>
internal sealed record LockedSession(SessionRow Session, List<StoredOperation> Operations, IReadOnlyList<StoredConnector> Connectors);

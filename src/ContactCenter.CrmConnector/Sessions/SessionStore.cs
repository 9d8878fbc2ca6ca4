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

    /// <summary>Finds a session, or makes it, and keeps others from changing it.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="name">The session.</param>
    /// <param name="accountSid">The contact centre's account.</param>
    /// <param name="now">Time of the change.</param>
    public static async Task<SessionRow> LockAsync(NpgsqlConnection connection, SessionName name, string accountSid, DateTimeOffset now) =>
        (await connection.QuerySingleAsync<Row>(
            $"""
            INSERT INTO crm.sessions (session, account_sid, create_time, update_time) VALUES (@name, @accountSid, @now, @now)
            ON CONFLICT (session) DO UPDATE SET update_time = excluded.update_time
            RETURNING {Columns}
            """,
            new { name = name.ToString(), accountSid, now })).ToSession();

    /// <summary>Finds a session, and keeps others from changing it if asked to.</summary>
    /// <param name="connection">In a transaction if it is to be locked.</param>
    /// <param name="session">Its name as given.</param>
    /// <param name="locked">Whether others must not change it.</param>
    /// <returns>Null if there is none.</returns>
    public static async Task<SessionRow?> FindAsync(NpgsqlConnection connection, string session, bool locked = false) => (await connection.QuerySingleOrDefaultAsync<Row>(
        $"SELECT {Columns} FROM crm.sessions WHERE session = @session {(locked ? "FOR UPDATE" : "")}", new { session }))?.ToSession();

    /// <summary>Finds the session of a job's operation, and keeps others from changing it.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="job">The job.</param>
    /// <returns>Null if no operation has the job any more.</returns>
    public static async Task<SessionRow?> LockOfJobAsync(NpgsqlConnection connection, Guid job) => (await connection.QuerySingleOrDefaultAsync<Row>(
        $"SELECT {Columns} FROM crm.sessions WHERE session = (SELECT o.session FROM crm.operations o WHERE o.job_id = @job) FOR UPDATE", new { job }))?.ToSession();

    /// <summary>Writes a session that is locked.</summary>
    /// <param name="connection">In the transaction that locked it.</param>
    /// <param name="session">The session.</param>
    /// <param name="now">Time of the change.</param>
    public static Task WriteAsync(NpgsqlConnection connection, SessionRow session, DateTimeOffset now) => connection.ExecuteAsync(
        """
        UPDATE crm.sessions SET facts = @facts, triggered = @Triggered, account_state = @accountState, account_id = @accountId, account_is_number = @accountIsNumber,
          record_state = @recordState, record_id = @recordId, record_is_number = @recordIsNumber, record_reused = @RecordReused, update_time = @now
        WHERE session = @name
        """,
        new
        {
            name = session.Name.ToString(),
            facts = session.Sheet.ToString(),
            session.Triggered,
            accountState = Upper(session.Account.State),
            accountId = IdOf(session.Account),
            accountIsNumber = session.Account.Id.IsNumber,
            recordState = Upper(session.Record.State),
            recordId = IdOf(session.Record),
            recordIsNumber = session.Record.Id.IsNumber,
            session.RecordReused,
            now,
        });

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
    /// <param name="connection">In a transaction.</param>
    /// <param name="connectorId">In which CRM.</param>
    /// <param name="endUser"><see cref="SessionRow.EndUser"/>.</param>
    /// <param name="account">The account.</param>
    /// <param name="now">Time of the change.</param>
    public static Task RememberAsync(NpgsqlConnection connection, string connectorId, string endUser, VariableValue account, DateTimeOffset now) => connection.ExecuteAsync(
        """
        INSERT INTO crm.account_links (connector_id, end_user, account_id, account_is_number, update_time) VALUES (@connectorId, @endUser, @Text, @IsNumber, @now)
        ON CONFLICT (connector_id, end_user) DO UPDATE SET account_id = excluded.account_id, account_is_number = excluded.account_is_number, update_time = excluded.update_time
        """,
        new { connectorId, endUser, account.Text, account.IsNumber, now });

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

using System.Security.Cryptography;
using System.Text;
using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Durable;
using ContactCenter.Events.Crm;
using LinkState = ContactCenter.CrmConnector.Sessions.LinkState;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>The operations of one session whose row is locked: adds them, and lets those go whose needs are met (CRM-76, CRM-80).</summary>
/// <param name="transaction">Holds the lock; takes jobs and messages.</param>
/// <param name="session">The session.</param>
/// <param name="connector">The connector that new operations go through.</param>
/// <param name="operations">All operations of the session in the order of their places.</param>
/// <param name="now">Time of the change.</param>
internal sealed class SessionWork(DurableTransaction transaction, SessionRow session, LoadedConnector connector, List<StoredOperation> operations, DateTimeOffset now)
{
    /// <summary>Kind of the job of an operation.</summary>
    public const string Call = "crm.call";

    /// <summary>Kind of the job that lets operations of a session go.</summary>
    public const string Release = "crm.release";

    /// <summary>Waits for an agent to be assigned (CRM-77).</summary>
    public const string NotAssigned = "SESSION_NOT_ASSIGNED";

    /// <summary>Waits for an operation of its lane that needs a person (CRM-104).</summary>
    public const string LaneStuck = "LANE_STUCK";

    private const string Predecessor = "PREDECESSOR_UNRESOLVED";
    private const string OwnSource = "session";
    private const short FirstComment = 10;
    private const int LongestLane = 200;

    private static readonly UpdateTrigger[] AllTriggers = [UpdateTrigger.RatingSaved, UpdateTrigger.SessionEnded, UpdateTrigger.QueueSelected, UpdateTrigger.UserVerified];

    /// <summary>The session.</summary>
    public SessionRow Session => session;

    /// <summary>The connector.</summary>
    public LoadedConnector Connector => connector;

    /// <summary>Reads the operations of a session that is locked.</summary>
    /// <param name="transaction">Holds the lock.</param>
    /// <param name="session">The session.</param>
    /// <param name="connector">The connector that new operations go through.</param>
    /// <param name="now">Time of the change.</param>
    public static async Task<SessionWork> OpenAsync(DurableTransaction transaction, SessionRow session, LoadedConnector connector, DateTimeOffset now) =>
        new(transaction, session, connector, await OperationStore.OfSessionAsync(transaction.Connection, session.Name.ToString()), now);

    /// <summary>Reads the operations of a session that is locked, with the connector that they go through.</summary>
    /// <param name="transaction">Holds the lock.</param>
    /// <param name="session">The session.</param>
    /// <param name="connectors">The connectors.</param>
    /// <param name="now">Time of the change.</param>
    /// <returns>Null if it has none, and no connector is in use.</returns>
    public static async Task<SessionWork?> OpenAsync(DurableTransaction transaction, SessionRow session, ConnectorLoader connectors, DateTimeOffset now)
    {
        var operations = await OperationStore.OfSessionAsync(transaction.Connection, session.Name.ToString());
        var connector = operations.Count > 0 ? await connectors.GetAsync(transaction.Connection, operations[^1].ConnectorId) : await connectors.FindActiveAsync(transaction.Connection);
        return connector is null ? null : new(transaction, session, connector, operations, now);
    }

    /// <summary>Has the account looked for.</summary>
    /// <param name="time">When the event happened.</param>
    public Task LookUpAsync(DateTimeOffset time) => AddAsync(WorkKind.Account, OwnSource, time, 0, HasAccount ? null : CrmErrors.EndpointNotConfigured);

    /// <summary>Has account and record found or made (CRM-77 to CRM-79).</summary>
    /// <param name="time">When the event happened.</param>
    public async Task TriggerAsync(DateTimeOffset time)
    {
        session.Triggered = true;
        await LookUpAsync(time);
        await AddAsync(WorkKind.Record, OwnSource, time, 1, HasRecord ? null : CrmErrors.EndpointNotConfigured);
    }

    /// <summary>Gives up what waits for an agent who never came (CRM-79).</summary>
    public async Task AbandonAsync()
    {
        foreach (var operation in operations.Where(operation => operation.State == WorkState.Blocked))
            await EndAsync(operation, WorkState.Skipped, CrmErrors.SessionAbandoned);
    }

    /// <summary>Has the record updated, if that is wanted (CRM-70). What was never sent stands for later updates too (CRM-90).</summary>
    /// <param name="trigger">What happened.</param>
    /// <param name="source">The event.</param>
    /// <param name="time">When.</param>
    public async Task UpdateAsync(UpdateTrigger trigger, string source, DateTimeOffset time)
    {
        var triggers = connector.Flows.UpdateTriggers?.Triggers ?? (IEnumerable<UpdateTrigger>)AllTriggers;
        if (!triggers.Contains(trigger))
            return;
        if (operations.Find(operation => operation is { Kind: WorkKind.Update, IsUnsent: true }) is { } unsent)
            await MoveAsync(unsent, time);
        else
            await AddAsync(WorkKind.Update, source, time, 2, Has(EndpointKind.UpdateRecord) ? null : CrmErrors.EndpointNotConfigured);
    }

    /// <summary>Has a comment added (CRM-113).</summary>
    /// <param name="source">The event, named by <see cref="CommentText.SourceOf"/>.</param>
    /// <param name="time">When it happened.</param>
    public Task CommentAsync(string source, DateTimeOffset time)
    {
        var kind = CommentText.KindOf(source);
        var skip = !Has(EndpointKind.Comment) ? CrmErrors.EndpointNotConfigured : connector.Definition.Comments?.SwitchedOff.Contains(kind) is true ? "SWITCHED_OFF" : null;
        return AddAsync(WorkKind.Comment, source, time, (short)(FirstComment + (int)kind), skip);
    }

    /// <summary>Gives the session its account, remembers it for the end user and tells it (CRM-86).</summary>
    /// <param name="account">The account, or that there is none.</param>
    /// <param name="connectorId">In which CRM.</param>
    public async Task SetAccountAsync(Link account, string connectorId)
    {
        session.Account = account;
        if (account.State != LinkState.Resolved)
            return;
        await SessionStore.RememberAsync(transaction.Connection, connectorId, session.EndUser, account.Id, now);
        Publish(new CrmAccountResolved
        {
            EventId = Guid.CreateVersion7(now),
            OccurredTime = now,
            RecordedTime = now,
            AccountSid = session.AccountSid,
            SessionKind = session.Name.Kind,
            SessionId = session.Name.Id,
            AccountId = account.Id.Text,
            Temporary = false,
        });
    }

    /// <summary>Gives the session its record and tells it (CRM-82).</summary>
    /// <param name="record">The record, or that there is none.</param>
    /// <param name="reused">Whether it was there before.</param>
    public void SetRecord(Link record, bool reused)
    {
        (session.Record, session.RecordReused) = (record, reused);
        var isAccount = record.State == LinkState.Waived && session.Account.State == LinkState.Resolved;
        var template = connector.Template;
        Publish(new CrmRecordResolved
        {
            EventId = Guid.CreateVersion7(now),
            OccurredTime = now,
            RecordedTime = now,
            AccountSid = session.AccountSid,
            SessionKind = session.Name.Kind,
            SessionId = session.Name.Id,
            AccountId = TextOf(session.Account),
            RecordId = isAccount ? TextOf(session.Account) : TextOf(record),
            RecordUrl = template.Address(isAccount ? template.AccountUrl : template.RecordUrl, session.ToSession()),
            IsAccount = isAccount,
            Reused = reused,
            Temporary = false,
        });
    }

    /// <summary>Lets every blocked operation go whose needs are met, in the order of their places (CRM-76).</summary>
    /// <param name="lane">A lane that is free again; null for none.</param>
    /// <param name="overdue">Made before this time: it goes in any case, to become DEAD (CRM-106).</param>
    public async Task ReleaseAsync(string? lane = null, DateTimeOffset? overdue = null)
    {
        foreach (var operation in operations.Where(operation => operation.State == WorkState.Blocked))
        {
            if (operation.CreateTime < overdue?.UtcDateTime)
                operation.Reason = Predecessor;
            else if (operation.Reason == LaneStuck ? operation.Lane != lane : Need(operation) is not null)
                continue;
            else
                operation.Reason = "";
            Queue(operation);
            await OperationStore.WriteAsync(transaction.Connection, operation);
        }
    }

    /// <summary>After a person has set an id: what is held or blocked goes on with it (CRM-92).</summary>
    public async Task ResumeAsync()
    {
        foreach (var operation in operations.Where(operation => operation.State == WorkState.Held && Need(operation) is null))
        {
            operation.Restart(reRender: true);
            Queue(operation);
            await OperationStore.WriteAsync(transaction.Connection, operation);
        }

        await ReleaseAsync();
    }

    /// <summary>Why an operation cannot go on yet; null if it can.</summary>
    /// <param name="operation">The operation.</param>
    public string? Need(StoredOperation operation) => operation.Kind switch
    {
        WorkKind.Account => operation.Step == EndpointKind.CreateAccount && !session.Triggered ? NotAssigned : null,
        WorkKind.Record => session.Account.State == LinkState.Open ? "ACCOUNT_UNRESOLVED" : null,
        _ => session.Record.State == LinkState.Open ? "RECORD_UNRESOLVED" : null,
    };

    /// <summary>Whether an operation waited too long for another (CRM-106).</summary>
    /// <param name="operation">The operation.</param>
    public static bool IsOverdue(StoredOperation operation) => operation.Reason == Predecessor;

    /// <summary>Ends an operation. If others of its lane wait for that, they go on.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="state">Succeeded, skipped or cancelled.</param>
    /// <param name="reason">Why; empty for no reason.</param>
    public async Task EndAsync(StoredOperation operation, WorkState state, string reason = "")
    {
        operation.End(state, reason, now);
        await OperationStore.WriteAsync(transaction.Connection, operation);
        if (operation.Lane is { } lane && connector.Definition.Ordering == Ordering.Strict)
        {
            foreach (var name in await OperationStore.BlockedInLaneAsync(transaction.Connection, lane))
                transaction.Enqueue(Release, new ReleasedLane(name, lane));
        }
    }

    /// <summary>Gives an operation a job in its lane.</summary>
    /// <param name="operation">The operation; the caller writes it.</param>
    public void Queue(StoredOperation operation)
    {
        operation.State = WorkState.Queued;
        operation.Lane = LaneOf(operation.Kind, operation.ConnectorId);
        operation.JobId = transaction.Enqueue(Call, new CallReference(operation.OperationId), new() { Key = operation.Lane }).Id;
    }

    /// <summary>Whether an operation that was never sent belongs in another lane by what is known now; it is then given a job there.</summary>
    /// <param name="operation">The operation; the caller writes it.</param>
    public bool ChangesLane(StoredOperation operation)
    {
        if (!operation.IsUnsent || LaneOf(operation.Kind, operation.ConnectorId) == operation.Lane)
            return false;
        Queue(operation);
        return true;
    }

    /// <summary>Writes what has changed of the session.</summary>
    public Task SaveAsync() => SessionStore.WriteAsync(transaction.Connection, session, now);

    /// <summary>Whether it ended before an agent was assigned, and gets no record (CRM-79).</summary>
    public bool IsAbandoned => !session.Triggered && session.Sheet.Get<EndedFacts>("Ended") is not null;

    private bool HasAccount => Has(EndpointKind.FindAccountByQuery) || Has(EndpointKind.CreateAccount) || (connector.Flows is { SkipAccountLookup: true, SkipAccountCreation: true } && HasRecord);

    private bool HasRecord => Has(EndpointKind.FindRecordByQuery) || Has(EndpointKind.CreateRecord);

    private bool Has(EndpointKind kind) => connector.Template.Endpoints.ContainsKey(kind);

    private async Task AddAsync(WorkKind kind, string source, DateTimeOffset time, short rank, string? skip)
    {
        // The effect of one event is one operation, however often it comes (CRM-107).
        if (operations.Find(operation => operation.Kind == kind && operation.Source == source) is { } known)
        {
            await MoveAsync(known, time);
            return;
        }

        if (IsAbandoned && kind is (WorkKind.Update or WorkKind.Comment))
            skip ??= CrmErrors.SessionAbandoned;
        var operation = new StoredOperation
        {
            OperationId = Guid.CreateVersion7(now),
            Session = session.Name.ToString(),
            ConnectorId = connector.Stored.ConnectorId,
            Kind = kind,
            Source = source,
            PositionTime = time.UtcDateTime,
            PositionRank = rank,
            CreateTime = now.UtcDateTime,
            State = WorkState.Blocked,
        };
        if (skip is not null)
            operation.End(WorkState.Skipped, skip, now);
        else if (Need(operation) is { } need)
            operation.Reason = need;
        else
            Queue(operation);
        await OperationStore.AddAsync(transaction.Connection, operation);
        operations.Add(operation);
    }

    // Its place is that of the first event that asks for it, in whichever order they come.
    private async Task MoveAsync(StoredOperation operation, DateTimeOffset time)
    {
        if (!operation.IsUnsent || time.UtcDateTime >= operation.PositionTime)
            return;
        operation.PositionTime = time.UtcDateTime;
        await OperationStore.WriteAsync(transaction.Connection, operation);
    }

    // Account creation is single-flight per end user (CRM-84); sessions that share a record share its lanes (CRM-103).
    private string LaneOf(WorkKind kind, string connectorId)
    {
        var owner = kind switch
        {
            WorkKind.Account => session.EndUser,
            WorkKind.Record => session.Name.ToString(),
            _ => $"{(kind == WorkKind.Comment ? "comments" : "record")}:{(session.Record.State == LinkState.Resolved ? session.Record.Id.Text : session.Name)}",
        };
        return $"{connectorId}:{(owner.Length <= LongestLane ? owner : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner))))}";
    }

    private void Publish<T>(T message)
        where T : class => transaction.Publish(message, session.Name.ToString());

    private static string? TextOf(Link link) => link.State == LinkState.Resolved ? link.Id.Text : null;
}

/// <summary>Payload of the job of an operation; the operation is found by its job.</summary>
/// <param name="OperationId">The operation that the job was made for, for people.</param>
internal sealed record CallReference(Guid OperationId);

/// <summary>Payload of <see cref="SessionWork.Release"/>.</summary>
/// <param name="Session">Whose operations may go on.</param>
/// <param name="Lane">The lane that is free again; null if they waited too long.</param>
internal sealed record ReleasedLane(string Session, string? Lane);

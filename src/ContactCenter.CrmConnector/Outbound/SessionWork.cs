using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Durable;
using Npgsql;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>
/// The operations of one session whose row is locked: adds them, and lets those go whose needs are met (CRM-76, CRM-80). What is changed
/// is written by <see cref="SaveAsync"/>, all at once.
/// </summary>
/// <param name="transaction">Holds the lock; takes jobs and messages.</param>
/// <param name="locked">The session with all its operations.</param>
/// <param name="connector">The connector that new operations go through.</param>
/// <param name="now">Time of the change.</param>
internal sealed partial class SessionWork(DurableTransaction transaction, LockedSession locked, LoadedConnector connector, DateTimeOffset now)
{
    private const string OwnSource = "session";
    private const short FirstComment = 10;

    private static readonly UpdateTrigger[] AllTriggers = [UpdateTrigger.RatingSaved, UpdateTrigger.SessionEnded, UpdateTrigger.QueueSelected, UpdateTrigger.UserVerified];

    private readonly HashSet<StoredOperation> _changed = [];
    private readonly List<string> _freed = [];
    private NpgsqlBatchCommand? _remembered;

    /// <summary>The session.</summary>
    public SessionRow Session => locked.Session;

    /// <summary>The connector.</summary>
    public LoadedConnector Connector => connector;

    /// <summary>Whether the session itself is to be written.</summary>
    public bool ChangesSession { get; set; }

    private List<StoredOperation> Operations => locked.Operations;

    /// <summary>The work of a session, with the connector that its operations go through.</summary>
    /// <param name="transaction">Holds the lock.</param>
    /// <param name="locked">The session.</param>
    /// <param name="connectors">Loads connectors.</param>
    /// <param name="now">Time of the change.</param>
    /// <returns>Null if it has none, and no connector is in use.</returns>
    public static SessionWork? Of(DurableTransaction transaction, LockedSession locked, ConnectorLoader connectors, DateTimeOffset now)
    {
        var connector = locked.Operations is [.., var last]
            ? connectors.Of(ConnectorOf(locked, last))
            : connectors.OfActive(locked.Connectors.FirstOrDefault(stored => stored.Active));
        return connector is null ? null : new(transaction, locked, connector, now);
    }

    /// <summary>The work of an operation.</summary>
    /// <param name="transaction">Holds the lock.</param>
    /// <param name="locked">Its session.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="connectors">Loads connectors.</param>
    /// <param name="now">Time of the change.</param>
    public static SessionWork Of(DurableTransaction transaction, LockedSession locked, StoredOperation operation, ConnectorLoader connectors, DateTimeOffset now) =>
        new(transaction, locked, connectors.Of(ConnectorOf(locked, operation)), now);

    /// <summary>Has the account looked for.</summary>
    /// <param name="time">When the event happened.</param>
    public void LookUp(DateTimeOffset time) => Add(WorkKind.Account, OwnSource, time, 0, HasAccount ? null : CrmErrors.EndpointNotConfigured);

    /// <summary>Has account and record found or made (CRM-77 to CRM-79).</summary>
    /// <param name="time">When the event happened.</param>
    public void Trigger(DateTimeOffset time)
    {
        Session.Triggered = true;
        LookUp(time);
        Add(WorkKind.Record, OwnSource, time, 1, HasRecord ? null : CrmErrors.EndpointNotConfigured);
    }

    /// <summary>Gives up what waits for an agent who never came (CRM-79).</summary>
    public void Abandon()
    {
        foreach (var operation in Operations.Where(operation => operation.State == WorkState.Blocked))
            End(operation, WorkState.Skipped, CrmErrors.SessionAbandoned);
    }

    /// <summary>Has the record updated, if that is wanted (CRM-70). What was never sent stands for later updates too (CRM-90).</summary>
    /// <param name="trigger">What happened.</param>
    /// <param name="source">The event.</param>
    /// <param name="time">When.</param>
    public void Update(UpdateTrigger trigger, string source, DateTimeOffset time)
    {
        var triggers = connector.Flows.UpdateTriggers?.Triggers ?? (IEnumerable<UpdateTrigger>)AllTriggers;
        if (!triggers.Contains(trigger))
            return;
        if (Operations.Find(operation => operation is { Kind: WorkKind.Update, IsUnsent: true }) is { } unsent)
            Move(unsent, time);
        else
            Add(WorkKind.Update, source, time, 2, Has(EndpointKind.UpdateRecord) ? null : CrmErrors.EndpointNotConfigured);
    }

    /// <summary>Has a comment added (CRM-113).</summary>
    /// <param name="source">The event, named by <see cref="CommentText.SourceOf"/>.</param>
    /// <param name="time">When it happened.</param>
    public void Comment(string source, DateTimeOffset time)
    {
        var kind = CommentText.KindOf(source);
        var skip = !Has(EndpointKind.Comment) ? CrmErrors.EndpointNotConfigured : connector.Definition.Comments?.SwitchedOff.Contains(kind) is true ? "SWITCHED_OFF" : null;
        Add(WorkKind.Comment, source, time, (short)(FirstComment + (int)kind), skip);
    }

    /// <summary>Whether it ended before an agent was assigned, and gets no record (CRM-79).</summary>
    public bool IsAbandoned => !Session.Triggered && Session.Sheet.Get<EndedFacts>("Ended") is not null;

    /// <summary>Has an operation written by <see cref="SaveAsync"/>.</summary>
    /// <param name="operation">One that was changed.</param>
    public void Change(StoredOperation operation) => _changed.Add(operation);

    /// <summary>Writes what has changed, in one round trip, and lets what waited for a lane go on.</summary>
    public async Task SaveAsync()
    {
        await using var batch = new NpgsqlBatch(transaction.Connection);
        if (ChangesSession)
            batch.BatchCommands.Add(SessionStore.WriteCommand(Session, now));
        if (_remembered is not null)
            batch.BatchCommands.Add(_remembered);
        foreach (var operation in _changed)
            batch.BatchCommands.Add(OperationStore.WriteCommand(operation));
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync();
        _changed.Clear();
        (ChangesSession, _remembered) = (false, null);
        if (_freed.Count == 0)
            return;
        foreach (var (name, lane) in await OperationStore.BlockedInLanesAsync(transaction.Connection, _freed))
            transaction.Enqueue(Release, new ReleasedLane(name, lane));
        _freed.Clear();
    }

    private bool HasAccount => Has(EndpointKind.FindAccountByQuery) || Has(EndpointKind.CreateAccount) || (connector.Flows is { SkipAccountLookup: true, SkipAccountCreation: true } && HasRecord);

    private bool HasRecord => Has(EndpointKind.FindRecordByQuery) || Has(EndpointKind.CreateRecord);

    private static StoredConnector ConnectorOf(LockedSession locked, StoredOperation operation) =>
        locked.Connectors.FirstOrDefault(stored => stored.ConnectorId == operation.ConnectorId)
        ?? throw new InvalidOperationException($"There is no connector {operation.ConnectorId}; one with operations that are not over cannot be deleted.");

    private bool Has(EndpointKind kind) => connector.Template.Endpoints.ContainsKey(kind);

    private void Add(WorkKind kind, string source, DateTimeOffset time, short rank, string? skip)
    {
        // The effect of one event is one operation, however often it comes (CRM-107).
        if (Operations.Find(operation => operation.Kind == kind && operation.Source == source) is { } known)
        {
            Move(known, time);
            return;
        }

        if (IsAbandoned && kind is (WorkKind.Update or WorkKind.Comment or WorkKind.File))
            skip ??= CrmErrors.SessionAbandoned;
        var operation = new StoredOperation
        {
            OperationId = Guid.CreateVersion7(now),
            Session = Session.Name.ToString(),
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
        Change(operation);
        Operations.Add(operation);
    }

    // Its place is that of the first event that asks for it, in whichever order they come.
    private void Move(StoredOperation operation, DateTimeOffset time)
    {
        if (!operation.IsUnsent || time.UtcDateTime >= operation.PositionTime)
            return;
        operation.PositionTime = time.UtcDateTime;
        Change(operation);
    }
}

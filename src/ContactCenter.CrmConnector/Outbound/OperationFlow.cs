using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Durable;
using ContactCenter.Egress.Secrets;
using ContactCenter.Events.Crm;
using LinkState = ContactCenter.CrmConnector.Sessions.LinkState;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>The flows of section 2.8 for one operation whose session is locked: what is called next, and what an answer means.</summary>
/// <param name="transaction">Holds the lock.</param>
/// <param name="work">The session with its operations.</param>
/// <param name="operation">The operation.</param>
/// <param name="keys">Seals requests.</param>
/// <param name="redactor">Masks secrets in answers.</param>
/// <param name="now">Time of the change.</param>
internal sealed partial class OperationFlow(DurableTransaction transaction, SessionWork work, StoredOperation operation, SecretKeyRing keys, Redactor redactor, DateTimeOffset now)
{
    private const int LongestExcerpt = 8_192;

    private JobFailedException? _failure;

    /// <summary>Whether it may go on with another call.</summary>
    public bool IsGoing => operation.EndTime is null && !operation.IsStuck && Wait is null;

    /// <summary>For how long the operation waits; null if it does not.</summary>
    public JobWaitException? Wait { get; private set; }

    /// <summary>Why the operation is dead.</summary>
    public JobFailedException Failure => _failure ?? new("final", $"The operation is dead: {operation.Reason}.");

    /// <summary>Decides on the next call and stores it in the operation.</summary>
    /// <returns>Null if there is none: the operation is over, blocked, held or dead.</returns>
    public async Task<SentRequest?> NextAsync()
    {
        if (SessionWork.IsOverdue(operation))
            return Die(operation.Reason);
        if (work.Connector.Definition.Ordering == Ordering.Strict && await OperationStore.IsLaneStuckAsync(transaction.Connection, operation))
            return Block(SessionWork.LaneStuck);
        if (work.Need(operation) is { } need)
            return work.IsAbandoned ? End(WorkState.Skipped, CrmErrors.SessionAbandoned) : Block(need);
        return operation.Kind switch
        {
            WorkKind.Account => await NextForAccountAsync(),
            WorkKind.Record => await NextForRecordAsync(),
            WorkKind.Update => await RenderAsync(EndpointKind.UpdateRecord),
            WorkKind.File => await NextForFileAsync(),
            _ => await RenderAsync(EndpointKind.Comment),
        };
    }

    private async Task<SentRequest?> NextForFileAsync()
    {
        var file = work.FileOf(operation);
        if (operation.Request is null && work.Superseded(file) is { } why)
            return End(WorkState.Skipped, why);
        if (work.Connector.Template.Upload is { } upload && file.Size > upload.Largest)
        {
            work.LinkTo(file, now);
            return Hold(CrmErrors.FileTooLarge);
        }

        return await RenderAsync(EndpointKind.UploadFile);
    }

    private bool Has(EndpointKind kind) => work.Connector.Template.Endpoints.ContainsKey(kind);

    private bool IsChecked(EndpointKind find) => operation.Uncertain && Has(find) && (!work.Connector.Flows.HasFindBeforeRecreate || work.Connector.Flows.FindBeforeRecreate);

    private async Task<SentRequest?> NextForAccountAsync()
    {
        var flows = work.Connector.Flows;
        if (work.Session.Account.State != LinkState.Open)
            return End(WorkState.Succeeded);
        if (operation.Step == EndpointKind.Unspecified)
        {
            operation.Step = flows.SkipAccountLookup || !Has(EndpointKind.FindAccountByQuery) ? EndpointKind.CreateAccount : EndpointKind.FindAccountByQuery;
            if (!flows.SkipAccountLookup && await IsFoundByIdAsync())
                operation.Step = EndpointKind.FindAccountById;
        }

        if (operation.Step != EndpointKind.CreateAccount)
            return await RenderAsync(operation.Step);
        if (flows.SkipAccountCreation || !Has(EndpointKind.CreateAccount))
            return SettleAccount(Link.Waived);
        if (work.Need(operation) is { } need)
            return work.IsAbandoned ? End(WorkState.Skipped, CrmErrors.SessionAbandoned) : Block(need);
        if (work.Session.ToSession() is { IsSdk: true } session && flows.SdkSessions && string.IsNullOrWhiteSpace(session.SdkIdentifier))
            return Hold(CrmErrors.SdkIdentifierRequired);
        return await RenderAsync(IsChecked(EndpointKind.FindAccountByQuery) ? EndpointKind.FindAccountByQuery : EndpointKind.CreateAccount);
    }

    // Only a URL of REST form finds by id (CRM-63).
    private async Task<bool> IsFoundByIdAsync() =>
        work.Connector.Template.Endpoints.TryGetValue(EndpointKind.FindAccountById, out var byId) && byId.Url.PathVariables.Contains(Variables.AccountId)
        && !(await RememberedAsync()).IsEmpty;

    private Task<VariableValue> RememberedAsync() => SessionStore.RememberedAsync(transaction.Connection, operation.ConnectorId, work.Session.EndUser);

    private async Task<SentRequest?> NextForRecordAsync()
    {
        var flows = work.Connector.Flows;
        if (work.Session.Record.State != LinkState.Open)
            return End(WorkState.Succeeded);
        if (operation.Step == EndpointKind.Unspecified)
        {
            var isReused = flows.RecordReuse is not (RecordReuse.Unspecified or RecordReuse.Never) && Has(EndpointKind.FindRecordByQuery);
            operation.Step = isReused ? EndpointKind.FindRecordByQuery : EndpointKind.CreateRecord;
        }

        if (operation.Step != EndpointKind.CreateRecord)
            return await RenderAsync(operation.Step);
        if (flows.SkipRecordCreation || !Has(EndpointKind.CreateRecord))
            return SettleRecord(Link.Waived, reused: false);
        return await RenderAsync(IsChecked(EndpointKind.FindRecordByQuery) ? EndpointKind.FindRecordByQuery : EndpointKind.CreateRecord);
    }

    /// <summary>The request of an endpoint: that which is stored, or rendered now. A look before a create is repeated leaves the create's request stored.</summary>
    private async Task<SentRequest?> RenderAsync(EndpointKind kind)
    {
        if (!work.Connector.Template.Endpoints.TryGetValue(kind, out var endpoint))
            return End(WorkState.Skipped, CrmErrors.EndpointNotConfigured);
        var stored = SentRequest.Of(keys, operation);
        if (stored?.Endpoint == kind)
            return Send(stored, keep: true);
        var session = work.Session.ToSession();
        if (operation.Kind == WorkKind.Account && endpoint.IsFind)
            session = session with { AccountId = await RememberedAsync() };
        var bodies = BodiesOf(session);
        if (bodies.Count < operation.Part)
            return End(WorkState.Succeeded);
        var values = work.Connector.Template.Values(endpoint, session, bodies[operation.Part - 1]);
        var file = kind == EndpointKind.UploadFile ? work.FileOf(operation) : null;
        var text = endpoint.Render(values.Value, file is null ? null : new(file.Name, file.ContentType, $"contactcenter-{operation.OperationId:N}"));
        if (text.Refusal is null)
            return Send(new(kind, text.Url, text.Body, values.Value(Variables.TicketSubject).Text, bodies.Count) { ContentType = text.ContentType, FileAt = text.FileAt, File = file }, keep: operation.Step is EndpointKind.Unspecified || operation.Step == kind);
        // What cannot be looked for is not there (CRM-74).
        if (text.Refusal == CrmErrors.NoCriteria)
        {
            NotFound(kind);
            return await NextAsync();
        }

        return text.Refusal == CrmErrors.UrlVariableEmpty && IsWaived(text.Subject)
            ? End(WorkState.Skipped, CrmErrors.IdWaived)
            : Hold(text.Refusal);
    }

    private IReadOnlyList<string> BodiesOf(Session session)
    {
        if (operation.Kind != WorkKind.Comment)
            return [""];
        var template = work.Connector.Template;
        var values = new SessionVariables(session, template.Phones, Phones.PhoneForm.Creation, template.Subject, template.Description, "");
        return new CommentText(work.Session.Sheet, values).Bodies(operation.Source, work.Connector.Definition.Comments?.ConvertToHtml is true);
    }

    private bool IsWaived(string variable) =>
        (variable == Variables.AccountId.Name && work.Session.Account.State == LinkState.Waived)
        || (variable == Variables.RecordId.Name && work.Session.Record.State == LinkState.Waived);

    private SentRequest Send(SentRequest request, bool keep)
    {
        if (keep)
            (operation.Step, operation.Request, operation.RequestSha256) = (request.Endpoint, request.Seal(keys, operation), request.Sha256);
        operation.State = WorkState.Sending;
        operation.FirstAttemptTime ??= now.UtcDateTime;
        operation.NextAttemptTime = null;
        return request;
    }

    private SentRequest? SettleAccount(Link account)
    {
        work.SetAccount(account, operation.ConnectorId);
        return End(WorkState.Succeeded);
    }

    private SentRequest? SettleRecord(Link record, bool reused)
    {
        work.SetRecord(record, reused);
        return End(WorkState.Succeeded);
    }

    private SentRequest? End(WorkState state, string reason = "")
    {
        work.End(operation, state, reason);
        return null;
    }

    private SentRequest? Block(string reason)
    {
        (operation.State, operation.Reason, operation.JobId) = (WorkState.Blocked, reason, null);
        return null;
    }

    private SentRequest? Hold(string reason, string? answer = null)
    {
        (operation.State, operation.Reason, operation.JobId) = (WorkState.Held, reason, null);
        operation.Response = answer is null ? null : SentRequest.SealResponse(keys, operation, Excerpt(answer));
        Publish(new CrmOperationHeld
        {
            EventId = Guid.CreateVersion7(now),
            OccurredTime = now,
            RecordedTime = now,
            AccountSid = work.Session.AccountSid,
            SessionKind = work.Session.Name.Kind,
            SessionId = work.Session.Name.Id,
            OperationId = operation.OperationId,
            Kind = operation.Kind.ToString().ToUpperInvariant(),
            Reason = reason,
        });
        return null;
    }

    private SentRequest? Die(string reason)
    {
        (operation.State, operation.Reason) = (WorkState.Dead, reason);
        Publish(new CrmOperationDead
        {
            EventId = Guid.CreateVersion7(now),
            OccurredTime = now,
            RecordedTime = now,
            AccountSid = work.Session.AccountSid,
            SessionKind = work.Session.Name.Kind,
            SessionId = work.Session.Name.Id,
            OperationId = operation.OperationId,
            Kind = operation.Kind.ToString().ToUpperInvariant(),
            Reason = reason,
        });
        return null;
    }

    private string Excerpt(string answer)
    {
        var text = redactor.Text(answer);
        return text.Length <= LongestExcerpt ? text : text[..LongestExcerpt];
    }

    private void Publish<T>(T message)
        where T : class => transaction.Publish(message, work.Session.Name.ToString(), mandatory: false);
}

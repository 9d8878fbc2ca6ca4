using ContactCenter.Contracts;
using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Outbound;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>Tells and sets the account and record of sessions; <c>session_link_service.proto</c> is its specification.</summary>
/// <param name="database">The service's database.</param>
/// <param name="connectors">The connectors.</param>
/// <param name="crm">Looks into the CRM.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="timeProvider">Now.</param>
public sealed partial class SessionLinkService(DurableDatabase database, ConnectorLoader connectors, CrmLookup crm, IdempotentCalls calls, TimeProvider timeProvider)
    : V1.SessionLinkService.SessionLinkServiceBase
{
    private const string Domain = CrmErrors.Domain;

    /// <inheritdoc />
    public override async Task<V1.GetSessionLinkResponse> GetSessionLink(V1.GetSessionLinkRequest request, ServerCallContext context)
    {
        Required(request.Session, "session");
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var session = await SessionStore.FindAsync(connection, request.Session) ?? throw NotFound(request.Session);
        return new() { Link = MessageOf(session, await connectors.FindActiveAsync(connection)) };
    }

    /// <inheritdoc />
    public override Task<V1.LinkAccountResponse> LinkAccount(V1.LinkAccountRequest request, ServerCallContext context)
    {
        var id = Id(request.AccountId, "account_id");
        return calls.RunAsync(context, request, async transaction => new V1.LinkAccountResponse
        {
            Link = await LinkAsync(transaction, context, "link-account", request.Session, request.RequestId, work => work.SetAccount(Link.To(id), work.Connector.Stored.ConnectorId)),
        });
    }

    /// <inheritdoc />
    public override Task<V1.LinkRecordResponse> LinkRecord(V1.LinkRecordRequest request, ServerCallContext context)
    {
        var id = Id(request.RecordId, "record_id");
        return calls.RunAsync(context, request, async transaction => new V1.LinkRecordResponse
        {
            Link = await LinkAsync(transaction, context, "link-record", request.Session, request.RequestId, work => work.SetRecord(Link.To(id), reused: true)),
        });
    }

    private static void Required(string value, string field)
    {
        if (value.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, CrmErrors.FieldRequired, field, "is required");
    }

    private static VariableValue Id(V1.CrmId? given, string field) => OperationMessages.IdOf(given) is { IsEmpty: false } id
        ? id
        : throw RpcErrors.InvalidArgument(Domain, CrmErrors.FieldRequired, field, "is required");

    private static RpcException NotFound(string session) => RpcErrors.NotFound(Domain, CrmErrors.SessionNotFound, "session", session);

    private async Task<V1.SessionLink> LinkAsync(
        DurableTransaction transaction, ServerCallContext context, string action, string name, string requestId, Action<SessionWork> link)
    {
        Required(name, "session");
        var session = await SessionStore.LockAsync(transaction.Connection, name) ?? throw NotFound(name);
        var work = SessionWork.Of(transaction, session, connectors, timeProvider.GetUtcNow()) ?? throw NotFound(name);
        link(work);
        work.Resume();
        await work.SaveAsync();
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, $"sessions.{action}", $"sessionLinks/{name}", requestId));
        return MessageOf(work.Session, work.Connector);
    }

    private static V1.SessionLink MessageOf(SessionRow session, LoadedConnector? connector)
    {
        var (template, values) = (connector?.Template, session.ToSession());
        return new()
        {
            Session = session.Name.ToString(),
            AccountState = (V1.LinkState)(session.Account.State + 1),
            AccountId = session.Account.Id.Text,
            AccountUrl = template?.Address(template.AccountUrl, values) ?? "",
            RecordState = (V1.LinkState)(session.Record.State + 1),
            RecordId = session.Record.Id.Text,
            RecordUrl = template?.Address(template.RecordUrl, values) ?? "",
            Reused = session.RecordReused,
        };
    }
}

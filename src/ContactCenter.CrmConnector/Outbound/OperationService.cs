using ContactCenter.Contracts;
using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Durable.Idempotency;
using ContactCenter.Egress.Secrets;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>Shows operations, and lets persons decide about them; <c>operation_service.proto</c> is its specification.</summary>
/// <param name="store">Where the operations are.</param>
/// <param name="connectors">The connectors.</param>
/// <param name="database">The service's database.</param>
/// <param name="replays">Has operations tried again.</param>
/// <param name="letters">The dead letters of operations that are DEAD.</param>
/// <param name="jobs">The jobs of operations that wait.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="keys">Opens requests.</param>
/// <param name="redactor">Masks secrets.</param>
/// <param name="timeProvider">Now.</param>
public sealed partial class OperationService(
    OperationStore store,
    ConnectorLoader connectors,
    DurableDatabase database,
    OperationReplays replays,
    DeadLetterDesk letters,
    JobDesk jobs,
    IdempotentCalls calls,
    SecretKeyRing keys,
    Redactor redactor,
    TimeProvider timeProvider) : V1.OperationService.OperationServiceBase
{
    private const string Domain = CrmErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<V1.GetOperationResponse> GetOperation(V1.GetOperationRequest request, ServerCallContext context)
    {
        var id = Id(request.OperationId);
        return new() { Operation = OperationMessages.Of(await store.FindAsync(id, context.CancellationToken) ?? throw NotFound(id), keys, redactor) };
    }

    /// <inheritdoc />
    public override async Task<V1.ListOperationsResponse> ListOperations(V1.ListOperationsRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var choice = ChoiceOf(filter);
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 3) is { } position ? (position.Time(0), position.Number(1), position.Id(2)) : ((DateTimeOffset, long, Guid)?)null;
        var rows = await store.ListAsync(choice, after, size + 1, context.CancellationToken);
        var response = new V1.ListOperationsResponse { Operations = { rows.Take(size).Select(OperationMessages.Of) } };
        if (rows.Count > size)
        {
            var last = rows[size - 1];
            response.NextPageToken = Paging.Token(filter, Paging.Part(new(last.PositionTime)), FormattableString.Invariant($"{last.PositionRank}"), last.OperationId.ToString());
        }

        return response;
    }

    private static OperationChoice ChoiceOf(V1.OperationFilter filter)
    {
        var state = Chosen<WorkState>((int)filter.State, "filter.state");
        var kind = Chosen<WorkKind>((int)filter.Kind, "filter.kind");
        if (!Enum.IsDefined(filter.Endpoint))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "filter.endpoint", "is no known value");
        if (filter.Status is not (0 or >= 100 and <= 599))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "filter.status", "must be 100 to 599, or 0 for all");
        return new(
            filter.Session, state, kind, filter.Endpoint, filter.Reason, filter.Status, filter.RecordId, filter.ConnectorId, RpcTimes.Read(filter.CreateTimeBefore, Domain, "filter.create_time_before"));
    }

    private static Guid Id(string text) => text.Length == 0
        ? throw RpcErrors.InvalidArgument(Domain, CrmErrors.FieldRequired, "operation_id", "is required")
        : Guid.TryParseExact(text, "D", out var id) ? id : throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "operation_id", "must be a UUID");

    // Values of the enums of the contract count from 1, as 0 stands for none.
    private static T? Chosen<T>(int value, string field)
        where T : struct, Enum =>
        value == 0 ? null : Enum.GetValues<T>() is var all && value > 0 && value <= all.Length ? all[value - 1] : throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, field, "is no known value");

    private static RpcException NotFound(Guid id) => RpcErrors.NotFound(Domain, CrmErrors.OperationNotFound, "operation", id.ToString());

    private static RpcException WrongState(StoredOperation operation, string expected) => RpcErrors.FailedPrecondition(
        Domain, CrmErrors.OperationState, $"The operation is {(V1.OperationState)(operation.State + 1)}, not {expected}.");

    /// <summary>Changes an operation whose session is locked, and enters who did it in the audit log.</summary>
    private async Task<V1.Operation> ChangeAsync(
        DurableTransaction transaction, ServerCallContext context, string action, Guid id, string requestId, Func<SessionWork, StoredOperation, Task> change)
    {
        var connection = transaction.Connection;
        var found = await OperationStore.FindAsync(connection, id) ?? throw NotFound(id);
        var session = await SessionStore.LockAsync(connection, found.Session) ?? throw NotFound(id);
        var operation = session.Operations.Find(one => one.OperationId == id) ?? throw NotFound(id);
        var work = SessionWork.Of(transaction, session, operation, connectors, timeProvider.GetUtcNow());
        await change(work, operation);
        await work.SaveAsync();
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, $"operations.{action}", $"operations/{id}", requestId));
        return OperationMessages.Of(operation);
    }
}

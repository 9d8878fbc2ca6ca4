using System.Text.Json.Nodes;
using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Outbound;

public sealed partial class OperationService
{
    private const string Stuck = "HELD or DEAD";

    /// <inheritdoc />
    public override Task<ReplayOperationResponse> ReplayOperation(ReplayOperationRequest request, ServerCallContext context)
    {
        var id = Id(request.OperationId);
        return calls.RunAsync(context, request, async transaction => new ReplayOperationResponse
        {
            Operation = await ChangeAsync(transaction, context, "replay", id, request.RequestId, async (work, operation) =>
            {
                CheckStuck(operation);
                if (!await replays.ReplayAsync(transaction, work, operation, request.ReRender, context.CancellationToken))
                    throw NoLetter();
            }),
        });
    }

    /// <inheritdoc />
    public override async Task<ReplayOperationsResponse> ReplayOperations(ReplayOperationsRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var choice = ChoiceOf(filter);
        if (choice.State is not (null or WorkState.Held or WorkState.Dead))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "filter.state", $"must be {Stuck}");
        if (request.RatePerSecond is < 0 or > OperationReplays.HighestRate)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "rate_per_second", $"must be 1 to {OperationReplays.HighestRate:N0}, or 0 for {OperationReplays.UsualRate}");
        if (request.DryRun)
        {
            await using var connection = await database.OpenAsync(context.CancellationToken);
            return new() { Count = await OperationStore.CountStuckAsync(connection, choice) };
        }

        return await calls.RunAsync(context, request, async transaction =>
        {
            var count = await OperationStore.CountStuckAsync(transaction.Connection, choice);
            var rate = request.RatePerSecond == 0 ? OperationReplays.UsualRate : request.RatePerSecond;
            transaction.Enqueue(OperationReplays.Kind, new ReplayOrder(choice, rate, request.ReRender, timeProvider.GetUtcNow(), null));
            var details = new JsonObject { ["count"] = count, ["filter"] = JsonNode.Parse(filter.ToString()), ["reRender"] = request.ReRender };
            transaction.Audit(new AuditEntry(context.GetCaller().Actor, "operations.replayMany", "operations", request.RequestId, Details: details));
            return new ReplayOperationsResponse { Count = count };
        });
    }

    /// <inheritdoc />
    public override Task<ResolveOperationResponse> ResolveOperation(ResolveOperationRequest request, ServerCallContext context)
    {
        var id = Id(request.OperationId);
        return calls.RunAsync(context, request, async transaction => new ResolveOperationResponse
        {
            Operation = await ChangeAsync(transaction, context, "resolve", id, request.RequestId, async (work, operation) =>
            {
                CheckStuck(operation);
                var given = OperationMessages.IdOf(request.Id);
                if (given.IsEmpty != operation.Kind is not (WorkKind.Account or WorkKind.Record))
                    throw RpcErrors.InvalidArgument(Domain, given.IsEmpty ? CrmErrors.FieldRequired : SharedErrors.FieldInvalid, "id", "is required for operations ACCOUNT and RECORD, and only for those");
                if (operation.State == WorkState.Dead)
                    await letters.SupersedeAsync(transaction, new() { ItemId = operation.JobId });
                work.End(operation, WorkState.Succeeded, "RESOLVED");
                if (operation.Kind == WorkKind.Account)
                    work.SetAccount(Link.To(given), operation.ConnectorId);
                else if (operation.Kind == WorkKind.Record)
                    work.SetRecord(Link.To(given), reused: false);
                work.ReleaseBlocked();
            }),
        });
    }

    /// <inheritdoc />
    public override Task<DiscardOperationResponse> DiscardOperation(DiscardOperationRequest request, ServerCallContext context)
    {
        var id = Id(request.OperationId);
        if (request.Reason.Length is 0 or > DeadLetterDesk.MaxReasonLength)
            throw RpcErrors.InvalidArgument(Domain, request.Reason.Length == 0 ? CrmErrors.FieldRequired : SharedErrors.FieldInvalid, "reason", $"must have 1 to {DeadLetterDesk.MaxReasonLength} characters");
        return calls.RunAsync(context, request, async transaction => new DiscardOperationResponse
        {
            Operation = await ChangeAsync(transaction, context, "discard", id, request.RequestId, async (work, operation) =>
            {
                CheckStuck(operation);
                var letter = operation.State == WorkState.Dead ? await LetterAsync(operation, context.CancellationToken) : (Guid?)null;
                work.End(operation, WorkState.Cancelled, DiscardedLetters.Discarded);
                await work.SaveAsync();
                if (letter is { } id)
                    await letters.DiscardAsync(transaction, id, request.Reason);
            }),
        });
    }

    /// <inheritdoc />
    public override Task<CancelOperationResponse> CancelOperation(CancelOperationRequest request, ServerCallContext context)
    {
        var id = Id(request.OperationId);
        return calls.RunAsync(context, request, async transaction => new CancelOperationResponse
        {
            Operation = await ChangeAsync(transaction, context, "cancel", id, request.RequestId, async (work, operation) =>
            {
                if (operation.State is not (WorkState.Queued or WorkState.Blocked or WorkState.Waiting))
                    throw WrongState(operation, "one that waits");
                try
                {
                    if (operation.JobId is { } job)
                        await jobs.CancelAsync(transaction, job, context.CancellationToken);
                }
                catch (JobStateException)
                {
                    throw WrongState(operation, "one that waits");
                }

                work.End(operation, WorkState.Cancelled, "CANCELLED");
            }),
        });
    }

    private static void CheckStuck(StoredOperation operation)
    {
        if (!operation.IsStuck)
            throw WrongState(operation, Stuck);
    }

    private async Task<Guid> LetterAsync(StoredOperation operation, CancellationToken cancellationToken) => await replays.LetterOfAsync(operation, cancellationToken) ?? throw NoLetter();

    private static RpcException NoLetter() =>
        RpcErrors.FailedPrecondition(Domain, CrmErrors.OperationState, "The operation has been replayed already.");
}

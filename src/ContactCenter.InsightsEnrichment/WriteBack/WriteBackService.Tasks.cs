using System.Text.Json.Nodes;
using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Retention;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.WriteBack;

public sealed partial class WriteBackService
{
    /// <inheritdoc />
    public override async Task<SetTaskEnrichmentResponse> SetTaskEnrichment(SetTaskEnrichmentRequest request, ServerCallContext context)
    {
        var taskSid = TaskOf(request.TaskSid);
        var values = Attributes(Required(request.Attributes, "attributes"), "attributes");
        return await calls.RunAsync(context, request, async transaction =>
        {
            var connection = transaction.Connection;
            WriteBackItem item = null!;
            await SealedStore.RefuseAsync(connection, [taskSid]);
            await run.RebuildAsync(transaction, [taskSid], context.CancellationToken, async () => item = await AddAsync(connection, request, values));
            if (request.FlushNow || await WriteBackStore.IsWrappingUpAsync(connection, taskSid))
                await BeginWaitingAsync(transaction, taskSid);
            Audit(transaction, context, "writeBacks.setTaskEnrichment", item.WriteBackId, request.RequestId);
            return new SetTaskEnrichmentResponse { WriteBack = WriteBackMessages.Of(item) };
        });
    }

    /// <summary>Adds values to those that wait for the task's wrap-up.</summary>
    private async Task<WriteBackItem> AddAsync(NpgsqlConnection connection, SetTaskEnrichmentRequest request, JsonObject values)
    {
        await WriteBackStore.LockAsync(connection, [request.TaskSid]);
        if (await WriteBackStore.WaitingAsync(connection, request.TaskSid) is { } waiting)
        {
            var all = AttributeMerge.Text(AttributeMerge.Add(AttributeMerge.Parse(waiting.Attributes!)!, values));
            await WriteBackStore.SetAttributesAsync(connection, waiting.WriteBackId, AttributeMerge.Text(Attributes(all, "attributes")));
            return waiting;
        }

        var item = await NewAsync(
            connection, WriteBackKind.TaskEnrichment, request.TaskSid, request.AccountSid, request.WorkspaceSid, AttributeMerge.Text(values), null) with
        { WaitsForWrapUp = true };
        await WriteBackStore.AddAsync(connection, item);
        return item;
    }

    /// <inheritdoc />
    public override Task<CompleteTaskResponse> CompleteTask(CompleteTaskRequest request, ServerCallContext context)
    {
        var end = new TaskEnd(WriteBackKind.TaskCompletion, request.TaskSid, request.AccountSid, request.WorkspaceSid, request.Attributes, request.Reason, request.CompleteAnyway);
        Check(end);
        return calls.RunAsync(context, request, async transaction =>
        {
            var item = await EndAsync(transaction, end);
            Audit(transaction, context, "writeBacks.completeTask", item.WriteBackId, request.RequestId);
            return new CompleteTaskResponse { WriteBack = WriteBackMessages.Of(item) };
        });
    }

    /// <inheritdoc />
    public override Task<CancelTaskResponse> CancelTask(CancelTaskRequest request, ServerCallContext context)
    {
        var end = new TaskEnd(WriteBackKind.TaskCancellation, request.TaskSid, request.AccountSid, request.WorkspaceSid, request.Attributes, request.Reason, request.CancelAnyway);
        Check(end);
        return calls.RunAsync(context, request, async transaction =>
        {
            var item = await EndAsync(transaction, end);
            Audit(transaction, context, "writeBacks.cancelTask", item.WriteBackId, request.RequestId);
            return new CancelTaskResponse { WriteBack = WriteBackMessages.Of(item) };
        });
    }

    private static void Check(TaskEnd end)
    {
        TaskOf(end.TaskSid);
        if (end.Reason.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.ReasonRequired, "reason", "is required");
        if (end.Reason.Length > LongestReason)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.ReasonRequired, "reason", $"must have at most {LongestReason} characters");
        if (end.Attributes.Length > 0)
            Attributes(end.Attributes, "attributes");
    }

    /// <summary>What was set before goes before the end, by a job of the same key.</summary>
    private async Task<WriteBackItem> EndAsync(DurableTransaction transaction, TaskEnd end)
    {
        await WriteBackStore.LockAsync(transaction.Connection, [end.TaskSid]);
        await BeginWaitingAsync(transaction, end.TaskSid);
        var item = await NewAsync(
            transaction.Connection, end.Kind, end.TaskSid, end.AccountSid, end.WorkspaceSid, Given(end.Attributes), end.Reason) with
        { Anyway = end.Anyway };
        await WriteBackStore.AddAsync(transaction.Connection, item);
        WriteBackJobs.Begin(transaction, item);
        return item;
    }

    private async Task BeginWaitingAsync(DurableTransaction transaction, string taskSid)
    {
        foreach (var item in await WriteBackStore.BeginWaitingAsync(transaction.Connection, [taskSid], timeProvider.GetUtcNow()))
            WriteBackJobs.Begin(transaction, item);
    }

    private sealed record TaskEnd(WriteBackKind Kind, string TaskSid, string AccountSid, string WorkspaceSid, string Attributes, string Reason, bool Anyway);
}

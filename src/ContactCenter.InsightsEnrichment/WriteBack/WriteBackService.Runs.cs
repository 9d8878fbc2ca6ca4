using ContactCenter.Contracts;
using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.WriteBack;

public sealed partial class WriteBackService
{
    /// <inheritdoc />
    public override Task<UpdateWorkersResponse> UpdateWorkers(UpdateWorkersRequest request, ServerCallContext context)
    {
        runs.Check(request);
        var actor = context.GetCaller().Actor;
        return calls.RunAsync(context, request, transaction => runs.BeginAsync(transaction, request, actor, context.CancellationToken));
    }

    /// <inheritdoc />
    public override async Task<GetWriteBackResponse> GetWriteBack(GetWriteBackRequest request, ServerCallContext context)
    {
        var id = IdOf(request.WriteBackId);
        var size = Pages.Size(request.PageSize);
        var bound = new GetWriteBackRequest { WriteBackId = request.WriteBackId };
        var after = Pages.Position(request.PageToken, bound, 1)?.Number(0) ?? -1;
        var found = await store.FindAsync(id, context.CancellationToken)
            ?? throw RpcErrors.NotFound(Domain, InsightsErrors.WriteBackNotFound, "write-back", request.WriteBackId);

        var response = new GetWriteBackResponse { WriteBack = (await MessagesAsync([found], context.CancellationToken))[0] };
        if (found.Kind != WriteBackKind.Workers)
            return response;
        var page = await rows.ListAsync(id, after, size + 1, context.CancellationToken);
        response.Workers.AddRange(page.Take(size).Select(WriteBackMessages.Of));
        if (page.Count > size)
            response.NextPageToken = Paging.Token(bound, page[size - 1].RowNumber.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return response;
    }

    /// <inheritdoc />
    public override async Task<ListWriteBacksResponse> ListWriteBacks(ListWriteBacksRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var size = Pages.Size(request.PageSize);
        var before = Pages.Position(request.PageToken, filter, 1)?.Id(0);
        var found = await store.ListAsync(
            Given(filter.AccountSid), Given(filter.Target), filter.Kind == 0 ? null : (WriteBackKind)filter.Kind, filter.Status == 0 ? null : (WriteBackStatus)filter.Status,
            before, size + 1, context.CancellationToken);

        var response = new ListWriteBacksResponse();
        response.WriteBacks.AddRange(await MessagesAsync([.. found.Take(size)], context.CancellationToken));
        if (found.Count > size)
            response.NextPageToken = Paging.Token(filter, found[size - 1].WriteBackId.ToString());
        return response;
    }

    /// <inheritdoc />
    public override Task<RetryWriteBackResponse> RetryWriteBack(RetryWriteBackRequest request, ServerCallContext context)
    {
        var id = IdOf(request.WriteBackId);
        return calls.RunAsync(context, request, async transaction =>
        {
            var item = await WriteBackStore.FindAsync(transaction.Connection, id, hold: true)
                ?? throw RpcErrors.NotFound(Domain, InsightsErrors.WriteBackNotFound, "write-back", request.WriteBackId);
            if (item.Status == WriteBackStatus.TaskGone)
                throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.TaskGone, "The task has ended: values set now would not count.");
            if (item.Status is not (WriteBackStatus.Failed or WriteBackStatus.Conflict))
                throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.WriteBackNotFailed, $"The write-back is {WriteBackStore.Word(item.Status).ToUpperInvariant()}.");

            var now = timeProvider.GetUtcNow();
            await AccountPauses.EndAsync(transaction, item.AccountSid);
            await WriteBackStore.BeginAgainAsync(transaction.Connection, id, now);
            if (item.Kind == WriteBackKind.Workers)
                await WriteBackJobs.BeginAsync(transaction, item, await WorkerUpdateStore.BeginAgainAsync(transaction.Connection, id), options.Value.Parallelism, context.CancellationToken);
            else
                WriteBackJobs.Begin(transaction, item);
            Audit(transaction, context, "writeBacks.retry", id, request.RequestId);
            return new RetryWriteBackResponse
            {
                WriteBack = WriteBackMessages.Of(item with { Status = WriteBackStatus.Pending, FinishTime = null, NextAttemptTime = null, StartTime = now }),
            };
        });
    }

    private async Task<List<Insights.V1.WriteBack>> MessagesAsync(IReadOnlyCollection<WriteBackItem> items, CancellationToken cancellationToken)
    {
        var ids = items.Where(item => item.Kind == WriteBackKind.Workers).Select(item => item.WriteBackId).ToArray();
        var counts = ids.Length == 0 ? null : await rows.CountAsync(ids, cancellationToken);
        return [.. items.Select(item =>
        {
            var message = WriteBackMessages.Of(item);
            if (item.Kind == WriteBackKind.Workers)
                message.Counts = WriteBackMessages.Of(counts![item.WriteBackId]);
            return message;
        })];
    }
}

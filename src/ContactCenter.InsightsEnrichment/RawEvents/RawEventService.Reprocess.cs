using ContactCenter.Contracts;
using ContactCenter.Durable.Audit;
using ContactCenter.InsightsEnrichment.Reprocessing;
using ContactCenter.InsightsEnrichment.Retention;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.RawEvents;

public sealed partial class RawEventService
{
    private const int DefaultEventsPerSecond = 100;
    private const int MostEventsPerSecond = 1_000;

    /// <inheritdoc />
    public override Task<V1.ReprocessRawEventsResponse> ReprocessRawEvents(V1.ReprocessRawEventsRequest request, ServerCallContext context)
    {
        var filter = QueryOf(request.Filter ?? new());
        if (request.EventsPerSecond is < 0 or > MostEventsPerSecond)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "events_per_second", $"must be 1 to {MostEventsPerSecond}, or 0 for {DefaultEventsPerSecond}");
        return calls.RunAsync(context, request, async transaction =>
        {
            if (filter.TaskSid is not null || filter.ConversationId is not null)
                await SealedStore.RefuseAsync(transaction.Connection, filter.TaskSid, filter.ConversationId);
            var now = RpcTimes.Whole(timeProvider.GetUtcNow());
            var run = new ReprocessingRun
            {
                ReprocessingId = Guid.CreateVersion7(now),
                Filter = filter with { EndTime = filter.EndTime < now ? filter.EndTime : now },
                DryRun = request.DryRun,
                EventsPerSecond = request.EventsPerSecond == 0 ? DefaultEventsPerSecond : request.EventsPerSecond,
                State = ReprocessingState.Running,
                Actor = context.GetCaller().Actor,
                CreateTime = now,
            };
            await ReprocessingStore.AddAsync(transaction.Connection, run);
            ReprocessingHandler.Enqueue(transaction, run.ReprocessingId);
            transaction.Audit(new AuditEntry(
                run.Actor, "rawEvents.reprocess", $"reprocessings/{run.ReprocessingId}", request.RequestId, Details: new() { ["dry_run"] = request.DryRun }));
            return new V1.ReprocessRawEventsResponse { Reprocessing = Message(run) };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.GetReprocessingResponse> GetReprocessing(V1.GetReprocessingRequest request, ServerCallContext context)
    {
        var run = await RunOfAsync(request.ReprocessingId, context.CancellationToken);
        var response = new V1.GetReprocessingResponse { Reprocessing = Message(run) };
        response.Differences.AddRange((await reprocessings.DifferencesAsync(run.ReprocessingId, context.CancellationToken)).Select(difference => new V1.ReprocessingDifference
        {
            Resource = difference.Resource,
            Before = difference.Before ?? "",
            After = difference.After ?? "",
        }));
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.ListReprocessingsResponse> ListReprocessings(V1.ListReprocessingsRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListReprocessingsRequest();
        var found = await reprocessings.ListAsync(Pages.Position(request.PageToken, filter, 1)?.Id(0), size + 1, context.CancellationToken);
        var response = new V1.ListReprocessingsResponse();
        response.Reprocessings.AddRange(found.Take(size).Select(Message));
        if (found.Count > size)
            response.NextPageToken = Paging.Token(filter, found[size - 1].ReprocessingId.ToString());
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.CancelReprocessingResponse> CancelReprocessing(V1.CancelReprocessingRequest request, ServerCallContext context)
    {
        var run = await RunOfAsync(request.ReprocessingId, context.CancellationToken);
        return await calls.RunAsync(context, request, async transaction =>
        {
            var now = timeProvider.GetUtcNow();
            if (!await ReprocessingStore.FinishAsync(transaction.Connection, run.ReprocessingId, ReprocessingState.Canceled, now))
                throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.ReprocessingFinished, "The reprocessing has ended.");
            transaction.Audit(new AuditEntry(context.GetCaller().Actor, "rawEvents.cancelReprocessing", $"reprocessings/{run.ReprocessingId}", request.RequestId));
            return new V1.CancelReprocessingResponse { Reprocessing = Message(run with { State = ReprocessingState.Canceled, FinishTime = now }) };
        });
    }

    private async Task<ReprocessingRun> RunOfAsync(string text, CancellationToken cancellationToken) =>
        Guid.TryParseExact(text, "D", out var id) && await reprocessings.FindAsync(id, cancellationToken) is { } run
            ? run
            : throw RpcErrors.NotFound(Domain, InsightsErrors.ReprocessingNotFound, "reprocessing", text);

    private static V1.Reprocessing Message(ReprocessingRun run) => new()
    {
        ReprocessingId = run.ReprocessingId.ToString(),
        Filter = new()
        {
            StartTime = run.Filter.StartTime?.ToTimestamp(),
            EndTime = run.Filter.EndTime?.ToTimestamp(),
            EventStartTime = run.Filter.EventStartTime?.ToTimestamp(),
            EventEndTime = run.Filter.EventEndTime?.ToTimestamp(),
            AccountSid = run.Filter.AccountSid ?? "",
            TaskSid = run.Filter.TaskSid ?? "",
            EventType = run.Filter.EventType ?? "",
            EventKey = run.Filter.EventKey ?? "",
            Status = (V1.RawEventStatus)(run.Filter.Status ?? 0),
            Source = (V1.RawEventSource)(run.Filter.Source ?? 0),
            ConversationId = run.Filter.ConversationId ?? "",
        },
        DryRun = run.DryRun,
        EventsPerSecond = run.EventsPerSecond,
        State = (V1.ReprocessingState)run.State,
        Actor = run.Actor,
        CreateTime = run.CreateTime.ToTimestamp(),
        FinishTime = run.FinishTime?.ToTimestamp(),
        Counts = new()
        {
            EventsMatched = run.Counts.Matched ?? 0,
            EventsDone = run.Counts.Done,
            EventsTakenIn = run.Counts.TakenIn,
            EventsLeftOut = run.Counts.LeftOut,
            EventsFailed = run.Counts.Failed,
            SegmentsChanged = run.Counts.Segments,
            ConversationsChanged = run.Counts.Conversations,
            SessionsChanged = run.Counts.Sessions,
        },
    };
}

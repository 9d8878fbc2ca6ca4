using ContactCenter.Durable.Audit;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <content>Refreshes, waiting receipts and the quarantine.</content>
public sealed partial class MessageAnalyticsService
{
    /// <inheritdoc />
    public override Task<V1.RefreshAnalyticsResponse> RefreshAnalytics(V1.RefreshAnalyticsRequest request, ServerCallContext context) => calls.RunAsync(context, request, async transaction =>
    {
        (DateOnly Start, DateOnly End)? days = request.StartDate.Length + request.EndDate.Length > 0
            ? AnalyticsQuery.Days(request.StartDate, "start_date", request.EndDate, "end_date")
            : null;
        var actor = context.GetCaller().Actor;
        var number = await RefreshStore.AddAsync(transaction.Connection, actor, timeProvider.GetUtcNow());
        transaction.Enqueue(RefreshOnRequest.Kind, new RequestedRefresh(number, days?.Start, days?.End));
        transaction.Audit(new AuditEntry(actor, "messageAnalytics.refresh", $"refreshes/{number}", request.RequestId));
        return new V1.RefreshAnalyticsResponse { Refresh = new() { RefreshNumber = number, RequestedBy = actor } };
    });

    /// <inheritdoc />
    public override async Task<V1.ListRefreshesResponse> ListRefreshes(V1.ListRefreshesRequest request, ServerCallContext context)
    {
        var nothing = new V1.ListRefreshesRequest();
        var size = Pages.Size(request.PageSize);
        var before = Pages.Position(request.PageToken, nothing, 1)?.Number(0);
        var rows = await refreshes.ListAsync(before, size + 1, context.CancellationToken);
        var response = new V1.ListRefreshesResponse { Refreshes = { rows.Take(size).Select(MessageMessages.Of) } };
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(nothing, rows[size - 1].RefreshNumber.ToString(null, null));
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.ListUnmatchedReceiptsResponse> ListUnmatchedReceipts(V1.ListUnmatchedReceiptsRequest request, ServerCallContext context)
    {
        var filter = new V1.ListUnmatchedReceiptsRequest { AgentId = request.AgentId };
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 3);
        var rows = await store.ListWaitingAsync(Given(request.AgentId), after?.Time(0), after?[1], after?[2], size + 1, context.CancellationToken);
        var response = new V1.ListUnmatchedReceiptsResponse { Receipts = { rows.Take(size).Select(MessageMessages.Of) } };
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(rows[size - 1].WaitingSince), rows[size - 1].AgentId, rows[size - 1].MessageId);
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.ListQuarantineResponse> ListQuarantine(V1.ListQuarantineRequest request, ServerCallContext context)
    {
        var filter = new V1.ListQuarantineRequest { Reason = request.Reason };
        var size = Pages.Size(request.PageSize);
        var before = Pages.Position(request.PageToken, filter, 1)?.Number(0);
        var rows = await quarantine.ListAsync(Given(request.Reason), before, size + 1, context.CancellationToken);
        var response = new V1.ListQuarantineResponse
        {
            Entries =
            {
                rows.Take(size).Select(row => new V1.QuarantinedNotification
                {
                    EntryId = row.EntryId, ReceivedTime = row.ReceivedTime.ToTimestamp(), PathAgentId = row.PathAgentId ?? "", Reason = row.Reason,
                }),
            },
        };
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].EntryId.ToString(null, null));
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.ReverifyQuarantineResponse> ReverifyQuarantine(V1.ReverifyQuarantineRequest request, ServerCallContext context)
    {
        var (verified, taken) = await quarantine.ReverifyAsync(context.CancellationToken);
        return new() { CheckedCount = verified, TakenCount = taken };
    }
}

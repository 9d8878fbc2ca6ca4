using ContactCenter.Contracts;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Loads;

/// <summary>Starts and tells of loads, and serves workload; <c>load_service.proto</c> is its specification.</summary>
/// <param name="store">Where they are.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="timeProvider">Now.</param>
public sealed class LoadService(LoadStore store, IdempotentCalls calls, TimeProvider timeProvider) : V1.LoadService.LoadServiceBase
{
    private const string Domain = InsightsErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override Task<V1.RunLoadResponse> RunLoad(V1.RunLoadRequest request, ServerCallContext context) => calls.RunAsync(context, request, async transaction =>
    {
        var actor = context.GetCaller().Actor;
        var load = await LoadRunner.BeginAsync(transaction, actor, timeProvider.GetUtcNow());
        transaction.Audit(new AuditEntry(actor, "loads.run", $"loads/{load.LoadId}", request.RequestId));
        return new V1.RunLoadResponse { Load = MessageOf(load) };
    });

    /// <inheritdoc />
    public override async Task<V1.GetLoadResponse> GetLoad(V1.GetLoadRequest request, ServerCallContext context)
    {
        if (request.LoadId.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, "load_id", "is required");
        return Guid.TryParseExact(request.LoadId, "D", out var id) && await store.FindAsync(id, context.CancellationToken) is { } load
            ? new() { Load = MessageOf(load) }
            : throw RpcErrors.NotFound(Domain, InsightsErrors.LoadNotFound, "load", request.LoadId);
    }

    /// <inheritdoc />
    public override async Task<V1.ListLoadsResponse> ListLoads(V1.ListLoadsRequest request, ServerCallContext context)
    {
        var nothing = new V1.ListLoadsRequest();
        var size = Pages.Size(request.PageSize);
        var before = Pages.Position(request.PageToken, nothing, 1)?.Id(0);
        var loads = await store.ListAsync(before, size + 1, context.CancellationToken);
        var response = new V1.ListLoadsResponse { Loads = { loads.Take(size).Select(MessageOf) } };
        if (loads.Count > size)
            response.NextPageToken = Paging.Token(nothing, loads[size - 1].LoadId.ToString());
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.ListWorkloadResponse> ListWorkload(V1.ListWorkloadRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var (start, end) = (RpcTimes.Read(filter.StartTime, Domain, "filter.start_time"), RpcTimes.Read(filter.EndTime, Domain, "filter.end_time"));
        if (start >= end)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.RangeInvalid, "filter.end_time", "must be after start_time");
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 2);
        var rows = await store.ListWorkloadAsync(
            new(start, end, Given(filter.AccountSid), Given(filter.AgentSid), Given(filter.SegmentId), filter.Kind == 0 ? null : (short)filter.Kind,
                after?.Time(0), after?[1], size + 1),
            context.CancellationToken);
        var response = new V1.ListWorkloadResponse { Rows = { rows.Take(size).Select(MessageOf) } };
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(new(rows[size - 1].StartTime)), rows[size - 1].SegmentId);
        return response;
    }

    private static string? Given(string value) => value.Length > 0 ? value : null;

    private static V1.Load MessageOf(Load load) => new()
    {
        LoadId = load.LoadId.ToString(),
        LoadNumber = load.LoadNumber ?? 0,
        State = load.LoadNumber is null ? V1.LoadState.Waiting : V1.LoadState.Done,
        RequestedBy = load.RequestedBy ?? "",
        RequestTime = load.RequestTime.ToTimestamp(),
        CutOffTime = load.CutOffTime?.ToTimestamp(),
        WorkloadEndTime = load.WorkloadEndTime?.ToTimestamp(),
        FinishTime = load.FinishTime?.ToTimestamp(),
        SegmentsNew = load.SegmentsNew,
        SegmentsChanged = load.SegmentsChanged,
        Duration = load.LoadNumber is null ? null : Duration.FromTimeSpan(load.Duration),
    };

    private static V1.WorkloadRow MessageOf(WorkloadRow row) => new()
    {
        SegmentId = row.SegmentId,
        Kind = (V1.WorkloadKind)row.Kind,
        AccountSid = row.AccountSid,
        AgentSid = row.AgentSid,
        IntervalStartTime = row.IntervalStartTime.ToTimestamp(),
        StartTime = row.StartTime.ToTimestamp(),
        TalkTime = Seconds(row.TalkSeconds),
        WrapUpTime = Seconds(row.WrapUpSeconds),
        Activity = row.Activity ?? "",
        ActivityTime = Seconds(row.ActivitySeconds),
        IdleTime = Seconds(row.IdleSeconds),
        ParallelConversations = row.ParallelConversations,
        LoadNumber = row.LoadNumber,
        Test = row.Test,
    };

    private static Duration Seconds(int seconds) => new() { Seconds = seconds };
}

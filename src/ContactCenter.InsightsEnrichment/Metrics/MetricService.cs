using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.DataSets;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Metrics;

/// <summary>Counts and sums up segments; <c>metric_service.proto</c> is its specification (INS-134).</summary>
/// <param name="store">Works them out.</param>
/// <param name="catalog">The data sets.</param>
public sealed class MetricService(MetricStore store, DataSetCatalog catalog) : V1.MetricService.MetricServiceBase
{
    private const string Domain = InsightsErrors.Domain;
    private const int MostDimensions = 3;
    private const int MostCells = 10_000;

    /// <inheritdoc />
    public override async Task<V1.QueryMetricsResponse> QueryMetrics(V1.QueryMetricsRequest request, ServerCallContext context)
    {
        var query = DataSetQuery.Of(catalog.Segments, request.Filter, request.View);
        if (request.GroupBy.Count > MostDimensions)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "group_by", $"has more than {MostDimensions} fields");
        for (var i = 0; i < request.GroupBy.Count; i++)
        {
            if (!query.Set.Fields.ContainsKey(request.GroupBy[i]))
                throw DataSetQuery.UnknownColumn($"group_by[{i}]", request.GroupBy[i]);
        }

        var cells = await store.QueryAsync(
            query, request.GroupBy, LengthOf(request.Interval), DataSetQuery.ZoneOf(request.TimeZone).Id, MostCells + 1, context.CancellationToken);
        return cells.Count <= MostCells
            ? new() { Cells = { cells.Select(cell => MessageOf(cell, request)) } }
            : throw RpcErrors.InvalidArgument(Domain, InsightsErrors.RangeTooLarge, "filter", $"gives more than {MostCells} cells");
    }

    private static TimeSpan? LengthOf(V1.MetricInterval interval) => interval switch
    {
        V1.MetricInterval.QuarterHour => TimeSpan.FromMinutes(15),
        V1.MetricInterval.HalfHour => TimeSpan.FromMinutes(30),
        V1.MetricInterval.Hour => TimeSpan.FromHours(1),
        V1.MetricInterval.Day => TimeSpan.FromDays(1),
        _ => null,
    };

    private static V1.MetricCell MessageOf(MetricCell cell, V1.QueryMetricsRequest request) => new()
    {
        IntervalStartTime = cell.Bucket?.ToTimestamp() ?? request.Filter.StartTime,
        Values = { cell.Values.Take(request.GroupBy.Count).Select(value => value ?? "") },
        Conversations = cell.Conversations,
        HandledConversations = cell.HandledConversations,
        AbandonedConversations = cell.AbandonedConversations,
        Segments = cell.Segments,
        HandledSegments = cell.HandledSegments,
        AbandonedSegments = cell.AbandonedSegments,
        MissedSegments = cell.MissedSegments,
        RejectedSegments = cell.RejectedSegments,
        QueueTime = Seconds(cell.QueueTime),
        TalkTime = Seconds(cell.TalkTime),
        WrapUpTime = Seconds(cell.WrapUpTime),
        HandlingTime = Seconds(cell.RingTime + cell.TalkTime + cell.WrapUpTime),
        ExperienceTime = Seconds(cell.IvrTime + cell.QueueTime + cell.RingTime + cell.TalkTime),
        ActivityTime = Seconds(cell.ActivityTime),
        ServiceLevelSegments = cell.ServiceLevelSegments,
        ServiceLevelOkSegments = cell.ServiceLevelOkSegments,
        ServiceLevel = cell.ServiceLevelSegments == 0 ? 0 : (double)cell.ServiceLevelOkSegments / cell.ServiceLevelSegments,
        FilterToken = FilterToken.Write(FilterOf(cell, request), request.View),
    };

    /// <summary>The filter of the request, narrowed to a cell.</summary>
    private static V1.DataSetFilter FilterOf(MetricCell cell, V1.QueryMetricsRequest request)
    {
        var filter = request.Filter.Clone();
        if (cell.Bucket?.ToTimestamp() is { } start && start > filter.StartTime)
            filter.StartTime = start;
        if (cell.BucketEnd?.ToTimestamp() is { } end && end < filter.EndTime)
            filter.EndTime = end;
        filter.Fields.AddRange(request.GroupBy.Zip(cell.Values, (field, value) => new V1.FieldFilter { Field = field, Values = { value ?? "" } }));
        return filter;
    }

    // Sums of custom values may have fractions; no length of time needs more than milliseconds.
    private static Duration Seconds(double seconds) => Duration.FromTimeSpan(TimeSpan.FromMilliseconds(Math.Clamp(Math.Round(seconds * 1_000), -1e15, 1e15)));
}

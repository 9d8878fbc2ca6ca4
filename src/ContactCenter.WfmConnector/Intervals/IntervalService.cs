using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Intervals;

/// <summary>Serves the figures of the quarter hours; <c>interval_service.proto</c> is its specification.</summary>
/// <param name="store">Where the contacts are.</param>
public sealed partial class IntervalService(QueueContactStore store) : V1.IntervalService.IntervalServiceBase
{
    private const string Domain = WfmErrors.Domain;

    /// <summary>Length of an interval (WFM-41).</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan LongestRange = TimeSpan.FromDays(31);

    private static readonly Paging Pages = new(Domain);

    private static (DateTimeOffset Start, DateTimeOffset End) Range(Timestamp? start, Timestamp? end)
    {
        var range = (Start: Aligned(start, "start_time"), End: Aligned(end, "end_time"));
        if (range.End <= range.Start)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.RangeInvalid, "end_time", "must be after start_time");
        if (range.End - range.Start > LongestRange)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.RangeTooLarge, "end_time", $"must be at most {LongestRange.Days} days after start_time");
        return range;
    }

    private static DateTimeOffset Aligned(Timestamp? time, string field)
    {
        if (RpcTimes.Read(time, Domain, field) is not { } moment)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, field, "is required");
        return moment.Ticks % Interval.Ticks == 0
            ? moment
            : throw RpcErrors.InvalidArgument(Domain, WfmErrors.IntervalNotAligned, field, "must be at :00, :15, :30 or :45 UTC");
    }
}

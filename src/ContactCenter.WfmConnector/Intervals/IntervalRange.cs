using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.WfmConnector.Intervals;

/// <summary>A range of whole intervals that a caller asks for.</summary>
/// <param name="Start">Start of the first interval.</param>
/// <param name="End">End of the last interval.</param>
internal readonly record struct IntervalRange(DateTime Start, DateTime End)
{
    private const string Domain = WfmErrors.Domain;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    /// <summary>Reads <c>start_time</c> and <c>end_time</c> of a request.</summary>
    public static IntervalRange Read(Timestamp? start, Timestamp? end)
    {
        var range = new IntervalRange(Aligned(start, "start_time"), Aligned(end, "end_time"));
        if (range.End <= range.Start)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.RangeInvalid, "end_time", "must be after start_time");
        if (range.End - range.Start > Longest)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.RangeTooLarge, "end_time", $"must be at most {Longest.Days} days after start_time");
        return range;
    }

    /// <summary>Reads <c>start_time</c> of a request for one interval.</summary>
    public static DateTime ReadStart(Timestamp? start) => Aligned(start, "start_time") is var aligned && aligned < DateTime.MaxValue - Quarter.Length
        ? aligned
        : throw RpcErrors.InvalidArgument(Domain, WfmErrors.RangeInvalid, "start_time", "has no interval behind it");

    private static DateTime Aligned(Timestamp? time, string field)
    {
        if (RpcTimes.Read(time, Domain, field) is not { } moment)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, field, "is required");
        return moment.Ticks % Quarter.Length.Ticks == 0
            ? moment.UtcDateTime
            : throw RpcErrors.InvalidArgument(Domain, WfmErrors.IntervalNotAligned, field, "must be at :00, :15, :30 or :45 UTC");
    }
}

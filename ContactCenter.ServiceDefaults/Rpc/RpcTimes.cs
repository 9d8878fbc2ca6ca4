using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.ServiceDefaults;

/// <summary>Times of requests and answers.</summary>
public static class RpcTimes
{
    /// <summary>A time of the request; null if it is absent.</summary>
    /// <param name="time">The field's value.</param>
    /// <param name="domain">Domain of the error, such as <c>contactcenter.insights</c>.</param>
    /// <param name="field">The field's path as in the proto file.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>TIME_INVALID</c>: outside the years 1 to 9999, or nanoseconds outside 0 to 999,999,999.</exception>
    public static DateTimeOffset? Read(Timestamp? time, string domain, string field)
    {
        try
        {
            return time?.ToDateTimeOffset();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            throw RpcErrors.InvalidArgument(domain, "TIME_INVALID", field, "must lie in the years 1 to 9999, with 0 to 999,999,999 nanoseconds");
        }
    }

    /// <summary>A time as it is stored and answered: without what is below a millisecond.</summary>
    /// <param name="time">The time.</param>
    public static DateTimeOffset Whole(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));
}

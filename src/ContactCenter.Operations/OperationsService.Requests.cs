using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Operations;

// Reads what requests have in common.
public sealed partial class OperationsService
{
    private static (DateTimeOffset? Start, DateTimeOffset? End) Range(Timestamp? start, string startField, Timestamp? end, string endField)
    {
        var range = (Start: RpcTimes.Read(start, Domain, startField), End: RpcTimes.Read(end, Domain, endField));
        return range.End <= range.Start
            ? throw RpcErrors.InvalidArgument(Domain, OperationsErrors.RangeInvalid, endField, $"must be after {startField}")
            : range;
    }

    /// <summary>A text of the request; null if it is empty.</summary>
    private static string? Given(string text) => text.Length > 0 ? text : null;

    private static string Required(string text, string field) =>
        Given(text) ?? throw Missing(field);

    private static RpcException Missing(string field) => RpcErrors.InvalidArgument(Domain, OperationsErrors.FieldRequired, field, "is required");

    private static Guid Id(string text, string field) =>
        Guid.TryParseExact(Required(text, field), "D", out var id) ? id : throw Invalid(field, "must be a UUID such as 0198c5a1-7c1e-7d0f-9f0e-2f1f0a6f1c11");

    private static TimeSpan? SpanOf(Duration? duration, string field)
    {
        try
        {
            return duration?.ToTimeSpan();
        }
        catch (InvalidOperationException)
        {
            throw Invalid(field, "must have seconds and nanoseconds of the same sign, with less than a second of nanoseconds");
        }
    }

    /// <summary>A value of an enum whose proto form counts from 1, as 0 stands for none.</summary>
    private static T? Chosen<T>(int value, string field)
        where T : struct, System.Enum =>
        value == 0 ? null : System.Enum.GetValues<T>() is var all && value <= all.Length && value > 0 ? all[value - 1] : throw Invalid(field, "is no known value");

    /// <summary>A page of a list that is short enough to be read whole.</summary>
    private static (IReadOnlyList<T> Page, string NextToken) PageOf<T>(IEnumerable<T> all, Func<T, string> key, int pageSize, string pageToken, IMessage filter)
    {
        var size = Pages.Size(pageSize);
        var after = Pages.Position(pageToken, filter, 1)?[0];
        var rows = all.OrderBy(key, StringComparer.Ordinal).Where(row => string.CompareOrdinal(key(row), after) > 0).Take(size + 1).ToList();
        return rows.Count > size ? (rows[..size], Paging.Token(filter, key(rows[size - 1]))) : (rows, "");
    }

    private static RpcException Invalid(string field, string description) =>
        RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, field, description);

    // "00-{trace}-{span}-{flags}"
    private static string TraceIdOf(string? traceParent) => traceParent?.Split('-') is [_, var trace, ..] ? trace : "";
}

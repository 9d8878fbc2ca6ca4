using System.Globalization;
using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>What to count: checked, and the same whichever way it is asked for.</summary>
/// <param name="AgentIds">Only these agents; none for all.</param>
/// <param name="Scale">Length of the spans.</param>
/// <param name="Start">First day.</param>
/// <param name="End">Last day.</param>
/// <param name="Measures">Names of figures, in the order asked for.</param>
/// <param name="Breakdown">What they are divided by.</param>
/// <param name="IsLive">As of now, else as of the last refresh.</param>
public sealed record AnalyticsQuery(
    IReadOnlyList<string> AgentIds, V1.TimeScale Scale, DateOnly Start, DateOnly End, IReadOnlyList<string> Measures, V1.Breakdown Breakdown, bool IsLive)
{
    private const string Domain = InsightsErrors.Domain;
    private const int MostDays = 400;

    /// <summary>The figures that there are, in their order.</summary>
    public static IReadOnlyList<string> AllMeasures { get; } =
    [
        "sent", "delivered", "read", "delivery_rate", "read_rate", "late_delivered", "late_read", "max_lateness_days", "expired", "expire_failed", "read_without_delivered",
    ];

    /// <summary>Reads a request.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: a field cannot be used.</exception>
    public static AnalyticsQuery Of(V1.QueryDailyAnalyticsRequest request)
    {
        var (start, end) = Days(request.StartDate, "start_date", request.EndDate, "end_date");
        for (var i = 0; i < request.Measures.Count; i++)
        {
            if (!AllMeasures.Contains(request.Measures[i]))
                throw RpcErrors.InvalidArgument(Domain, InsightsErrors.UnknownMeasure, $"measures[{i}]", $"must be one of {string.Join(", ", AllMeasures)}");
        }

        if (!Enum.IsDefined(request.TimeScale))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "time_scale", "must be day, week or month");
        if (!Enum.IsDefined(request.Breakdown))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "breakdown", "is no field that figures are divided by");
        if (!Enum.IsDefined(request.View))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "view", "must be refreshed or live");
        return new(
            [.. request.AgentIds.Distinct(StringComparer.Ordinal)], request.TimeScale, start, end,
            request.Measures is { Count: > 0 } ? [.. request.Measures.Distinct(StringComparer.Ordinal)] : AllMeasures, request.Breakdown, request.View == V1.AnalyticsView.Live);
    }

    /// <summary>Reads a range of days.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: no days, in the wrong order, or more than 400.</exception>
    public static (DateOnly Start, DateOnly End) Days(string start, string startField, string end, string endField)
    {
        var (first, last) = (Day(start, startField), Day(end, endField));
        if (first > last)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.RangeInvalid, endField, $"must not be before {startField}");
        return last.DayNumber - first.DayNumber < MostDays
            ? (first, last)
            : throw RpcErrors.InvalidArgument(Domain, InsightsErrors.RangeTooLarge, endField, $"must be less than {MostDays} days after {startField}");
    }

    /// <summary>The first day of the span that a day is in.</summary>
    public DateOnly SpanOf(DateOnly day) => Scale switch
    {
        V1.TimeScale.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
        V1.TimeScale.Month => new(day.Year, day.Month, 1),
        _ => day,
    };

    /// <summary>The first day of the span after the one that begins on a day.</summary>
    public DateOnly Next(DateOnly span) => Scale switch
    {
        V1.TimeScale.Week => span.AddDays(7),
        V1.TimeScale.Month => span.AddMonths(1),
        _ => span.AddDays(1),
    };

    private static DateOnly Day(string text, string field) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : throw RpcErrors.InvalidArgument(Domain, InsightsErrors.DayInvalid, field, "must be YYYY-MM-DD");
}

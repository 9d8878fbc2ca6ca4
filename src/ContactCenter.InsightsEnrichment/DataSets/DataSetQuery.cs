using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Dapper;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.DataSets;

/// <summary>Which rows of a data set, as of when: a filter that was checked.</summary>
/// <param name="Set">The data set.</param>
/// <param name="Start">Begin of the range.</param>
/// <param name="End">End of the range.</param>
/// <param name="IsLive">As of now instead of as of the last load.</param>
/// <param name="IncludeTest">Also rows of test environments.</param>
/// <param name="Fields">Conditions: a field and the values of which it has one.</param>
internal sealed record DataSetQuery(
    DataSet Set, DateTimeOffset Start, DateTimeOffset End, bool IsLive, bool IncludeTest, IReadOnlyList<(string Field, string[] Values)> Fields)
{
    private const string Domain = InsightsErrors.Domain;
    private const string Table = "insights.~";

    private static readonly TimeSpan LongestRange = TimeSpan.FromDays(400);

    /// <summary>Checks a filter.</summary>
    /// <param name="set">The data set.</param>
    /// <param name="filter">The filter; its fields are named as part of <c>filter</c>.</param>
    /// <param name="view">As of when.</param>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT <c>FIELD_REQUIRED</c>, <c>RANGE_INVALID</c>, <c>RANGE_TOO_LARGE</c> or <c>UNKNOWN_COLUMN</c>, with the field.</exception>
    public static DataSetQuery Of(DataSet set, V1.DataSetFilter? filter, V1.DataSetView view)
    {
        filter ??= new();
        var start = RpcTimes.Read(filter.StartTime, Domain, "filter.start_time") ?? throw Required("filter.start_time");
        var end = RpcTimes.Read(filter.EndTime, Domain, "filter.end_time") ?? throw Required("filter.end_time");
        if (start >= end)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.RangeInvalid, "filter.end_time", "must be after start_time");
        if (end - start > LongestRange)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.RangeTooLarge, "filter.end_time", "must be at most 400 days after start_time");
        for (var i = 0; i < filter.Fields.Count; i++)
        {
            if (!set.Fields.ContainsKey(filter.Fields[i].Field))
                throw UnknownColumn($"filter.fields[{i}].field", filter.Fields[i].Field);
            if (filter.Fields[i].Values.Count == 0)
                throw Required($"filter.fields[{i}].values");
        }

        return new(set, start, end, view == V1.DataSetView.Live, filter.IncludeTest, [.. filter.Fields.Select(field => (field.Field, field.Values.ToArray()))]);
    }

    /// <summary>Checks a time zone; UTC if none is given.</summary>
    /// <param name="name">The request's time_zone.</param>
    public static TimeZoneInfo ZoneOf(string name) => name.Length == 0
        ? TimeZoneInfo.Utc
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId
            ? zone
            : throw RpcErrors.InvalidArgument(Domain, InsightsErrors.TimeZoneUnknown, "time_zone", "must be a name of the tz database, such as Europe/Lisbon");

    /// <summary>The error of a name that the data set does not have.</summary>
    public static Grpc.Core.RpcException UnknownColumn(string field, string name) =>
        RpcErrors.InvalidArgument(Domain, InsightsErrors.UnknownColumn, field, $"the data set has no '{name}'");

    /// <summary>SQL that names tables of this query's view.</summary>
    /// <param name="sql">With <c>insights.~</c> before the names of tables.</param>
    public string Resolve(string sql) => sql.Replace(Table, IsLive ? "insights." : "insights.loaded_", StringComparison.Ordinal);

    /// <summary>The conditions, as what follows WHERE.</summary>
    /// <param name="parameters">Takes their values.</param>
    /// <param name="testAccounts">Accounts that are test environments.</param>
    public string Where(DynamicParameters parameters, string[] testAccounts)
    {
        parameters.Add("start", Start);
        parameters.Add("end", End);
        parameters.Add("testAccounts", testAccounts);
        parameters.Add("includeTest", IncludeTest);
        List<string> conditions = [Set.Range];
        if (!IncludeTest)
            conditions.Add($"NOT ({Set.Test})");
        if (Set.ShownByDefault is { } shown && Fields.All(field => field.Field != SegmentRows.Kind))
            conditions.Add(shown);
        var fields = Fields.Select((field, i) =>
        {
            parameters.Add($"values{i}", field.Values);
            var sql = Set.Fields[field.Field];
            return field.Values.Contains("") ? $"(({sql}) = ANY(@values{i}) OR ({sql}) IS NULL)" : $"({sql}) = ANY(@values{i})";
        }).ToList();
        if (Set.FieldsWhere is null)
            conditions.AddRange(fields);
        else if (fields.Count > 0)
            conditions.Add($"{Set.FieldsWhere} AND {string.Join(" AND ", fields)})");
        return string.Join(" AND ", conditions);
    }

    private static Grpc.Core.RpcException Required(string field) => RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, field, "is required");
}

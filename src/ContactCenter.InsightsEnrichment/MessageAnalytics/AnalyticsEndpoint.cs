using System.Globalization;
using System.Text;
using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.ServiceDefaults.Csv;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>
/// <c>GET /v1/rbm/analytics</c>: the report of QueryDailyAnalytics as JSON or CSV (MSG-41). Query: <c>agent</c> (several), <c>scale</c>
/// (day, week, month), <c>start</c>, <c>end</c>, <c>measures</c> (with commas), <c>breakdown</c> (format, traffic_type, campaign, template,
/// responder), <c>view</c> (refreshed, live), <c>format=csv</c>.
/// </summary>
public static class AnalyticsEndpoint
{
    private const string Csv = "text/csv";
    private const int RowsAtATime = 500;

    // Those of the vendor's console and what they leave out; the others are given when they are asked for.
    private static readonly string[] Usual = ["sent", "delivered", "read", "delivery_rate", "read_rate", "late_delivered", "late_read", "expired"];
    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithFormatDefaultValues(false));

    /// <summary>Maps the endpoint.</summary>
    /// <param name="routes">The application's routes.</param>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/rbm/analytics", GetAsync).RequireScope("insights.read");

    private static async Task GetAsync(HttpContext context, AnalyticsReport report)
    {
        try
        {
            var query = AnalyticsQuery.Of(Read(context.Request.Query));
            var response = await report.RunAsync(query, context.RequestAborted);
            if (context.Request.Query["format"] == "csv" || context.Request.Headers.Accept.Any(accepted => accepted?.Contains(Csv, StringComparison.OrdinalIgnoreCase) == true))
            {
                await WriteCsvAsync(context, query, response);
            }
            else
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(Json.Format(response), context.RequestAborted);
            }
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.InvalidArgument or StatusCode.NotFound)
        {
            var status = refused.StatusCode == StatusCode.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest;
            await RequestBody.AnswerAsync(context, status, RpcErrors.ReasonOf(refused) ?? SharedErrors.FieldInvalid, refused.Status.Detail);
        }
    }

    private static V1.QueryDailyAnalyticsRequest Read(IQueryCollection query)
    {
        var request = new V1.QueryDailyAnalyticsRequest
        {
            StartDate = query["start"].ToString(),
            EndDate = query["end"].ToString(),
            TimeScale = Word<V1.TimeScale>(query, "scale"),
            Breakdown = Word<V1.Breakdown>(query, "breakdown"),
            View = Word<V1.AnalyticsView>(query, "view"),
        };
        request.AgentIds.AddRange(query["agent"].Where(agent => !string.IsNullOrEmpty(agent)));
        var measures = query["measures"].ToString();
        request.Measures.AddRange(measures.Length > 0 ? measures.Split(',', StringSplitOptions.TrimEntries) : Usual);
        return request;
    }

    private static T Word<T>(IQueryCollection query, string name)
        where T : struct, Enum
    {
        var text = query[name].ToString();
        if (text.Length == 0)
            return default;
        return text.All(character => char.IsAsciiLetterLower(character) || character == '_') && Enum.TryParse<T>(text.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var value) && !value.Equals(default(T))
            ? value
            : throw RpcErrors.InvalidArgument(InsightsErrors.Domain, SharedErrors.FieldInvalid, name, $"must be {string.Join(", ", Enum.GetNames<T>().Skip(1).Select(word => word.ToLowerInvariant()))}");
    }

    private static async Task WriteCsvAsync(HttpContext context, AnalyticsQuery query, V1.QueryDailyAnalyticsResponse response)
    {
        context.Response.ContentType = $"{Csv}; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"message-analytics-{query.Start:yyyy-MM-dd}-{query.End:yyyy-MM-dd}.csv\"";
        var isBroken = query.Breakdown != V1.Breakdown.Unspecified;
        var measures = query.Measures.Select(measure => V1.DailyAnalytics.Descriptor.FindFieldByName(measure).Accessor).ToList();
        List<CsvColumn> columns =
        [
            new("date", ColumnForm.Bare), new("agent_id", ColumnForm.Bare),
            .. isBroken ? [new CsvColumn(context.Request.Query["breakdown"].ToString(), ColumnForm.Text)] : Array.Empty<CsvColumn>(),
            .. query.Measures.Select(measure => new CsvColumn(measure, ColumnForm.Plain)),
        ];
        var text = new StringBuilder();
        CsvRow.AppendHeader(text, columns);
        var writer = new CsvRow(guard: true, TimeZoneInfo.Utc);
        for (var i = 0; i < response.Rows.Count; i++)
        {
            var row = response.Rows[i];
            writer.Append(text, columns, [row.Date, row.AgentId, .. isBroken ? [row.BreakdownValue] : Array.Empty<object?>(), .. measures.Select(measure => (object?)ValueOf(row, measure))]);
            if (i % RowsAtATime != RowsAtATime - 1)
                continue;
            await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
            text.Clear();
        }

        await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    private static decimal? ValueOf(V1.DailyAnalytics row, IFieldAccessor measure) =>
        measure.HasValue(row) ? Convert.ToDecimal(measure.GetValue(row), CultureInfo.InvariantCulture) : null;
}

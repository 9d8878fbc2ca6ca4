using System.Globalization;
using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Warnings;

/// <summary>Serves warnings; <c>warning_service.proto</c> is its specification (INS-112).</summary>
/// <param name="database">The service's database.</param>
/// <param name="calls">Runs each change once per request_id.</param>
/// <param name="timeProvider">Time of acknowledgements.</param>
public sealed class WarningService(DurableDatabase database, IdempotentCalls calls, TimeProvider timeProvider) : V1.WarningService.WarningServiceBase
{
    private const string Domain = InsightsErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<V1.ListWarningsResponse> ListWarnings(V1.ListWarningsRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 4);
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var rows = await WarningStore.ListAsync(
            connection, QueryOf(filter), request.IncludeDone, after is null ? null : new(DayOf(after[0], "page_token"), after[1], after[2], after[3]), size + 1);

        var response = new V1.ListWarningsResponse { Warnings = { rows.Take(size).Select(MessageOf) } };
        if (rows.Count > size)
        {
            var last = rows[size - 1];
            response.NextPageToken = Paging.Token(filter, Day(last.Day), last.AccountSid, last.Code, last.Field);
        }

        return response;
    }

    /// <inheritdoc />
    public override Task<V1.AcknowledgeWarningsResponse> AcknowledgeWarnings(V1.AcknowledgeWarningsRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        if (filter.CalculateSize() == 0)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, "filter", "needs at least one field");
        var query = QueryOf(filter);
        var actor = context.GetCaller().Actor;
        return calls.RunAsync(context, request, async transaction =>
        {
            var count = await WarningStore.AcknowledgeAsync(transaction.Connection, query, actor, timeProvider.GetUtcNow());
            transaction.Audit(new AuditEntry(actor, "warnings.acknowledge", $"warnings/{(filter.Code.Length > 0 ? filter.Code : "-")}", request.RequestId));
            return new V1.AcknowledgeWarningsResponse { AcknowledgedCount = count };
        });
    }

    private static WarningQuery QueryOf(V1.WarningFilter filter)
    {
        var (start, end) = (DayOf(filter.StartDay, "filter.start_day"), DayOf(filter.EndDay, "filter.end_day"));
        return start >= end
            ? throw RpcErrors.InvalidArgument(Domain, InsightsErrors.RangeInvalid, "filter.end_day", "must be after start_day")
            : new(start, end, Given(filter.AccountSid), Given(filter.Code), Given(filter.Field));
    }

    private static DateTime? DayOf(string day, string field)
    {
        if (day.Length == 0)
            return null;
        return DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read)
            ? read.ToDateTime(TimeOnly.MinValue)
            : throw RpcErrors.InvalidArgument(Domain, field == "page_token" ? InsightsErrors.PageTokenInvalid : InsightsErrors.DayInvalid, field, "must be YYYY-MM-DD");
    }

    private static string? Given(string value) => value.Length > 0 ? value : null;

    private static string Day(DateTime day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static V1.Warning MessageOf(WarningRow row) => new()
    {
        Code = row.Code,
        Field = row.Field,
        AccountSid = row.AccountSid,
        Day = Day(row.Day),
        Count = row.Count,
        ClosedCount = row.ClosedCount,
        FirstTime = row.FirstTime.ToTimestamp(),
        LastTime = row.LastTime.ToTimestamp(),
        Sample = row.Sample ?? "",
        RawEventIds = { row.RawEventIds.Select(id => id.ToString()) },
        Acknowledged = row.AcknowledgedBy is not null,
        AcknowledgedBy = row.AcknowledgedBy ?? "",
        AcknowledgeTime = row.AcknowledgeTime?.ToTimestamp(),
    };
}

using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.WfmConnector.Connections;
using ContactCenter.WfmConnector.Intervals;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>Serves the reports as they are sent; <c>report_service.proto</c> is its specification.</summary>
/// <param name="database">The service's database.</param>
/// <param name="store">Where they are.</param>
/// <param name="calls">Runs changes once per request_id.</param>
public sealed class ReportService(DurableDatabase database, ReportStore store, IdempotentCalls calls) : V1.ReportService.ReportServiceBase
{
    private const string Domain = WfmErrors.Domain;
    private const int PositionParts = 3;
    private const int MostReplayed = 200;
    private const int LargestBody = 3 << 20;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<V1.GetReportResponse> GetReport(V1.GetReportRequest request, ServerCallContext context)
    {
        var report = await store.FindAsync(ReadId(request.ReportId, "report_id"), context.CancellationToken)
            ?? throw RpcErrors.NotFound(Domain, WfmErrors.ReportNotFound, "report", request.ReportId);
        var response = new V1.GetReportResponse { Report = MessageOf(report) };
        if (report.Length <= LargestBody)
            response.Body = ByteString.CopyFrom(await store.ReadBodyAsync(report.ReportId, context.CancellationToken));
        await using var connection = await database.OpenAsync(context.CancellationToken);
        response.Answers.AddRange((await AnswerStore.OfReportAsync(connection, report.ReportId, context.CancellationToken)).Select(answer => answer.ToMessage()));
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.ListReportsResponse> ListReports(V1.ListReportsRequest request, ServerCallContext context)
    {
        var range = IntervalRange.Read(request.StartTime, request.EndTime);
        if (!System.Enum.IsDefined(request.State))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "state", "is not known");
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListReportsRequest { StartTime = request.StartTime, EndTime = request.EndTime, State = request.State };
        var after = Pages.Position(request.PageToken, filter, PositionParts);
        var reports = await store.ListAsync(
            new(
                range.Start,
                range.End,
                request.State == V1.ReportState.Unspecified ? null : request.State.ToString().ToUpperInvariant(),
                after?.Time(0).UtcDateTime,
                after?[1],
                (int?)after?.Number(2),
                size + 1),
            context.CancellationToken);
        var response = new V1.ListReportsResponse();
        response.Reports.AddRange(reports.Take(size).Select(MessageOf));
        if (reports.Count > size)
        {
            var last = reports[size - 1];
            response.NextPageToken = Paging.Token(filter, Paging.Part(last.IntervalStart), last.KindWord, last.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.ReplayReportsResponse> ReplayReports(V1.ReplayReportsRequest request, ServerCallContext context)
    {
        if (request.ReportIds.Count == 0)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "report_ids", "is required");
        if (request.ReportIds.Count > MostReplayed)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "report_ids", $"must be at most {MostReplayed}");
        var ids = request.ReportIds.Select(id => ReadId(id, "report_ids")).Distinct().ToArray();
        var known = await store.OpenAsync(ids, context.CancellationToken);
        if (known.Count < ids.Length)
            throw RpcErrors.NotFound(Domain, WfmErrors.ReportNotFound, "report", ids.Except(known.Select(report => report.Id)).First().ToString());
        if (request.ValidateOnly)
            return new() { Replayed = known.Count(report => report.IsOpen) };
        return await calls.RunAsync(context, request, async transaction =>
        {
            var replayed = await store.ReplayAsync(transaction, ids);
            foreach (var id in replayed)
                transaction.Audit(new AuditEntry(context.GetCaller().Actor, "reports.replay", $"reports/{id}", request.RequestId));
            return new V1.ReplayReportsResponse { Replayed = replayed.Count };
        });
    }

    private static Guid ReadId(string id, string field) =>
        Guid.TryParseExact(id, "D", out var reportId) ? reportId : throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, field, "must be the id of a report");

    private static V1.Report MessageOf(StoredReport report) => new()
    {
        ReportId = report.ReportId.ToString(),
        StartTime = report.IntervalStart.ToTimestamp(),
        Kind = (V1.ReportKind)report.Kind,
        Revision = report.Revision,
        Profile = report.Profile,
        Length = report.Length,
        Sha256 = ByteString.CopyFrom(report.Sha256),
        CreateTime = report.CreateTime.ToTimestamp(),
        State = System.Enum.Parse<V1.ReportState>(report.State, ignoreCase: true),
        StateTime = report.StateTime.ToTimestamp(),
        Changes = report.Changes ?? "",
    };
}

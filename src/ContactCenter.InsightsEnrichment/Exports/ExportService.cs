using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.InsightsEnrichment.DataSets;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Exports;

/// <summary>Exports data sets; <c>export_service.proto</c> is its specification.</summary>
/// <param name="store">Where the exports are.</param>
/// <param name="catalog">The data sets.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="timeProvider">Now.</param>
public sealed class ExportService(ExportStore store, DataSetCatalog catalog, IdempotentCalls calls, TimeProvider timeProvider) : V1.ExportService.ExportServiceBase
{
    private const string Domain = InsightsErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override Task<V1.CreateExportResponse> CreateExport(V1.CreateExportRequest request, ServerCallContext context)
    {
        var definition = ExportDefinition.Check(request, catalog);
        return calls.RunAsync(context, request, async transaction =>
        {
            // As precise as it is stored, so that an answer equals what is read later.
            var now = RpcTimes.Whole(timeProvider.GetUtcNow());
            var export = new Export { ExportId = Guid.CreateVersion7(now), Definition = definition, CreatedBy = context.GetCaller().Actor, CreateTime = now };
            await ExportStore.AddAsync(transaction.Connection, export);
            await JobDesk.SetGroupAsync(transaction, ExportWriter.Group, 1, ExportWriter.Parallelism, context.CancellationToken);
            transaction.Enqueue(ExportWriter.Kind, new ExportReference(export.ExportId), new() { Group = ExportWriter.Group });
            transaction.Audit(new AuditEntry(export.CreatedBy, "exports.create", $"exports/{export.ExportId}", request.RequestId));
            return new V1.CreateExportResponse { Export = MessageOf(export) };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.GetExportResponse> GetExport(V1.GetExportRequest request, ServerCallContext context) =>
        new() { Export = MessageOf(await FindAsync(request.ExportId, context)) };

    /// <inheritdoc />
    public override async Task<V1.ListExportsResponse> ListExports(V1.ListExportsRequest request, ServerCallContext context)
    {
        var nothing = new V1.ListExportsRequest();
        var size = Pages.Size(request.PageSize);
        var before = Pages.Position(request.PageToken, nothing, 1)?.Id(0);
        var exports = await store.ListAsync(before, size + 1, context.CancellationToken);
        var response = new V1.ListExportsResponse { Exports = { exports.Take(size).Select(export => MessageOf(export.At(timeProvider.GetUtcNow()))) } };
        if (exports.Count > size)
            response.NextPageToken = Paging.Token(nothing, exports[size - 1].ExportId.ToString());
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.CancelExportResponse> CancelExport(V1.CancelExportRequest request, ServerCallContext context)
    {
        var export = await FindAsync(request.ExportId, context);
        return await calls.RunAsync(context, request, async transaction =>
        {
            var now = RpcTimes.Whole(timeProvider.GetUtcNow());
            if (export.State is not ExportState.Canceled)
            {
                if (export.State is not (ExportState.Waiting or ExportState.Running) || !await ExportStore.CancelAsync(transaction.Connection, export.ExportId, now))
                    throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.ExportEnded, "The export has ended.");
                export = export with { State = ExportState.Canceled, FinishTime = now };
                transaction.Audit(new AuditEntry(context.GetCaller().Actor, "exports.cancel", $"exports/{export.ExportId}", request.RequestId));
            }

            return new V1.CancelExportResponse { Export = MessageOf(export) };
        });
    }

    /// <inheritdoc />
    public override async Task DownloadExport(V1.DownloadExportRequest request, IServerStreamWriter<V1.DownloadExportResponse> responseStream, ServerCallContext context)
    {
        var export = await FindAsync(request.ExportId, context);
        if (export.State == ExportState.Expired)
            throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.ExportExpired, "The file was removed.");
        if (export.State != ExportState.Done)
            throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.ExportNotReady, "There is no file: the export is not done.");
        if (request.Offset < 0 || request.Offset > export.Bytes)
            throw RpcErrors.Create(StatusCode.OutOfRange, Domain, InsightsErrors.OffsetInvalid, $"The offset must be 0 to {export.Bytes}.");

        await using var content = new ExportContent(store, export) { Position = request.Offset };
        var buffer = new byte[ExportStore.PieceBytes];
        while (await content.ReadAsync(buffer, context.CancellationToken) is > 0 and var read)
            await responseStream.WriteAsync(new() { Content = ByteString.CopyFrom(buffer, 0, read) }, context.CancellationToken);
    }

    private async Task<Export> FindAsync(string id, ServerCallContext context)
    {
        if (id.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, "export_id", "is required");
        return Guid.TryParseExact(id, "D", out var exportId) && await store.FindAsync(exportId, context.CancellationToken) is { } export
            ? export.At(timeProvider.GetUtcNow())
            : throw RpcErrors.NotFound(Domain, InsightsErrors.ExportNotFound, "export", id);
    }

    private static V1.Export MessageOf(Export export) => new()
    {
        ExportId = export.ExportId.ToString(),
        DataSet = export.Definition.DataSet,
        Grain = export.Definition.Grain,
        Filter = export.Definition.Filter,
        View = export.Definition.View,
        Columns = { export.Definition.Columns },
        TimeZone = export.Definition.TimeZone,
        FormulaGuard = export.Definition.FormulaGuard,
        State = (V1.ExportState)export.State,
        Rows = export.Rows,
        Bytes = export.Bytes,
        Sha256 = export.Sha256 ?? "",
        LoadNumber = export.LoadNumber,
        CreatedBy = export.CreatedBy,
        CreateTime = export.CreateTime.ToTimestamp(),
        FinishTime = export.FinishTime?.ToTimestamp(),
        ExpireTime = export.ExpireTime?.ToTimestamp(),
        Error = export.Error ?? "",
    };
}

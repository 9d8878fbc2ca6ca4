using System.Text;
using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Csv;
using ContactCenter.WfmConnector.Catalogue;
using Google.Protobuf;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Mappings;

public sealed partial class MappingService
{
    private const int LargestPiece = 256 << 10;

    // Codes are texts of activities and worker attributes: somebody wrote them.
    private static readonly CsvColumn[] CatalogueColumns =
    [
        new("kind", ColumnForm.Plain), new("code", ColumnForm.Text), new("name", ColumnForm.Text), new("first_use", ColumnForm.Plain), new("last_use", ColumnForm.Plain), new("accepted", ColumnForm.Plain),
    ];

    private static readonly CsvRow CatalogueLine = new(guard: true, TimeZoneInfo.Utc);

    /// <inheritdoc />
    public override async Task ExportAcdCatalogue(V1.ExportAcdCatalogueRequest request, IServerStreamWriter<V1.ExportAcdCatalogueResponse> responseStream, ServerCallContext context)
    {
        if (!System.Enum.IsDefined(request.Format))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "format", "is not known");
        var rows = await catalogue.ListAsync(context.CancellationToken);
        var file = request.Format == V1.CatalogueFormat.Json ? Json(rows) : Csv(rows);
        for (var at = 0; at < file.Length; at += LargestPiece)
        {
            var piece = file.AsMemory(at, Math.Min(LargestPiece, file.Length - at));
            await responseStream.WriteAsync(new() { Content = UnsafeByteOperations.UnsafeWrap(piece) }, context.CancellationToken);
        }
    }

    private static byte[] Csv(IEnumerable<CatalogueRow> rows)
    {
        var text = new StringBuilder();
        CsvRow.AppendHeader(text, CatalogueColumns);
        foreach (var row in rows)
            CatalogueLine.Append(text, CatalogueColumns, [row.Kind, row.Code, row.Name, row.FirstTime, row.LastTime, row.IsAccepted ? "true" : "false"]);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] Json(IEnumerable<CatalogueRow> rows) => JsonSerializer.SerializeToUtf8Bytes(
        rows.Select(row => new { kind = row.Kind, code = row.Code, name = row.Name, first_use = row.FirstTime, last_use = row.LastTime, accepted = row.IsAccepted }));
}

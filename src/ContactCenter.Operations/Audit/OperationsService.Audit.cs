using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ContactCenter.Durable.Audit;
using ContactCenter.Operations.V1;
using ContactCenter.ServiceDefaults;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    private const int ExportBytes = 60 * 1024;

    /// <inheritdoc />
    public override async Task<ListAuditEntriesResponse> ListAuditEntries(ListAuditEntriesRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = request.Filter ?? new();
        var after = Pages.Position(request.PageToken, filter, 2);
        var rows = await auditLog.ListAsync(
            FilterOf(filter), after is null ? null : (after.Time(0), after.Number(1)), size + 1, context.CancellationToken);

        var response = new ListAuditEntriesResponse();
        response.AuditEntries.AddRange(rows.Take(size).Select(MessageOf));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(rows[size - 1].Time), rows[size - 1].Seq.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    /// <inheritdoc />
    public override async Task ExportAuditEntries(
        ExportAuditEntriesRequest request, IServerStreamWriter<ExportAuditEntriesResponse> responseStream, ServerCallContext context)
    {
        var filter = FilterOf(request.Filter ?? new());
        await EnterAsync(context, "auditEntries.export", "auditEntries", request.Filter is null ? null : new JsonObject { ["filter"] = JsonNode.Parse(JsonFormatter.Default.Format(request.Filter)) });

        var piece = new ArrayBufferWriter<byte>(ExportBytes);
        await foreach (var entry in auditLog.ReadAsync(filter, context.CancellationToken))
        {
            var line = entry.ToJson();
            if (piece.WrittenCount > 0 && piece.WrittenCount + line.Length >= ExportBytes)
                await SendAsync();
            piece.Write(line);
            piece.Write("\n"u8);
        }

        if (piece.WrittenCount > 0)
            await SendAsync();

        async Task SendAsync()
        {
            await responseStream.WriteAsync(new ExportAuditEntriesResponse { Ndjson = Encoding.UTF8.GetString(piece.WrittenSpan) }, context.CancellationToken);
            piece.ResetWrittenCount();
        }
    }

    private static Durable.Audit.AuditFilter FilterOf(V1.AuditFilter filter)
    {
        var (from, to) = Range(filter.StartTime, "filter.start_time", filter.EndTime, "filter.end_time");
        return new()
        {
            Actor = Given(filter.Actor),
            Action = Given(filter.Action),
            Resource = Given(filter.Resource),
            RequestId = Given(filter.RequestId),
            Result = Given(filter.Result),
            From = from,
            To = to,
        };
    }

    private static V1.AuditEntry MessageOf(StoredAuditEntry entry) => new()
    {
        Seq = entry.Seq,
        Time = entry.Time.ToTimestamp(),
        Actor = entry.Actor,
        Action = entry.Action,
        Resource = entry.Resource,
        RequestId = entry.RequestId,
        Result = entry.Result,
        Details = entry.Details,
    };
}

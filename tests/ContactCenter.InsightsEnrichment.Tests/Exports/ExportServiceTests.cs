using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using ContactCenter.Durable;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Exports;
using ContactCenter.ServiceDefaults;
using Dapper;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Export = ContactCenter.Insights.V1.Export;
using ExportState = ContactCenter.Insights.V1.ExportState;

namespace ContactCenter.InsightsEnrichment.Tests.Exports;

public sealed class ExportServiceTests(TestServers servers) : ExportTest(servers)
{
    [Fact]
    [Rule("INS-131"), Rule("INS-133")]
    public async Task Two_exports_of_one_load_are_the_same_bytes_and_can_be_read_in_parts()
    {
        await SendAsync(Examples.ColdTransfer().Forms);
        await LoadAsync();
        await CopySegmentsAsync(4_000);
        var request = new CreateExportRequest { DataSet = DataSet.Conversations, Filter = Day() };
        var first = await ExportAsync(request);
        var second = await ExportAsync(request);

        var content = Encoding.UTF8.GetBytes(await ContentAsync(first));
        Assert.Equal((first.Sha256, first.Bytes, 4_004L, 1L), (second.Sha256, second.Bytes, second.Rows, second.LoadNumber));
        Assert.Equal((first.Sha256, first.Bytes), (Convert.ToHexStringLower(SHA256.HashData(content)), (long)content.Length));
        Assert.True(content.Length > 3 * ExportStore.PieceBytes, $"{content.Length} bytes");
        Assert.Equal(TimeSpan.FromDays(7), (first.ExpireTime - first.FinishTime).ToTimeSpan());

        foreach (var (from, to) in new[] { (0L, 9L), (ExportStore.PieceBytes - 5, ExportStore.PieceBytes + 5), (content.Length - 1_000, content.Length - 1) })
        {
            using var answer = await GetAsync(first, new RangeHeaderValue(from, to));
            Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
            Assert.Equal(content[(int)from..((int)to + 1)], await answer.Content.ReadAsByteArrayAsync(Cancellation));
        }

        using var call = Exports.DownloadExport(new() { ExportId = first.ExportId, Offset = 300_000 }, cancellationToken: Cancellation);
        var rest = new MemoryStream();
        while (await call.ResponseStream.MoveNext(Cancellation))
        {
            Assert.InRange(call.ResponseStream.Current.Content.Length, 1, ExportStore.PieceBytes);
            call.ResponseStream.Current.Content.WriteTo(rest);
        }

        Assert.Equal(content[300_000..], rest.ToArray());
        using var whole = await GetAsync(first, null);
        Assert.Equal(("attachment", $"conversations-{first.ExportId}.csv", "nosniff", "text/csv"), (
            whole.Content.Headers.ContentDisposition!.DispositionType, whole.Content.Headers.ContentDisposition.FileName!.Trim('"'),
            whole.Headers.GetValues("X-Content-Type-Options").Single(), whole.Content.Headers.ContentType!.MediaType));
        Assert.Equal($"\"{first.Sha256}\"", whole.Headers.ETag!.Tag);
        using var beyond = await GetAsync(first, new RangeHeaderValue(content.Length, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);

        var listed = new List<string>();
        var page = new ListExportsRequest { PageSize = 1 };
        do
        {
            var answer = await Exports.ListExportsAsync(page, cancellationToken: Cancellation);
            listed.AddRange(answer.Exports.Select(export => export.ExportId));
            page.PageToken = answer.NextPageToken;
        }
        while (page.PageToken.Length > 0);
        Assert.Equal([second.ExportId, first.ExportId], listed);
    }

    [Fact]
    [Rule("INS-133")]
    public async Task An_export_goes_on_after_a_restart_and_can_be_canceled_while_it_runs()
    {
        await SendAsync(Examples.ColdTransfer().Forms);
        await LoadAsync();
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var held = await connection.BeginTransactionAsync(Cancellation);
        await connection.ExecuteAsync("LOCK TABLE insights.loaded_status_segments IN ACCESS EXCLUSIVE MODE");
        var request = new CreateExportRequest { RequestId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString(), DataSet = DataSet.Conversations, Filter = Day() };
        var goesOn = (await Exports.CreateExportAsync(request, cancellationToken: Cancellation)).Export;
        Assert.Equal(goesOn, (await Exports.CreateExportAsync(request, cancellationToken: Cancellation)).Export);
        var canceled = (await Exports.CreateExportAsync(new(request) { RequestId = "" }, cancellationToken: Cancellation)).Export;
        await Eventually.TrueAsync(async () => (await GetAsync(goesOn.ExportId)).State == ExportState.Running && (await GetAsync(canceled.ExportId)).State == ExportState.Running);
        using (var early = await GetAsync(goesOn, null))
            Assert.Equal((HttpStatusCode.Conflict, "EXPORT_NOT_READY"), (early.StatusCode, await ReasonOfAsync(early)));

        Assert.Equal(ExportState.Canceled, (await Exports.CancelExportAsync(new() { ExportId = canceled.ExportId }, cancellationToken: Cancellation)).Export.State);
        Assert.Equal(ExportState.Canceled, (await Exports.CancelExportAsync(new() { ExportId = canceled.ExportId }, cancellationToken: Cancellation)).Export.State);
        await StopAsync();
        await StartAsync();
        Http.DefaultRequestHeaders.Add("x-api-key", TestKey.Text);
        await held.RollbackAsync(Cancellation);

        await Eventually.TrueAsync(async () => (await GetAsync(goesOn.ExportId)).State == ExportState.Done);
        Assert.Equal(4, (await GetAsync(goesOn.ExportId)).Rows);
        await ContentAsync(await GetAsync(goesOn.ExportId));
        await Eventually.TrueAsync(() => QueryAsync<bool>("SELECT NOT EXISTS (SELECT FROM durable.jobs WHERE kind = @Kind)", new { ExportWriter.Kind }));
        Assert.Equal((ExportState.Canceled, 0L), ((await GetAsync(canceled.ExportId)).State, (await GetAsync(canceled.ExportId)).Rows));
        await FailsAsync(StatusCode.FailedPrecondition, "EXPORT_ENDED", null, () => Exports.CancelExportAsync(new() { ExportId = goesOn.ExportId }, cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("INS-133")]
    public async Task A_file_is_gone_after_seven_days()
    {
        var export = await ExportAsync(new() { DataSet = DataSet.Warnings, Filter = Day() });
        await QueryAsync<int>("UPDATE insights.exports SET expire_time = now() RETURNING 1");
        using (var gone = await GetAsync(export, null))
            Assert.Equal((HttpStatusCode.Gone, "EXPORT_EXPIRED"), (gone.StatusCode, await ReasonOfAsync(gone)));
        Assert.Equal(ExportState.Expired, (await GetAsync(export.ExportId)).State);
        Assert.Equal((StatusCode.FailedPrecondition, "EXPORT_EXPIRED"), await DownloadFailureAsync(new() { ExportId = export.ExportId }));

        await using var replica = await RunAsync();
        Assert.Equal(1, await QueryAsync<long>("SELECT count(*) FROM insights.export_pieces"));
        await new ExportExpiry(replica.Services.GetRequiredService<DurableDatabase>(), TimeProvider.System).RunAsync(null!, Cancellation);
        Assert.Equal(0, await QueryAsync<long>("SELECT count(*) FROM insights.export_pieces"));
        Assert.Equal(export.Sha256, (await GetAsync(export.ExportId)).Sha256);
    }

    [Fact]
    [Rule("INS-133")]
    public async Task Bad_requests_are_told_what_is_wrong()
    {
        var good = new CreateExportRequest { DataSet = DataSet.Conversations, Filter = Day() };
        await RefusedAsync("FIELD_REQUIRED", "data_set", request => request.DataSet = DataSet.Unspecified);
        await RefusedAsync("FIELD_REQUIRED", "filter.start_time", request => request.Filter = null);
        await RefusedAsync("FIELD_REQUIRED", "filter.end_time", request => request.Filter.EndTime = null);
        await RefusedAsync("RANGE_INVALID", "filter.end_time", request => request.Filter.EndTime = request.Filter.StartTime);
        await RefusedAsync("RANGE_TOO_LARGE", "filter.end_time", request => request.Filter.EndTime.Seconds = request.Filter.StartTime.Seconds + 400 * 86_400 + 1);
        await RefusedAsync("UNKNOWN_COLUMN", "columns[1]", request => request.Columns.AddRange(["kind", "no_such_column"]));
        await RefusedAsync("FIELD_INVALID", "columns[1]", request => request.Columns.AddRange(["kind", "kind"]));
        await RefusedAsync("UNKNOWN_COLUMN", "filter.fields[0].field", request => request.Filter = Day(("no_such_field", "x")));
        await RefusedAsync("FIELD_REQUIRED", "filter.fields[0].values", request => request.Filter.Fields.Add(new FieldFilter { Field = "queue" }));
        await RefusedAsync("TIME_ZONE_UNKNOWN", "time_zone", request => request.TimeZone = "Mars/Olympus");
        await RefusedAsync("FIELD_INVALID", "grain", request => (request.DataSet, request.Grain) = (DataSet.Agents, DataSetGrain.Segment));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "export_id", () => Exports.GetExportAsync(new(), cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "EXPORT_NOT_FOUND", null, () => Exports.GetExportAsync(new() { ExportId = "x" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "EXPORT_NOT_FOUND", null, () => Exports.CancelExportAsync(new() { ExportId = Guid.Empty.ToString() }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", "page_size", () => Exports.ListExportsAsync(new() { PageSize = -1 }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token", () => Exports.ListExportsAsync(new() { PageToken = "x" }, cancellationToken: Cancellation));
        var empty = await ExportAsync(good);
        Assert.Equal((0L, (long)(await ContentAsync(empty)).Length), (empty.Rows, empty.Bytes));
        Assert.Equal((StatusCode.OutOfRange, "OFFSET_INVALID"), await DownloadFailureAsync(new() { ExportId = empty.ExportId, Offset = empty.Bytes + 1 }));
        using var missing = await Http.GetAsync($"/v1/exports/{Guid.Empty}/content", Cancellation);
        Assert.Equal((HttpStatusCode.NotFound, "EXPORT_NOT_FOUND"), (missing.StatusCode, await ReasonOfAsync(missing)));

        Task RefusedAsync(string reason, string field, Action<CreateExportRequest> spoil)
        {
            var request = good.Clone();
            spoil(request);
            return FailsAsync(StatusCode.InvalidArgument, reason, field, () => Exports.CreateExportAsync(request, cancellationToken: Cancellation));
        }
    }

    /// <summary>Many segments that are as those of the example.</summary>
    private Task<long> CopySegmentsAsync(int count) => QueryAsync<long>(
        """
        WITH copied AS (
          INSERT INTO insights.loaded_segments
          SELECT 'seg_' || n, account_sid, conversation_id, task_sid, kind, agent_sid, queue_sid, start_time + n * interval '1 second', end_time, document, revision,
            withdrawn, test, update_time, load_number, touched_from, touched_until
          FROM (SELECT * FROM insights.loaded_segments WHERE kind = 2 LIMIT 1) AS one CROSS JOIN generate_series(1, @count) AS n RETURNING 1)
        SELECT count(*) FROM copied
        """,
        new { count });

    private async Task<HttpResponseMessage> GetAsync(Export export, RangeHeaderValue? range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/exports/{export.ExportId}/content");
        request.Headers.Range = range;
        return await Http.SendAsync(request, Cancellation);
    }

    private async Task<(StatusCode, string?)> DownloadFailureAsync(DownloadExportRequest request)
    {
        using var call = Exports.DownloadExport(request, cancellationToken: Cancellation);
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation));
        return (failure.StatusCode, RpcErrors.ReasonOf(failure));
    }
}

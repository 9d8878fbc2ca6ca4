using System.Net;
using System.Text;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Tests.Loads;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.InsightsEnrichment.Tests.Exports;

/// <summary>The service with exports to ask for.</summary>
public abstract class ExportTest(TestServers servers) : LoadTest(servers)
{
    protected ExportService.ExportServiceClient Exports => new(Channel);

    protected override string[] Scopes => [.. base.Scopes, "insights.export", "insights.ingest"];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Http.DefaultRequestHeaders.Add("x-api-key", TestKey.Text);
    }

    /// <summary>The day of the worked examples.</summary>
    protected static DataSetFilter Day(params IEnumerable<(string Field, string Value)> fields) => new()
    {
        StartTime = Timestamp.FromDateTime(new(2026, 3, 2, 0, 0, 0, DateTimeKind.Utc)),
        EndTime = Timestamp.FromDateTime(new(2026, 3, 3, 0, 0, 0, DateTimeKind.Utc)),
        Fields = { fields.GroupBy(field => field.Field, field => field.Value, (field, values) => new FieldFilter { Field = field, Values = { values } }) },
    };

    protected Task<Export> ExportAsync(CreateExportRequest request) => EndedAsync(async () => (await Exports.CreateExportAsync(request, cancellationToken: Cancellation)).Export);

    /// <summary>The file of an export.</summary>
    protected async Task<string> ContentAsync(Export export)
    {
        Assert.Equal((ExportState.Done, ""), (export.State, export.Error));
        using var answer = await Http.GetAsync($"/v1/exports/{export.ExportId}/content", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(Cancellation));
    }

    /// <summary>The lines of a new export.</summary>
    protected async Task<IReadOnlyList<string>> LinesAsync(CreateExportRequest request)
    {
        var text = await ContentAsync(await ExportAsync(request));
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
        return text[..^2].Split("\r\n");
    }

    protected async Task<Export> GetAsync(string id) => (await Exports.GetExportAsync(new() { ExportId = id }, cancellationToken: Cancellation)).Export;

    private async Task<Export> EndedAsync(Func<Task<Export>> create)
    {
        var export = await create();
        await Eventually.TrueAsync(async () => (export = await GetAsync(export.ExportId)).State is not (ExportState.Waiting or ExportState.Running));
        return export;
    }
}

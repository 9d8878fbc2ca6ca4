using System.Security.Cryptography;
using System.Text.Json;

namespace ContactCenter.EndToEnd.Tests;

/// <summary>What somebody does who tries attributes, mends a day and takes it out, as docs/insights.md says, with a client that nobody here wrote.</summary>
public sealed class AnalystTests(PlayedSuite suite)
{
    [Fact]
    [Rule("INS-18")]
    public async Task Attributes_can_be_tried_before_anybody_sends_them()
    {
        var preview = await CallAsync("ConversationService/PreviewEnrichment", new
        {
            task_attributes = """{"conversations": {"outcome": "Sold", "colour": "red"}, "customers": {"phone": "+1 555 123 4567"}}""",
        });

        Assert.Contains(preview.GetProperty("segments").EnumerateArray(), segment => segment.GetProperty("attributes").GetProperty("outcome").GetString() == "Sold");
        Assert.StartsWith("cus_", preview.GetProperty("customer").GetProperty("customerId").GetString(), StringComparison.Ordinal);
        Assert.Contains(preview.GetProperty("warnings").EnumerateArray(), warning => warning.GetProperty("code").GetString() == "unknown_attribute");
    }

    [Fact]
    [Rule("INS-23")]
    [Rule("INS-24")]
    [Rule("INS-101")]
    [Rule("INS-131")]
    public async Task A_day_is_corrected_processed_again_loaded_and_taken_out()
    {
        // Other tests send days that are further back.
        var firstDay = TimeProvider.System.GetUtcNow().AddDays(-7);
        var segment = (await CallAsync("ConversationService/ListSegments", new { filter = new { start_time = firstDay, kinds = new[] { "SEGMENT_KIND_CONVERSATION" } }, page_size = 1 }))
            .GetProperty("segments")[0];
        var (id, task) = (segment.GetProperty("segmentId").GetString()!, segment.GetProperty("taskSid").GetString()!);
        var start = segment.GetProperty("startTime").GetDateTimeOffset();
        await CallAsync("ConversationService/CorrectSegment", new { segment_id = id, attributes = new { outcome = "=1+1" }, reason = "Only a test." });

        var run = (await CallAsync("RawEventService/ReprocessRawEvents", new { filter = new { task_sid = task }, events_per_second = 1_000 })).GetProperty("reprocessing");
        run = await UntilAsync("RawEventService/GetReprocessing", "reprocessing", new { reprocessing_id = run.GetProperty("reprocessingId").GetString() }, "REPROCESSING_STATE_DONE");
        Assert.NotEqual("0", run.GetProperty("counts").GetProperty("eventsMatched").GetString());

        var load = (await CallAsync("LoadService/RunLoad", new { })).GetProperty("load");
        await UntilAsync("LoadService/GetLoad", "load", new { load_id = load.GetProperty("loadId").GetString() }, "LOAD_STATE_DONE");
        var export = (await CallAsync("ExportService/CreateExport", new
        {
            data_set = "DATA_SET_CONVERSATIONS",
            filter = new { start_time = start.AddDays(-1), end_time = start.AddDays(1) },
            columns = new[] { "segment_id", "start_time", "outcome" },
        })).GetProperty("export");
        export = await UntilAsync("ExportService/GetExport", "export", new { export_id = export.GetProperty("exportId").GetString() }, "EXPORT_STATE_DONE");

        using var http = new HttpClient { BaseAddress = suite.Insights.Http, Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Add("x-api-key", suite.DeveloperKey);
        var file = await http.GetByteArrayAsync($"/v1/exports/{export.GetProperty("exportId").GetString()}/content", TestContext.Current.CancellationToken);

        Assert.Equal(export.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(file)), ignoreCase: true);
        var row = Assert.Single(System.Text.Encoding.UTF8.GetString(file).Split("\r\n"), line => line.Contains(id, StringComparison.Ordinal));
        Assert.EndsWith("\"'=1+1\"", row, StringComparison.Ordinal);
    }

    private async Task<JsonElement> UntilAsync(string method, string name, object request, string state)
    {
        var found = default(JsonElement);
        await Eventually.TrueAsync(async () =>
        {
            found = (await CallAsync(method, request)).GetProperty(name);
            return found.GetProperty("state").GetString() == state;
        });
        return found;
    }

    private async Task<JsonElement> CallAsync(string method, object request) =>
        JsonDocument.Parse(await suite.CallAsync(suite.Insights, $"contactcenter.insights.v1.{method}", JsonSerializer.Serialize(request))).RootElement;
}

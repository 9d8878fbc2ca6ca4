using System.Text.Json;
using ContactCenter.Testing.Suite;

namespace ContactCenter.EndToEnd.Tests;

/// <summary>What an operator types, as docs/operations.md says, with a client that nobody here wrote.</summary>
public sealed class OperatorTests(PlayedSuite suite)
{
    [Theory]
    [Rule("DUR-46")]
    [Rule("DUR-62")]
    [InlineData("ContactCenter.InsightsEnrichment")]
    [InlineData("ContactCenter.CrmConnector")]
    [InlineData("ContactCenter.WfmConnector")]
    [InlineData("ContactCenter.FollowUpScheduler")]
    [InlineData("ContactCenter.StorageExport")]
    public async Task Every_service_lets_its_operator_pause_a_queue_and_export_who_did_it(string project)
    {
        var service = await suite.ServiceAsync(project);

        await CallAsync(service, "PauseQueue", """{"kind": "tests.none", "note": "Only a test."}""");
        var queues = await CallAsync(service, "ListQueues", "{}");
        await CallAsync(service, "ResumeQueue", """{"kind": "tests.none"}""");
        using var export = JsonDocument.Parse(await CallAsync(service, "ExportAuditEntries", """{"filter": {"resource": "kinds/tests.none"}}"""));
        var lines = export.RootElement.GetProperty("ndjson").GetString()!.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Contains("dead-letters.replay", queues, StringComparison.Ordinal);
        Assert.Equal(["queues.pause", "queues.resume"], lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("action").GetString()));
    }

    private Task<string> CallAsync(SuiteProcess service, string method, string request) =>
        suite.CallAsync(service, $"contactcenter.operations.v1.OperationsService/{method}", request);
}

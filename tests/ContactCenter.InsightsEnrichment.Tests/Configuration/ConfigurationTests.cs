using System.Text.Json.Nodes;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Tests.Agents;
using ContactCenter.InsightsEnrichment.Tests.Loads;
using ContactCenter.Operations.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace ContactCenter.InsightsEnrichment.Tests.Configuration;

public sealed class ConfigurationTests(TestServers servers) : LoadTest(servers)
{
    private const string Whole =
        """
        {"redaction":{"rules":[{"field":"customers.name","action":"mask"}]},"links":{"default_calling_code":"44","anonymous_values":["nobody"]},"naming":{"keep_historic_names":true},"activities":{"available":["Ready"],"offline":["Away"]},"load":{"interval_minutes":15}}
        """;

    private ConfigurationService.ConfigurationServiceClient Configuration => new(Channel);

    protected override IEnumerable<string> Settings => ["--Redaction:Rules:0:Field=conversations.content", "--Redaction:Rules:0:Action=Drop", "--Redaction:Rules:1:Field=zip", "--Redaction:Rules:1:Action=Hash"];

    protected override string[] Scopes => ["insights.admin", "insights.read", "insights.operate"];

    [Fact]
    [Rule("INS-140"), Rule("INS-135")]
    public async Task A_document_of_another_deployment_is_tried_then_imported_once_and_exported_as_it_came()
    {
        var before = await Configuration.ExportConfigurationAsync(new(), cancellationToken: Cancellation);
        Assert.Equal(("0", "", null), (before.Etag, before.ImportedBy, before.ImportTime));
        Assert.Equal("""[{"field":"conversations.content","action":"drop"},{"field":"zip","action":"hash"}]""", JsonNode.Parse(before.Document)!["redaction"]!["rules"]!.ToJsonString());
        Assert.DoesNotContain(CustomerIdKey, before.Document, StringComparison.Ordinal);

        var request = new ImportConfigurationRequest { Document = Whole.Trim(), Etag = before.Etag, DryRun = true };
        var tried = await Configuration.ImportConfigurationAsync(request, cancellationToken: Cancellation);
        Assert.Equal(
            ["redaction.rules", "links.default_calling_code", "links.anonymous_values", "naming.keep_historic_names", "activities.available", "activities.offline", "load.interval_minutes"],
            tried.Differences.Select(difference => difference.Path));
        Assert.Equal(("60", "15"), (tried.Differences[^1].Before, tried.Differences[^1].After));
        Assert.Equal(before, await Configuration.ExportConfigurationAsync(new(), cancellationToken: Cancellation));

        request = new(request) { DryRun = false, RequestId = "0195a5c2-7c00-7000-8000-000000000140" };
        var imported = await Configuration.ImportConfigurationAsync(request, cancellationToken: Cancellation);
        Assert.Equal(("1", tried.Differences), (imported.Etag, imported.Differences));
        Assert.Equal(imported, await Configuration.ImportConfigurationAsync(request, cancellationToken: Cancellation));
        var after = await Configuration.ExportConfigurationAsync(new(), cancellationToken: Cancellation);
        Assert.Equal((Whole.Trim(), "1", $"apikey:{TestKey.Id}"), (after.Document, after.Etag, after.ImportedBy));
        await FailsAsync(StatusCode.Aborted, "ETAG_MISMATCH", null, () => Configuration.ImportConfigurationAsync(new() { Document = "{}", Etag = "0" }, cancellationToken: Cancellation));
        Assert.Empty((await Configuration.ImportConfigurationAsync(new() { Document = after.Document, DryRun = true }, cancellationToken: Cancellation)).Differences);
        var audited = await new OperationsService.OperationsServiceClient(Channel).ListAuditEntriesAsync(new() { Filter = new() { Action = "configuration.import" } }, cancellationToken: Cancellation);
        Assert.Equal("configuration/1", Assert.Single(audited.AuditEntries).Resource);

        // What a document leaves out is as the settings say.
        Assert.Equal(7, (await Configuration.ImportConfigurationAsync(new() { Document = "{}" }, cancellationToken: Cancellation)).Differences.Count);
        Assert.Equal(before.Document, (await Configuration.ExportConfigurationAsync(new(), cancellationToken: Cancellation)).Document);
    }

    [Fact]
    [Rule("INS-140")]
    public async Task Refusals_name_the_key_and_change_nothing()
    {
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "document", () => Configuration.ImportConfigurationAsync(new(), cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "CONFIGURATION_INVALID", "document.load.interval", () => Configuration.ImportConfigurationAsync(new() { Document = """{"load":{"interval":15}}""" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "CONFIGURATION_INVALID", "document", () => Configuration.ImportConfigurationAsync(new() { Document = new string(' ', 300_000) }, cancellationToken: Cancellation));
        Assert.Equal("0", (await Configuration.ExportConfigurationAsync(new(), cancellationToken: Cancellation)).Etag);
    }

    [Fact]
    [Rule("INS-140"), Rule("INS-111"), Rule("INS-51"), Rule("INS-107")]
    public async Task An_import_is_in_effect_at_once_and_in_every_process_and_after_a_restart()
    {
        await using var replica = await RunAsync();
        using var channel = GrpcChannel.ForAddress(replica.Urls.First(), new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        var others = new CustomerService.CustomerServiceClient(channel);
        await SendAsync(new WorkerLife().Created("08:00:00", "Ready").Forms);
        await SendAsync(Named(1, "WT1 Sales").Forms);
        await SettledAsync();
        Assert.Equal("C1", await KeyAsync(Customers));
        Assert.False(Assert.Single((await Agents.ListCurrentAgentStatesAsync(new(), cancellationToken: Cancellation)).States, state => state.Activity == "Ready").Available);

        var quarter = new DateTimeOffset(2026, 3, 2, 10, 15, 0, TimeSpan.Zero);
        var loads = RunnerOf(Services, new ManualTimeProvider(quarter.AddSeconds(1)));
        await loads.RunDueAsync(quarter, Cancellation);
        Assert.Empty((await Loads.ListLoadsAsync(new(), cancellationToken: Cancellation)).Loads);

        await Configuration.ImportConfigurationAsync(new() { Document = Whole }, cancellationToken: Cancellation);
        Assert.Equal("+442079460958", await KeyAsync(Customers));
        Assert.True(Assert.Single((await Agents.ListCurrentAgentStatesAsync(new(), cancellationToken: Cancellation)).States, state => state.Activity == "Ready").Available);
        await loads.RunDueAsync(quarter, Cancellation);
        Assert.Single((await Loads.ListLoadsAsync(new(), cancellationToken: Cancellation)).Loads);
        await SendAsync(Named(2, "WT2 Sales").Forms);
        await SettledAsync();
        Assert.Equal(["WT1 Sales", "WT2 Sales"], await TeamsAsync());
        Assert.Equal("***|asked", await QueryAsync<string>(
            $"SELECT string_agg(DISTINCT (c.document -> 'fields' -> 'name' ->> 'value') || '|' || (s.document -> 'attributes' ->> 'content'), ',') FROM insights.segments s JOIN insights.conversation_customers c USING (conversation_id) WHERE task_sid = '{TaskLife.Sid("WT", 2)}'"));
        await Eventually.TrueAsync(async () => await KeyAsync(others) == "+442079460958");

        await StopAsync();
        await StartAsync();
        Assert.Equal("+442079460958", await KeyAsync(Customers));
        Assert.Equal(["WT1 Sales", "WT2 Sales"], await TeamsAsync());
    }

    private static TaskLife Named(int number, string team) => new TaskLife(number)
    {
        Attributes = $$$"""{"direction":"inbound","from":"+15551234567","conversations":{"handling_team_id":"T1","handling_team_name":"{{{team}}}","content":"asked"},"customers":{"name":"Jane Roe"}}""",
    }.Entered($"10:0{number}:00", "Level 1").Canceled($"10:0{number}:05");

    private static async Task<string> KeyAsync(CustomerService.CustomerServiceClient customers) => (await customers.PreviewLinkAsync(
        new() { TaskAttributes = """{"customers":{"phone":"020 7946 0958"}}""", ConversationId = "C1" }, cancellationToken: Cancellation)).Explanations.First(step => step.Used).Normalised;

    private async Task<IEnumerable<string>> TeamsAsync() =>
        (await Conversations.ListSegmentsAsync(new(), cancellationToken: Cancellation)).Segments.Select(segment => segment.Attributes["handling_team_name"]).Distinct().Order();
}

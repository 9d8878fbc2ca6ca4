using ContactCenter.Crm.V1;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Connectors;

public sealed class ConnectorTests(TestServers servers) : CrmTest(servers)
{
    private const string Canary = "canary-password-4711";

    [Fact]
    [Rule("CRM-1")]
    [Rule("CRM-8")]
    [Rule("CRM-24")]
    public async Task A_connector_is_stored_as_a_draft_and_shown_without_its_secrets()
    {
        var created = (await Connectors.CreateConnectorAsync(new() { Connector = Example() }, cancellationToken: Cancellation)).Connector;

        Assert.Equal((ConnectorState.Draft, 1), (created.State, created.Revision));
        Assert.Equal(created.CreateTime, created.UpdateTime);
        Assert.Equal(("crm", "", true), (created.Authentication.Basic.Username, created.Authentication.Basic.Password, created.Authentication.Basic.HasPassword));
        Assert.Equal(Example().Endpoints, created.Endpoints);
        await RestartAsync();
        Assert.Equal(created, await GetAsync("zoho-like"));
        Assert.Equal([created], (await Connectors.ListConnectorsAsync(new(), cancellationToken: Cancellation)).Connectors);
        Assert.DoesNotContain(Canary, await DumpAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("CRM-161")]
    public async Task Creating_twice_with_the_same_request_id_returns_the_first_and_another_of_the_same_id_is_refused()
    {
        var request = new CreateConnectorRequest { RequestId = NewId(), Connector = Example() };
        var first = await Connectors.CreateConnectorAsync(request, cancellationToken: Cancellation);

        Assert.Equal(first, await Connectors.CreateConnectorAsync(request, cancellationToken: Cancellation));
        Assert.Equal(["QUERY_ESCAPING_OFF"], first.Warnings.Select(warning => warning.Code));
        await FailsAsync(StatusCode.AlreadyExists, "CONNECTOR_EXISTS", Connectors.CreateConnectorAsync(new() { Connector = Example() }, cancellationToken: Cancellation));
        request.Connector.ApiTimeoutSeconds = 7;
        await FailsAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", Connectors.CreateConnectorAsync(request, cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("CRM-8")]
    [Rule("CRM-24")]
    public async Task An_update_replaces_the_connector_keeps_its_secret_and_adds_a_revision()
    {
        var connector = await CreateAsync();
        connector.Flows = null;
        connector.ApiTimeoutSeconds = 10;

        var updated = (await Connectors.UpdateConnectorAsync(new() { RequestId = NewId(), Connector = connector }, cancellationToken: Cancellation)).Connector;

        Assert.Equal((2, 10, (Flows?)null, true), (updated.Revision, updated.ApiTimeoutSeconds, updated.Flows, updated.Authentication.Basic.HasPassword));
        Assert.NotEqual(connector.Etag, updated.Etag);
        await FailsAsync(StatusCode.Aborted, "ETAG_MISMATCH", Connectors.UpdateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation));
        var page = await Connectors.ListConnectorRevisionsAsync(new() { ConnectorId = "zoho-like", PageSize = 1 }, cancellationToken: Cancellation);
        var next = await Connectors.ListConnectorRevisionsAsync(new() { ConnectorId = "zoho-like", PageSize = 1, PageToken = page.NextPageToken }, cancellationToken: Cancellation);
        var (second, first) = (Assert.Single(page.Revisions), Assert.Single(next.Revisions));
        Assert.Equal((2, 1, $"apikey:{TestKey.Id}", ""), (second.Revision, first.Revision, first.Author, next.NextPageToken));
        Assert.Equal((10, true), (second.Connector.ApiTimeoutSeconds, first.Connector.Flows.SdkSessions));
        var audit = (await Operations.ListAuditEntriesAsync(new() { Filter = new() { Resource = "connectors/zoho-like" } }, cancellationToken: Cancellation)).AuditEntries;
        Assert.Equal(["connectors.update", "connectors.create"], audit.Select(entry => entry.Action));
        Assert.Contains("api_timeout_seconds", audit[0].Details, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("CRM-24")]
    public async Task A_secret_is_never_sent_to_where_it_was_not_entered_for()
    {
        var connector = await CreateAsync();
        connector.Endpoints.Comment.Url = "https://elsewhere.example.com/{RECORD_ID}";

        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", Connectors.UpdateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation), "connector.authentication.basic.password");
        connector.Authentication.Basic.Password = Canary;
        connector = (await Connectors.UpdateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation)).Connector;
        connector.Authentication = new() { CustomHeaders = new() { Headers = { new CustomHeader { Key = "X-Key" } } } };
        await FailsAsync(
            StatusCode.InvalidArgument, "FIELD_REQUIRED", Connectors.UpdateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation), "connector.authentication.custom_headers.headers[0].value");
    }

    [Fact]
    [Rule("CRM-8")]
    public async Task A_connector_is_deleted_by_its_etag()
    {
        var connector = await CreateAsync();

        await FailsAsync(StatusCode.Aborted, "ETAG_MISMATCH", Connectors.DeleteConnectorAsync(new() { ConnectorId = "zoho-like", Etag = "2-0" }, cancellationToken: Cancellation));
        await Connectors.DeleteConnectorAsync(new() { ConnectorId = "zoho-like", Etag = connector.Etag }, cancellationToken: Cancellation);
        await FailsAsync(StatusCode.NotFound, "CONNECTOR_NOT_FOUND", Connectors.GetConnectorAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation));
        var again = await CreateAsync();
        await FailsAsync(StatusCode.Aborted, "ETAG_MISMATCH", Connectors.UpdateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation));
        Assert.Equal(1, again.Revision);
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", Connectors.DeleteConnectorAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation), "etag");
    }

    [Fact]
    [Rule("CRM-2")]
    public async Task Capabilities_are_those_of_the_matrix_and_what_is_open_is_never_called_supported()
    {
        var capabilities = (await Connectors.GetCapabilitiesAsync(new(), cancellationToken: Cancellation)).Capabilities;

        Assert.Equal(
            [
                "AccountLookup Yes Yes No", "RecordLookup Yes Unspecified No", "RecordUpdate Yes No Yes", "AgentMustAct No Yes No", "TwoWayConnection Yes No No",
            ],
            capabilities.Select(row => $"{row.Capability} {row.GenericApi} {row.CustomUrl} {row.EmailUpdate}"));
    }

    [Fact]
    public async Task Lists_go_by_pages()
    {
        foreach (var id in new[] { "c", "a-2", "a" })
            await CreateAsync(connector => connector.ConnectorId = id);

        var first = await Connectors.ListConnectorsAsync(new() { PageSize = 2 }, cancellationToken: Cancellation);
        var second = await Connectors.ListConnectorsAsync(new() { PageSize = 2, PageToken = first.NextPageToken }, cancellationToken: Cancellation);

        Assert.Equal(["a", "a-2", "c"], first.Connectors.Concat(second.Connectors).Select(connector => connector.ConnectorId));
        Assert.Equal("", second.NextPageToken);
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", Connectors.ListConnectorRevisionsAsync(new() { ConnectorId = "a", PageToken = first.NextPageToken }, cancellationToken: Cancellation), "page_token");
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", Connectors.ListConnectorsAsync(new() { PageSize = 1_001 }, cancellationToken: Cancellation), "page_size");
    }

    internal static Connector Example() => new()
    {
        ConnectorId = "zoho-like",
        InteractionMethod = InteractionMethod.GenericApi,
        Authentication = new() { Basic = new() { Username = "crm", Password = Canary } },
        Phone = new() { Format = PhoneFormat.E164 },
        ApiTimeoutSeconds = 5,
        LookupUrls = new() { Account = "https://crm.example.com/tab/Contacts/{ACCOUNT_ID}", Record = "https://crm.example.com/tab/Cases/{RECORD_ID}" },
        Endpoints = Examples.Endpoints(),
        Flows = new() { SdkSessions = true },
    };

    private async Task<Connector> CreateAsync(params Action<Connector>[] changes)
    {
        var connector = Example();
        foreach (var change in changes)
            change(connector);
        return (await Connectors.CreateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation)).Connector;
    }

    private async Task<Connector> GetAsync(string id) => (await Connectors.GetConnectorAsync(new() { ConnectorId = id }, cancellationToken: Cancellation)).Connector;
}

using ContactCenter.Crm.V1;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Connectors;

public sealed class ConnectorCheckTests(TestServers servers) : CrmTest(servers)
{
    [Fact]
    [Rule("CRM-13")]
    [Rule("CRM-32")]
    [Rule("CRM-44")]
    [Rule("CRM-72")]
    public async Task Every_bad_field_is_named_at_once()
    {
        var connector = ConnectorTests.Example();
        connector.ConnectorId = "Zoho";
        connector.InteractionMethod = InteractionMethod.None;
        connector.Authentication.Basic = new() { Username = "a:b" };
        connector.ApiTimeoutSeconds = 11;
        connector.Phone = new() { Format = (PhoneFormat)9, DefaultCallingCode = "01" };
        connector.LookupUrls.Account = "https://crm.example.com/";
        connector.LookupUrls.Record = "javascript:x";
        connector.Endpoints.Comment.Parameters[0].Value = "{COMENT_BODY}";
        connector.Endpoints.CreateAccount.Parameters.RemoveAt(4);
        connector.Ticket = new() { Subject = "=CONCAT_OR(a)", Description = "{TICKET_SUBJECT}" };

        await FailsAsync(
            StatusCode.InvalidArgument,
            "FIELD_INVALID",
            Connectors.CreateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation),
            "connector.connector_id FIELD_INVALID",
            "connector.interaction_method FIELD_INVALID",
            "connector.authentication.basic.username FIELD_INVALID",
            "connector.api_timeout_seconds FIELD_INVALID",
            "connector.lookup_urls.account FIELD_INVALID",
            "connector.lookup_urls.record URL_INVALID",
            "connector.endpoints.comment.parameters[0].value UNKNOWN_VARIABLE at character 1: there is no variable {COMENT_BODY}; the nearest is {COMMENT_BODY}",
            "connector.endpoints.create_account SDK_IDENTIFIER_REQUIRED",
            "connector.phone.format FIELD_INVALID",
            "connector.phone.default_calling_code FIELD_INVALID",
            "connector.ticket.subject FUNCTION_NOT_ALLOWED at character 1",
            "connector.ticket.description VARIABLE_NOT_AVAILABLE at character 1",
            "connector.authentication.basic.password FIELD_REQUIRED");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", Connectors.CreateConnectorAsync(new(), cancellationToken: Cancellation), "connector");
        Assert.Equal(13, (await Connectors.ValidateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation)).Problems.Count);
        Assert.Empty((await Connectors.ListConnectorsAsync(new(), cancellationToken: Cancellation)).Connectors);
    }

    [Fact]
    [Rule("CRM-32")]
    public async Task The_timeout_is_1_to_10_seconds()
    {
        foreach (var seconds in new[] { 1, 10 })
            Assert.Empty(await ProblemsAsync(connector => connector.ApiTimeoutSeconds = seconds));
        foreach (var seconds in new[] { -1, 0, 11 })
            Assert.Equal(["connector.api_timeout_seconds FIELD_INVALID"], await ProblemsAsync(connector => connector.ApiTimeoutSeconds = seconds));
    }

    [Fact]
    [Rule("CRM-33")]
    [Rule("CRM-36")]
    [Rule("CRM-45")]
    [Rule("CRM-117")]
    [Rule("CRM-118")]
    [Rule("CRM-121")]
    public async Task An_upload_is_checked_with_its_settings()
    {
        Assert.Empty(await UploadAsync((_, _) => { }));
        Assert.Equal(["connector.upload FIELD_REQUIRED"], await ProblemsAsync(connector => connector.Endpoints.UploadFile = Examples.UploadFile()));
        Assert.Equal(["connector.upload FIELD_INVALID"], await ProblemsAsync(connector => connector.Upload = Examples.Upload()));
        Assert.Equal(
            ["connector.endpoints.upload_file.method FIELD_INVALID", "connector.endpoints.upload_file.id_location FIELD_INVALID", "connector.endpoints.upload_file.parameters[0].type FIELD_INVALID"],
            await UploadAsync((endpoint, _) => (endpoint.Method, endpoint.IdLocation, endpoint.Parameters[0].Type) = (RequestMethod.Get, "id", Crm.V1.ValueType.Number)));
        Assert.Equal(
            ["connector.endpoints.upload_file.data_format FIELD_INVALID", "connector.endpoints.upload_file.parameters[1].key FIELD_INVALID"],
            await UploadAsync((endpoint, _) =>
            {
                (endpoint.DataFormat, endpoint.ContainerType, endpoint.ContainerName) = (DataFormat.Container, ContainerType.Map, "data");
                endpoint.Parameters.Add(Examples.Parameter("a\r\nb", "1"));
            }));
        Assert.Equal(["connector.endpoints.upload_file.parameters FIELD_INVALID"], await UploadAsync((endpoint, _) => endpoint.Parameters[0].Value = "1"));
        Assert.Equal(["connector.endpoints.upload_file.parameters FIELD_INVALID"], await UploadAsync((endpoint, _) => endpoint.Parameters.Add(Examples.Parameter("again", "{FILE_DATA}"))));
        Assert.Equal(["connector.endpoints.upload_file.parameters[1].value FIELD_INVALID"], await UploadAsync((endpoint, _) => endpoint.Parameters.Add(Examples.Parameter("again", "=CONCAT_OR({FILE_DATA})"))));
        Assert.Equal(["connector.endpoints.upload_file.url VARIABLE_NOT_AVAILABLE"], await UploadAsync((endpoint, _) => endpoint.Url += "/{FILE_DATA}"));
        Assert.Equal(["connector.endpoints.comment.parameters[0].value VARIABLE_NOT_AVAILABLE"], await ProblemsAsync(connector => connector.Endpoints.Comment.Parameters[0].Value = "{FILE_DATA}"));
        Assert.Equal(
            ["connector.endpoints.upload_file.data_format FIELD_INVALID"],
            (await UploadAsync((endpoint, upload) => (endpoint.DataFormat, upload.Type) = ((DataFormat)9, UploadType.Base64Form))).Take(1));
        Assert.Equal(
            ["connector.upload.type FIELD_REQUIRED", "connector.upload.kinds FIELD_INVALID", "connector.upload.timeout_seconds FIELD_INVALID", "connector.upload.attachment.type FIELD_REQUIRED", "connector.upload.attachment.url_builder FIELD_INVALID"],
            await UploadAsync((_, upload) =>
            {
                (upload.Type, upload.TimeoutSeconds, upload.Attachment.Type) = (UploadType.Unspecified, 121, AttachmentType.Unspecified);
                upload.Kinds.Add((Storage.V1.SessionFileKind)99);
            }));
        Assert.Equal(["connector.upload.attachment.location SYNTAX"], await UploadAsync((_, upload) => upload.Attachment.Location = "a..b"));
        foreach (var (builder, reason) in new[] { ("", "FIELD_REQUIRED"), ("http://x.example.com/{ATTACHMENT_ID}", "URL_INVALID"), ("https://x.example.com/{RECORD_ID}", "FIELD_INVALID"), ("https://x.example.com/{ATTACHMENT_ID}/{NAME}", "VARIABLE_NOT_AVAILABLE") })
            Assert.Equal([$"connector.upload.attachment.url_builder {reason}"], await UploadAsync((_, upload) => upload.Attachment.UrlBuilder = builder));

        Task<List<string>> UploadAsync(Action<Endpoint, UploadSettings> change) => ProblemsAsync(connector =>
        {
            (connector.Endpoints.UploadFile, connector.Upload) = (Examples.UploadFile(), Examples.Upload());
            change(connector.Endpoints.UploadFile, connector.Upload);
        });
    }

    [Fact]
    [Rule("CRM-5")]
    [Rule("CRM-6")]
    [Rule("CRM-7")]
    public async Task A_higher_tier_needs_the_lower_but_for_what_is_waived()
    {
        const string Query = "connector.endpoints.find_account_by_query TIER_INCOMPLETE";
        const string Account = "connector.endpoints.create_account TIER_INCOMPLETE";
        const string Find = "connector.endpoints.find_record_by_query TIER_INCOMPLETE";
        const string Create = "connector.endpoints.create_record TIER_INCOMPLETE";

        Assert.Equal([Query, Account, Find, Create], await TiersAsync((e, all) => e.Comment = all.Comment));
        Assert.Equal([Query, Account, Find], await TiersAsync((e, all) => e.CreateRecord = all.CreateRecord));
        Assert.Equal([Query, Account, Create], await TiersAsync((e, all) => e.FindRecordByQuery = all.FindRecordByQuery));
        Assert.Equal([Create], await TiersAsync((e, all) => (e.FindAccountByQuery, e.CreateAccount, e.FindRecordByQuery, e.UpdateRecord) = (all.FindAccountByQuery, all.CreateAccount, all.FindRecordByQuery, all.UpdateRecord)));
        Assert.Equal([Find], await TiersAsync((e, all) => e.UpdateRecord = all.UpdateRecord, new() { SkipAccountLookup = true, SkipAccountCreation = true, SkipRecordCreation = true }));
        Assert.Empty(await TiersAsync((e, all) => (e.FindRecordByQuery, e.Comment) = (all.FindRecordByQuery, all.Comment), new() { SkipAccountLookup = true, SkipAccountCreation = true, SkipRecordCreation = true }));
        Assert.Empty(await TiersAsync((e, all) => e.FindAccountByQuery = all.FindAccountByQuery));
    }

    [Fact]
    [Rule("CRM-12")]
    [Rule("CRM-14")]
    public async Task Authentication_is_exactly_one_method_with_headers_that_may_be_set()
    {
        Assert.Equal(["connector.authentication FIELD_REQUIRED"], await ProblemsAsync(connector => connector.Authentication = null));
        Assert.Equal(["connector.authentication.custom_headers.headers FIELD_INVALID"], await ProblemsAsync(connector => connector.Authentication.CustomHeaders = new()));
        Assert.Equal(
            [
                "connector.authentication.custom_headers.headers[1].key FIELD_INVALID", "connector.authentication.custom_headers.headers[2].key FIELD_INVALID",
                "connector.authentication.custom_headers.headers[3].key FIELD_INVALID", "connector.authentication.custom_headers.headers[4].key FIELD_INVALID",
                "connector.authentication.custom_headers.headers[5].value FIELD_INVALID",
            ],
            await ProblemsAsync(connector => connector.Authentication.CustomHeaders = Headers(("X-Key", "a"), ("x-key", "b"), ("content-TYPE", "c"), ("Host", "d"), ("a b", "e"), ("X-Other", "a\r\nb"))));
        Assert.Empty(await ProblemsAsync(connector => connector.Authentication.CustomHeaders = Headers([.. Enumerable.Range(0, 64).Select(i => ($"X-{i}", "a"))])));
        Assert.Single(await ProblemsAsync(connector => connector.Authentication.CustomHeaders = Headers([.. Enumerable.Range(0, 65).Select(i => ($"X-{i}", "a"))])));

        static CustomHeaders Headers(params (string Key, string Value)[] headers) =>
            new() { Headers = { headers.Select(header => new CustomHeader { Key = header.Key, Value = header.Value }) } };
    }

    [Theory]
    [Rule("CRM-78")]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public async Task A_chat_waits_for_at_most_a_hundred_messages(int messages, bool isAccepted) => Assert.Equal(
        isAccepted ? [] : ["connector.flows.delay_chat_until_messages FIELD_INVALID"], await ProblemsAsync(connector => connector.Flows.DelayChatUntilMessages = messages));

    [Fact]
    [Rule("CRM-24")]
    public async Task A_stored_secret_counts_when_a_connector_is_validated()
    {
        await Connectors.CreateConnectorAsync(new() { Connector = ConnectorTests.Example() }, cancellationToken: Cancellation);

        Assert.Empty(await ProblemsAsync(connector => connector.Authentication.Basic.Password = ""));
        Assert.Single(await ProblemsAsync(connector => (connector.ConnectorId, connector.Authentication.Basic.Password) = ("another", "")));
    }

    private async Task<IEnumerable<string>> TiersAsync(Action<Endpoints, Endpoints> choose, Flows? flows = null) => await ProblemsAsync(connector =>
    {
        connector.Endpoints = new();
        connector.Flows = flows;
        choose(connector.Endpoints, Examples.Endpoints());
    });

    private async Task<List<string>> ProblemsAsync(Action<Connector> change)
    {
        var connector = ConnectorTests.Example();
        change(connector);
        var response = await Connectors.ValidateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation);
        return [.. response.Problems.Select(problem => $"{problem.Field} {problem.Reason}")];
    }
}

/// <summary>A deployment that stores files outside, called by one who may only read.</summary>
public sealed class ConnectorAccessTests(TestServers servers) : CrmTest(servers)
{
    protected override string[] Scopes => ["crm.read", "crm.write", "crm.operate"];

    [Fact]
    [Rule("CRM-11")]
    public async Task Configuration_is_changed_by_administrators_alone()
    {
        await FailsAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", Connectors.CreateConnectorAsync(new(), cancellationToken: Cancellation));
        await FailsAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", Connectors.UpdateConnectorAsync(new(), cancellationToken: Cancellation));
        await FailsAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", Connectors.DeleteConnectorAsync(new(), cancellationToken: Cancellation));
        await FailsAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", Connectors.ActivateConnectorAsync(new(), cancellationToken: Cancellation));
        Assert.Empty((await Connectors.ListConnectorsAsync(new(), cancellationToken: Cancellation)).Connectors);
    }
}

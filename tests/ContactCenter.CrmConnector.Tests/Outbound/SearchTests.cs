using System.Globalization;
using ContactCenter.Crm.V1;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>What an agent finds in the CRM (CRM-93).</summary>
public sealed class SearchTests(TestServers servers) : OutboundTest(servers)
{
    [Fact]
    [Rule("CRM-93")]
    [Rule("CRM-75")]
    public async Task Accounts_are_listed_as_the_crm_tells_them_and_nothing_is_made()
    {
        await UseAsync(connector => (connector.Endpoints.FindAccountByQuery.NameLocation, connector.Endpoints.FindAccountByQuery.PhoneLocation) = ("Full_Name", "phones[0].number"));
        Crm.Respond = request => request.StartsWith("GET /v2/Contacts/search", StringComparison.Ordinal)
            ? (200, """{"data":[{"id":456,"Full_Name":"Kim Lee","phones":[{"number":12223334444}],"email":"kim@example"},{"name":"nobody"},{"id":{}},{"id":"a/7","email":{}}]}""")
            : null;

        var found = await Links.FindAccountsAsync(new() { Phone = "(222) 333-4444" }, cancellationToken: Cancellation);

        Assert.Equal(
            ["456 https://crm.example.com/tab/Contacts/456 Kim Lee 12223334444 kim@example", "a/7 https://crm.example.com/tab/Contacts/a%2F7   "],
            found.Accounts.Select(account => $"{IdOf(account.AccountId)} {account.AccountUrl} {account.Name} {account.Phone} {account.Email}"));
        Assert.Equal(["ID_MISSING 1", "ID_TYPE 2"], found.Warnings.Select(warning => $"{warning.Code} {warning.Subject}"));
        Assert.Equal("GET /v2/Contacts/search?criteria=%28Phone%3Aequals%3A%2B12223334444%29", Assert.Single(Requests));
        Assert.Empty((await Work.ListOperationsAsync(new(), cancellationToken: Cancellation)).Operations);
    }

    [Fact]
    [Rule("CRM-93")]
    [Rule("CRM-64")]
    public async Task An_id_is_asked_for_by_itself_first_and_by_the_query_if_it_is_not_there()
    {
        await UseAsync();
        Crm.Respond = request => request switch
        {
            "GET /v2/Contacts/123" => (200, """{"data":{"id":123,"name":"Kim Lee"}}"""),
            "GET /v2/Contacts/124" => (404, ""),
            _ => (200, """{"data":[{"id":"125"}]}"""),
        };

        Assert.Equal("Kim Lee", Assert.Single((await Links.FindAccountsAsync(new() { AccountId = new() { Number = 123 } }, cancellationToken: Cancellation)).Accounts).Name);
        Assert.Equal(["GET /v2/Contacts/123"], Requests);

        Crm.Requests.Clear();
        Assert.Equal("125", Assert.Single((await Links.FindAccountsAsync(new() { AccountId = new() { Number = 124 } }, cancellationToken: Cancellation)).Accounts).AccountId.Text);
        Assert.Equal(["GET /v2/Contacts/124", "GET /v2/Contacts/search?criteria=%28Id%3Aequals%3A124%29"], Requests);
    }

    [Fact]
    [Rule("CRM-93")]
    [Rule("CRM-75")]
    public async Task Twenty_records_at_most_are_listed_with_title_and_status()
    {
        await UseAsync();
        var records = string.Join(',', Enumerable.Range(1, 25).Select(id => string.Create(CultureInfo.InvariantCulture, $$"""{"id":{{id}},"Subject":"no","subject":"Record {{id}}","status":"Open"}""")));
        Crm.Respond = request => request.StartsWith("GET /v2/Cases/search", StringComparison.Ordinal) ? (200, $$"""{"data":[{{records}}]}""") : null;

        var found = await Links.FindRecordsAsync(new() { AccountId = new() { Text = "456" } }, cancellationToken: Cancellation);

        Assert.Equal(20, found.Records.Count);
        var last = found.Records[^1];
        Assert.Equal((20, "https://crm.example.com/tab/Cases/20", "Record 20", "Open"), (last.RecordId.Number, last.RecordUrl, last.Subject, last.Status));
        Assert.Empty(found.Warnings);

        // No hit is an empty list.
        Crm.Respond = _ => null;
        Assert.Equal(new FindRecordsResponse(), await Links.FindRecordsAsync(new() { AccountId = new() { Text = "457" } }, cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("CRM-93")]
    public async Task Bad_input_and_a_failing_crm_are_told_and_not_tried_again()
    {
        await FailsAsync(StatusCode.FailedPrecondition, "ENDPOINT_NOT_CONFIGURED", Links.FindAccountsAsync(new() { Phone = "1" }, cancellationToken: Cancellation));
        await UseAsync();
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", Links.FindAccountsAsync(new() { Name = " " }, cancellationToken: Cancellation), "phone", "email", "name", "account_id");
        await FailsAsync(
            StatusCode.InvalidArgument, "FIELD_INVALID", Links.FindRecordsAsync(new() { Email = new('a', 1_025), RecordId = new() { Text = new('7', 1_025) } }, cancellationToken: Cancellation), "email", "record_id");
        Assert.Empty(Requests);

        foreach (var (status, body) in new[] { (503, ""), (400, ""), (200, "<html>") })
        {
            Crm.Requests.Clear();
            Crm.Answer = (status, body);
            await FailsAsync(StatusCode.Unavailable, "CRM_UNAVAILABLE", Links.FindAccountsAsync(new() { Email = "kim@example" }, cancellationToken: Cancellation));
            await FailsAsync(StatusCode.Unavailable, "CRM_UNAVAILABLE", Links.FindRecordsAsync(new() { AccountId = new() { Text = "1" } }, cancellationToken: Cancellation));
            Assert.Equal(2, Requests.Count);
        }
    }

    [Fact]
    [Rule("CRM-75")]
    public async Task What_is_shown_of_accounts_is_read_by_the_endpoints_alone_that_find_them()
    {
        var endpoints = Examples.Endpoints();
        (endpoints.CreateAccount.NameLocation, endpoints.FindRecordByQuery.PhoneLocation, endpoints.FindAccountById.EmailLocation) = ("a", "b", "c");
        var connector = new Connector
        {
            ConnectorId = "main",
            InteractionMethod = InteractionMethod.GenericApi,
            Authentication = new() { Basic = new() { Username = "crm", Password = "x" } },
            Phone = new() { Format = PhoneFormat.E164 },
            Endpoints = endpoints,
            Flows = new(),
        };
        await FailsAsync(
            StatusCode.InvalidArgument,
            "FIELD_INVALID",
            Connectors.CreateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation),
            "connector.endpoints.create_account.name_location",
            "connector.endpoints.find_record_by_query.phone_location");
    }

    private static string IdOf(CrmId id) => id.ValueCase == CrmId.ValueOneofCase.Text ? id.Text : id.Number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One who has every scope but that of agents.</summary>
public sealed class SearchScopeTests(TestServers servers) : CrmTest(servers)
{
    protected override string[] Scopes => ["crm.read", "crm.write", "crm.operate", "crm.admin"];

    [Fact]
    [Rule("CRM-11")]
    [Rule("CRM-93")]
    public async Task Searching_and_linking_need_the_scope_of_agents()
    {
        await FailsAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", Links.FindAccountsAsync(new() { Phone = "1" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", Links.FindRecordsAsync(new() { Phone = "1" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", Links.LinkAccountAsync(new() { Session = "call-1", AccountId = new() { Number = 1 } }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", Links.LinkRecordAsync(new() { Session = "call-1", RecordId = new() { Number = 1 } }, cancellationToken: Cancellation));
    }
}

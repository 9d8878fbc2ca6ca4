using ContactCenter.Crm.V1;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Connectors;

/// <summary>Tests of connectors against a CRM that answers as it is told.</summary>
public sealed class TestConnectionTests(TestServers servers) : FakeCrmTest(servers)
{
    [Fact]
    [Rule("CRM-13")]
    [Rule("CRM-143")]
    public async Task A_test_looks_for_someone_with_the_stored_password_and_tells_nothing_of_the_answer()
    {
        await CreateAsync();
        await RestartAsync();

        var found = await TestAsync();
        Crm.Answer = (204, "");
        var nobody = await TestAsync();

        Assert.Equal(("", "", "2xx", true, ""), (found.ErrorClass, found.Reason, found.StatusClass, found.Found, found.Violation));
        Assert.True(found.Duration.ToTimeSpan() > TimeSpan.Zero);
        Assert.Equal("GET /search?criteria=%28Phone%3Aequals%3A%2B12223334444%29 Basic Y3JtOmNhbmFyeS1ww6Rzcw==", Crm.Requests.First());
        Assert.Equal(("2xx", false, ""), (nobody.StatusClass, nobody.Found, nobody.Violation));
        Assert.Equal(
            ["connectors.test", "connectors.test"],
            (await Operations.ListAuditEntriesAsync(new() { Filter = new() { Action = "connectors.test" } }, cancellationToken: Cancellation)).AuditEntries.Select(entry => entry.Action));
    }

    [Fact]
    [Rule("CRM-14")]
    public async Task Custom_headers_go_with_every_request()
    {
        await CreateAsync(connector => connector.Authentication = new() { CustomHeaders = new() { Headers = { new CustomHeader { Key = "X-Key", Value = "canary-header" } } } });

        await TestAsync();

        Assert.EndsWith(" canary-header", Assert.Single(Crm.Requests), StringComparison.Ordinal);
        Assert.DoesNotContain("canary-header", await DumpAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("CRM-32")]
    [Rule("CRM-101")]
    [Rule("CRM-143")]
    public async Task A_failure_is_told_by_its_class()
    {
        await CreateAsync();

        Assert.Equal(("404", "4xx", "", false), await TestAsync(404, "no"));
        Assert.Equal(("redirect", "3xx", "", false), await TestAsync(302, ""));
        Assert.Equal(("timeout", "", "", false), await TestAsync(0, ""));
        Assert.Equal(("", "2xx", "NOT_JSON", false), await TestAsync(200, "<html>"));
        Assert.Equal(("", "2xx", "ID_TYPE", false), await TestAsync(200, """{"data":{"id":{}}}"""));
        Assert.Equal("RESPONSE_TOO_LARGE", (await TestAsync(200, $$"""{"data":[{"id":"1","a":"{{new string('a', 1 << 20)}}"}]}""")).Violation);

        async Task<(string ErrorClass, string StatusClass, string Violation, bool Found)> TestAsync(int status, string body)
        {
            Crm.Answer = (status, body);
            var result = await this.TestAsync();
            return (result.ErrorClass, result.StatusClass, result.Violation, result.Found);
        }
    }

    [Fact]
    [Rule("CRM-143")]
    public async Task A_test_writes_nothing_asks_for_someone_and_is_made_six_times_a_minute()
    {
        await CreateAsync();

        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", Connectors.TestConnectionAsync(new() { ConnectorId = "main", Endpoint = EndpointKind.CreateAccount }, cancellationToken: Cancellation), "endpoint");
        await FailsAsync(StatusCode.FailedPrecondition, "NO_CRITERIA", Connectors.TestConnectionAsync(new() { ConnectorId = "main", Endpoint = EndpointKind.FindAccountByQuery }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.FailedPrecondition, "ENDPOINT_NOT_CONFIGURED", Connectors.TestConnectionAsync(new() { ConnectorId = "main", Endpoint = EndpointKind.FindRecordByQuery }, cancellationToken: Cancellation));
        Assert.Empty(Crm.Requests);
        for (var i = 0; i < 6; i++)
            await TestAsync();
        await FailsAsync(
            StatusCode.ResourceExhausted,
            "TOO_MANY_TESTS",
            Connectors.TestConnectionAsync(new() { ConnectorId = "main", Endpoint = EndpointKind.FindAccountByQuery, Session = new() { PhoneNumber = "2223334444" } }, cancellationToken: Cancellation));
    }

    private async Task CreateAsync(Action<Connector>? change = null)
    {
        var connector = new Connector
        {
            ConnectorId = "main",
            InteractionMethod = InteractionMethod.GenericApi,
            Authentication = new() { Basic = new() { Username = "crm", Password = "canary-päss" } },
            Phone = new() { Format = PhoneFormat.E164 },
            ApiTimeoutSeconds = 3,
            Endpoints = new()
            {
                FindAccountByQuery = new()
                {
                    Method = RequestMethod.Get,
                    Url = $"http://{Crm.Authority}/search",
                    ResponseDataLocation = "data",
                    Parameters = { Examples.Parameter("criteria", "=CONCAT_OR((Phone:equals:{PHONE_NUMBER}), (Email:equals:{EMAIL}))") },
                },
            },
        };
        change?.Invoke(connector);
        await Connectors.CreateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation);
    }

    private async Task<TestConnectionResponse> TestAsync() => await Connectors.TestConnectionAsync(
        new() { ConnectorId = "main", Endpoint = EndpointKind.FindAccountByQuery, Session = new() { PhoneNumber = "2223334444" } }, cancellationToken: Cancellation);
}

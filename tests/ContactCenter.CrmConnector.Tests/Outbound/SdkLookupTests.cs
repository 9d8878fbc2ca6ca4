using ContactCenter.Crm.V1;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>What an SDK is told of its user (CRM-73).</summary>
public sealed class SdkLookupTests(TestServers servers) : OutboundTest(servers)
{
    [Fact]
    [Rule("CRM-73")]
    public async Task Account_and_record_of_an_sdk_user_are_found_and_nothing_is_made()
    {
        await UseAsync(connector => connector.Endpoints.FindAccountByQuery.Parameters[0].Value = "=CONCAT_OR((Sdk:equals:{SDK_IDENTIFIER}), (Phone:equals:{PHONE_NUMBER}), (Email:equals:{SDK_EMAIL}))");
        Crm.Respond = request => request.StartsWith("GET /v2/Contacts/search", StringComparison.Ordinal) ? (200, """{"data":[{"id":456},{"id":457}]}""")
            : request.StartsWith("GET /v2/Cases/search", StringComparison.Ordinal) ? (200, """{"data":[{"id":"9"}]}""") : null;

        var found = await ResolveAsync(new() { Identifier = "user-7", Phone = "(222) 333-4444", Email = "kim@example" });

        Assert.Equal((456, "https://crm.example.com/tab/Contacts/456"), (found.AccountId.Number, found.AccountUrl));
        Assert.Equal(("9", "https://crm.example.com/tab/Cases/9"), (found.RecordId.Text, found.RecordUrl));
        Assert.Equal(["MULTIPLE_MATCHES FindAccountByQuery"], found.Warnings.Select(warning => $"{warning.Code} {warning.Subject}"));
        Assert.Equal(
            [
                "GET /v2/Contacts/search?criteria=%28Sdk%3Aequals%3Auser-7%29%20or%20%28Phone%3Aequals%3A%2B12223334444%29%20or%20%28Email%3Aequals%3Akim%40example%29",
                "GET /v2/Cases/search?criteria=%28Contact%3Aequals%3A456%29%20and%20%28Status%3Aequals%3AOpen%29",
            ],
            Requests);

        // Whoever is not known stays so: no account, and so no record, is looked for or made.
        Crm.Requests.Clear();
        Crm.Respond = _ => null;
        var unknown = await ResolveAsync(new() { Identifier = "user-8" });
        Assert.Equal(new ResolveSdkLookupResponse(), unknown);
        Assert.Single(Requests);
        Assert.Empty((await Work.ListOperationsAsync(new(), cancellationToken: Cancellation)).Operations);

        // Nor is anything asked without a value to look for.
        Assert.Equal(new ResolveSdkLookupResponse(), await ResolveAsync(new() { Phone = "anonymous" }));
        Assert.Single(Requests);
    }

    [Fact]
    [Rule("CRM-73")]
    [Rule("CRM-63")]
    public async Task The_account_of_the_last_session_is_asked_for_by_its_id_first()
    {
        await UseAsync();
        var respond = Crm.Respond;
        Crm.Respond = request => request == "POST /v2/Contacts" ? (200, """{"data":[{"details":{"id":123}}]}""") : respond(request);
        var call = new Telling { EndUser = new(null, null, null, "Kim Lee", "kim@example", "+12223334444") };
        await TellAsync(call.Assigned());
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded");
        Crm.Requests.Clear();

        Crm.Respond = request => request == "GET /v2/Contacts/123" ? (200, """{"data":{"id":123}}""") : null;
        Assert.Equal(123, (await ResolveAsync(new() { Phone = "+12223334444" })).AccountId.Number);
        Assert.Equal(["GET /v2/Contacts/123", "GET /v2/Cases/search?criteria=%28Contact%3Aequals%3A123%29%20and%20%28Status%3Aequals%3AOpen%29"], Requests);

        Crm.Requests.Clear();
        Crm.Respond = request => request == "GET /v2/Contacts/123" ? (404, "") : null;
        Assert.Null((await ResolveAsync(new() { Phone = "+12223334444" })).AccountId);
        Assert.Equal(["GET /v2/Contacts/123", "GET /v2/Contacts/search?criteria=%28Id%3Aequals%3A123%29%20or%20%28Phone%3Aequals%3A%2B12223334444%29"], Requests);
    }

    [Fact]
    [Rule("CRM-73")]
    public async Task Bad_input_and_a_failing_crm_are_told_and_not_tried_again()
    {
        await FailsAsync(StatusCode.FailedPrecondition, "ENDPOINT_NOT_CONFIGURED", Links.ResolveSdkLookupAsync(new() { Identifier = "user-7" }, cancellationToken: Cancellation));
        await UseAsync();
        await FailsAsync(
            StatusCode.InvalidArgument, "FIELD_REQUIRED", Links.ResolveSdkLookupAsync(new() { Mobile = true, Name = " " }, cancellationToken: Cancellation), "name", "email", "phone", "identifier", "custom_user_id");
        await FailsAsync(
            StatusCode.InvalidArgument,
            "FIELD_INVALID",
            Links.ResolveSdkLookupAsync(new() { Email = new('a', 1_025), Identifier = new('a', 1_025), Phone = "1" }, cancellationToken: Cancellation),
            "email",
            "identifier");
        Assert.Empty(Requests);

        foreach (var (status, body) in new[] { (503, ""), (400, ""), (404, ""), (200, "<html>") })
        {
            Crm.Requests.Clear();
            Crm.Answer = (status, body);
            await FailsAsync(StatusCode.Unavailable, "CRM_UNAVAILABLE", Links.ResolveSdkLookupAsync(new() { Email = "kim@example" }, cancellationToken: Cancellation));
            Assert.Single(Requests);
        }
    }

    private async Task<ResolveSdkLookupResponse> ResolveAsync(ResolveSdkLookupRequest request) => await Links.ResolveSdkLookupAsync(request, cancellationToken: Cancellation);
}

/// <summary>One who has every scope but that of agents.</summary>
public sealed class SdkLookupScopeTests(TestServers servers) : CrmTest(servers)
{
    protected override string[] Scopes => ["crm.read", "crm.write", "crm.operate", "crm.admin"];

    [Fact]
    [Rule("CRM-11")]
    [Rule("CRM-73")]
    public Task An_sdk_lookup_needs_the_scope_of_agents() =>
        FailsAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", Links.ResolveSdkLookupAsync(new() { Identifier = "user-7" }, cancellationToken: Cancellation));
}

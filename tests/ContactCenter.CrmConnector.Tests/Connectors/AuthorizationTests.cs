using System.Net;
using ContactCenter.Crm.V1;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Connectors;

/// <summary>Connectors with OAuth 2.0: what a person sees of the authorisation, and what the provider is sent.</summary>
public sealed class AuthorizationTests(TestServers servers) : FakeCrmTest(servers)
{
    private const string Secret = "canary-client-secret";
    private const string Redirect = "https%3A%2F%2Fcrm.contact.example%2Foauth%2Fcallback";

    protected override string[] Settings => [.. base.Settings, "--Crm:PublicBaseUrl=https://crm.contact.example"];

    [Fact]
    [Rule("CRM-16")]
    [Rule("CRM-17")]
    [Rule("CRM-18")]
    [Rule("CRM-20")]
    public async Task Authorisation_and_calls_go_as_in_the_example()
    {
        await CreateAsync(oauth => (oauth.IncludeRedirectUrl, oauth.UsePkce, oauth.TokenPrefix) = (true, false, "Zoho-oauthtoken"));

        var url = await AuthorizeAsync();
        var nonce = url.Split("state=ccai.")[1];
        var answer = await CallbackAsync($"code=C&state=ccai.{nonce}");
        var again = await CallbackAsync($"code=C&state=ccai.{nonce}");
        var found = await TestAsync();

        Assert.Equal(
            $"https://accounts.crm.example.com/oauth/v2/auth?response_type=code&client_id=1000.ABC&redirect_uri={Redirect}&scope=ZohoCRM.modules.ALL&access_type=offline&state=ccai.{nonce}", url);
        Assert.Equal(43, nonce.Length);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (answer, again));
        Assert.True(found.Found);
        Assert.Equal(
            [
                $"POST {FakeCrm.TokenPath}  grant_type=authorization_code&code=C&client_id=1000.ABC&client_secret={Secret}&redirect_uri={Redirect}",
                "GET /search?criteria=%2B12223334444 Zoho-oauthtoken canary-access-1",
            ],
            Crm.Requests);
        Assert.Equal(AuthorizationState.Authorized, (await StatusAsync()).State);
        var rendered = await Connectors.RenderRequestAsync(
            new() { ConnectorId = "zoho-like", Endpoint = EndpointKind.FindAccountByQuery, Session = new() { PhoneNumber = "2223334444" } }, cancellationToken: Cancellation);
        Assert.Equal(["Authorization: ***", "Accept: application/json"], rendered.Request.Headers.Select(header => $"{header.Key}: {header.Value}"));
        Assert.DoesNotContain("canary", await DumpAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("CRM-16")]
    [Rule("CRM-17")]
    [Rule("CRM-18")]
    public async Task What_is_not_configured_adds_no_parameter_and_PKCE_is_on_by_itself()
    {
        await CreateAsync(oauth => (oauth.AuthorizationUrl, oauth.Scope, oauth.State, oauth.AccessType) = ("https://accounts.crm.example.com/auth?x=1", "", "", ""));

        var url = await AuthorizeAsync();
        var state = url.Split("&state=")[1].Split('&')[0];
        await CallbackAsync($"code=C&state={state}");

        Assert.Equal(["https://accounts.crm.example.com/auth?x", "response_type", "client_id", "state", "code_challenge", "code_challenge_method"], url.Split('&').Select(pair => pair.Split('=')[0]));
        Assert.EndsWith("&code_challenge_method=S256", url, StringComparison.Ordinal);
        var exchange = Assert.Single(Crm.Requests);
        Assert.Contains("&code_verifier=", exchange, StringComparison.Ordinal);
        Assert.DoesNotContain("redirect_uri", exchange, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("CRM-19")]
    public async Task A_callback_that_is_none_stores_nothing_and_leaves_the_earlier_grant_alone()
    {
        await CreateAsync();
        await CallbackAsync($"code=C&state={StateOf(await AuthorizeAsync())}");

        Assert.Equal(HttpStatusCode.BadRequest, await CallbackAsync("code=C&state=ccai.unknown"));
        Assert.Equal(HttpStatusCode.BadRequest, await CallbackAsync($"error=access_denied&state={StateOf(await AuthorizeAsync())}"));

        var status = await StatusAsync();
        Assert.Equal(AuthorizationState.Authorized, status.State);
        Assert.NotEmpty(status.LastAuthorizationError);
        Assert.True((await TestAsync()).Found);
    }

    [Fact]
    [Rule("CRM-12")]
    [Rule("CRM-22")]
    [Rule("CRM-24")]
    public async Task Without_authorisation_nothing_is_sent_and_another_method_has_no_grant()
    {
        var connector = await CreateAsync();
        Assert.True(connector.Authentication.Oauth2.HasClientSecret);
        Assert.Equal("", connector.Authentication.Oauth2.ClientSecret);
        Assert.Equal((AuthorizationState.Unauthorized, "none"), ((await StatusAsync()).State, (await TestAsync()).ErrorClass));

        await CallbackAsync($"code=C&state={StateOf(await AuthorizeAsync())}");
        connector.ApiTimeoutSeconds = 3;
        connector = (await Connectors.UpdateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation)).Connector;
        Assert.Equal(AuthorizationState.Authorized, (await StatusAsync()).State);
        await Connectors.RevokeAuthorizationAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation);
        Assert.Equal(AuthorizationState.Unauthorized, (await StatusAsync()).State);

        connector.Authentication.Oauth2.TokenUrl = "https://elsewhere.example.com/token";
        await FailsAsync(
            StatusCode.InvalidArgument, "FIELD_REQUIRED", Connectors.UpdateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation), "connector.authentication.oauth2.client_secret");
        connector.Authentication = new() { Basic = new() { Username = "crm", Password = "canary-password" } };
        await Connectors.UpdateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation);
        await FailsAsync(StatusCode.FailedPrecondition, "AUTHENTICATION_NOT_OAUTH2", Connectors.GetAuthorizationStatusAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation));
        Assert.Empty((await Operations.ListGrantsAsync(new(), cancellationToken: Cancellation)).Grants);
    }

    [Fact]
    [Rule("CRM-15")]
    public async Task Every_missing_or_wrong_field_is_named()
    {
        await FailsAsync(
            StatusCode.InvalidArgument,
            "FIELD_REQUIRED",
            Connectors.CreateConnectorAsync(new() { Connector = Example(new()) }, cancellationToken: Cancellation),
            "connector.authentication.oauth2.authorization_url",
            "connector.authentication.oauth2.token_url",
            "connector.authentication.oauth2.client_id",
            "connector.authentication.oauth2.client_secret");
        var wrong = OAuth();
        (wrong.AuthorizationUrl, wrong.TokenUrl, wrong.State, wrong.TokenPrefix, wrong.ClientAuthentication) =
            ("http://accounts.crm.example.com/", "https://10.0.0.1/", new string('a', 513), "a\r\nb", (ClientAuthentication)7);
        await FailsAsync(
            StatusCode.InvalidArgument,
            "FIELD_INVALID",
            Connectors.CreateConnectorAsync(new() { Connector = Example(wrong) }, cancellationToken: Cancellation),
            "connector.authentication.oauth2.authorization_url URL_INVALID",
            "connector.authentication.oauth2.token_url URL_INVALID",
            "connector.authentication.oauth2.state FIELD_INVALID",
            "connector.authentication.oauth2.client_authentication FIELD_INVALID",
            "connector.authentication.oauth2.token_prefix FIELD_INVALID");
    }

    private static string StateOf(string url) => url.Split("&state=")[1].Split('&')[0];

    private OAuth2Authentication OAuth() => new()
    {
        AuthorizationUrl = "https://accounts.crm.example.com/oauth/v2/auth",
        TokenUrl = $"http://{Crm.Authority}{FakeCrm.TokenPath}",
        ClientId = "1000.ABC",
        ClientSecret = Secret,
        Scope = "ZohoCRM.modules.ALL",
        State = "ccai",
        AccessType = "offline",
    };

    private Connector Example(OAuth2Authentication oauth) => new()
    {
        ConnectorId = "zoho-like",
        InteractionMethod = InteractionMethod.GenericApi,
        Authentication = new() { Oauth2 = oauth },
        Phone = new() { Format = PhoneFormat.E164 },
        Endpoints = new()
        {
            FindAccountByQuery = new()
            {
                Method = RequestMethod.Get,
                Url = $"http://{Crm.Authority}/search",
                ResponseDataLocation = "data",
                Parameters = { Examples.Parameter("criteria", "{PHONE_NUMBER}") },
            },
        },
    };

    private async Task<Connector> CreateAsync(Action<OAuth2Authentication>? change = null)
    {
        var oauth = OAuth();
        change?.Invoke(oauth);
        return (await Connectors.CreateConnectorAsync(new() { Connector = Example(oauth) }, cancellationToken: Cancellation)).Connector;
    }

    private async Task<string> AuthorizeAsync() => (await Connectors.StartAuthorizationAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation)).AuthorizationUrl;

    private async Task<GetAuthorizationStatusResponse> StatusAsync() => await Connectors.GetAuthorizationStatusAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation);

    private async Task<TestConnectionResponse> TestAsync() => await Connectors.TestConnectionAsync(
        new() { ConnectorId = "zoho-like", Endpoint = EndpointKind.FindAccountByQuery, Session = new() { PhoneNumber = "2223334444" } }, cancellationToken: Cancellation);

    private async Task<HttpStatusCode> CallbackAsync(string query)
    {
        using var browser = new HttpClient { BaseAddress = Http };
        using var response = await browser.GetAsync($"/oauth/callback?{query}", Cancellation);
        return response.StatusCode;
    }
}

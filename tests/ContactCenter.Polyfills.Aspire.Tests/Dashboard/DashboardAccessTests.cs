using System.Net;
using Aspire.Hosting.Dashboard;

namespace ContactCenter.Polyfills.Aspire.Tests.Dashboard;

/// <summary>Who may see and command the application.</summary>
public sealed class DashboardAccessTests : IAsyncLifetime
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private DashboardServer _server = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await DashboardServer.StartAsync(new SampleModel(), port: 0, token: "open-sesame", Token);
        _client = new HttpClient { BaseAddress = new Uri(_server.Address), Timeout = TimeSpan.FromSeconds(60) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/dashboard.js")]
    [InlineData("/api/resources")]
    [InlineData("/api/logs")]
    [InlineData("/api/resources/redis/environment")]
    [InlineData("/login")]
    [InlineData("/login?t=wrong")]
    public async Task Without_the_login_token_nothing_is_shown(string path)
    {
        var response = await _client.GetAsync(path, Token);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task The_login_address_leads_to_the_page_under_a_strict_policy()
    {
        var response = await _client.GetAsync(_server.LoginUrl, Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("/", response.RequestMessage!.RequestUri!.PathAndQuery);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_not_part_of_the_environment_list()
    {
        await _client.GetAsync(_server.LoginUrl, Token);

        var list = await _client.GetStringAsync("/api/resources/redis/environment", Token);
        var one = await _client.GetStringAsync("/api/resources/redis/environment/ConnectionStrings__database", Token);

        Assert.Contains("ConnectionStrings__database", list, StringComparison.Ordinal);
        Assert.DoesNotContain(SampleModel.Secret, list, StringComparison.Ordinal);
        Assert.Contains(SampleModel.Secret, one, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://evil.example", "dashboard", HttpStatusCode.Forbidden)]
    [InlineData("null", "dashboard", HttpStatusCode.Forbidden)]
    [InlineData(null, "dashboard", HttpStatusCode.Forbidden)]
    [InlineData("own", null, HttpStatusCode.Forbidden)]
    [InlineData("own", "dashboard", HttpStatusCode.OK)]
    public async Task Commands_are_taken_from_the_own_page_only(string? origin, string? requestedWith, HttpStatusCode expected)
    {
        await _client.GetAsync(_server.LoginUrl, Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/resources/redis/restart");
        if (origin is not null)
            request.Headers.Add("Origin", origin == "own" ? _server.Address : origin);
        if (requestedWith is not null)
            request.Headers.Add("X-Requested-With", requestedWith);

        Assert.Equal(expected, (await _client.SendAsync(request, Token)).StatusCode);
    }

    [Fact]
    public async Task A_foreign_name_for_loopback_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = "rebound.example";

        Assert.Equal(HttpStatusCode.BadRequest, (await _client.SendAsync(request, Token)).StatusCode);
    }

    [Fact]
    public async Task An_open_stream_does_not_hold_up_the_stop()
    {
        await _client.GetAsync(_server.LoginUrl, Token);
        using var stream = await _client.GetStreamAsync("/api/resources", Token);
        Assert.True(await stream.ReadAsync(new byte[64], Token) > 0);

        await _server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(8), Token);
    }
}

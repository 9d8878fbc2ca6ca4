using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.ServiceDefaults.Tests;

public sealed class DiscoveryTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://insights/who", "services:insights:http:0")]
    [InlineData("http://_grpc.insights/who", "services:insights:grpc:0")]
    [InlineData("https+http://insights/who", "services:insights:http:0")]
    [InlineData("http://insights/who", "services:insights:default:0")]
    public async Task A_service_is_found_by_its_name_and_endpoint(string url, string key)
    {
        await using var peer = await PeerAsync("one");
        await using var service = await TestService.StartAsync(settings: $"--{key}={peer.Http.BaseAddress}");

        Assert.Equal("one", await Client(service).GetStringAsync(url, Token));
    }

    [Fact]
    public async Task Several_addresses_take_turns()
    {
        await using var one = await PeerAsync("one");
        await using var two = await PeerAsync("two");
        await using var service = await TestService.StartAsync(settings:
        [
            $"--services:insights:http:0={one.Http.BaseAddress}",
            $"--services:insights:http:1={two.Http.BaseAddress!.Authority}",
        ]);
        var client = Client(service);

        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
            answers.Add(await client.GetStringAsync("http://insights/who", Token));

        Assert.Equal(["one", "two", "one", "two"], answers);
    }

    [Fact]
    public async Task Path_and_query_reach_the_service_below_its_own_path()
    {
        await using var peer = await PeerAsync("one");
        await using var service = await TestService.StartAsync(settings: $"--services:insights:http:0={peer.Http.BaseAddress}base/");

        var seen = await Client(service).GetStringAsync("http://insights/echo/a%20b?x=1&y=%2F", Token);

        Assert.Equal("/base/echo/a%20b?x=1&y=%2F", seen);
    }

    [Fact]
    public async Task Addresses_that_change_at_run_time_are_used_at_once()
    {
        await using var one = await PeerAsync("one");
        await using var two = await PeerAsync("two");
        await using var service = await TestService.StartAsync(settings: $"--services:insights:http:0={one.Http.BaseAddress}");
        var client = Client(service);
        Assert.Equal("one", await client.GetStringAsync("http://insights/who", Token));

        service.App.Configuration["services:insights:http:0"] = two.Http.BaseAddress!.ToString();
        ((IConfigurationRoot)service.App.Configuration).Reload();

        Assert.Equal("two", await client.GetStringAsync("http://insights/who", Token));
    }

    [Fact]
    public async Task A_request_for_https_alone_is_never_sent_over_plain_text()
    {
        await using var peer = await PeerAsync("one");
        await using var service = await TestService.StartAsync(settings: $"--services:insights:default:0={peer.Http.BaseAddress}");

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => Client(service).GetStringAsync("https://insights/who", Token));

        Assert.Equal(HttpRequestError.NameResolutionError, failure.HttpRequestError);
    }

    [Fact]
    public async Task A_host_that_is_no_service_is_left_alone()
    {
        await using var peer = await PeerAsync("one");
        await using var service = await TestService.StartAsync();

        Assert.Equal("one", await Client(service).GetStringAsync(new Uri(peer.Http.BaseAddress!, "/who"), Token));
    }

    private static HttpClient Client(TestService service) =>
        service.App.Services.GetRequiredService<IHttpClientFactory>().CreateClient();

    private static Task<TestService> PeerAsync(string name) => TestService.StartAsync(map: app =>
    {
        app.MapGet("/who", () => name).AllowAnonymous();
        app.MapGet("/base/echo/{**rest}", (HttpRequest request) => $"{request.Path.ToUriComponent()}{request.QueryString}").AllowAnonymous();
    });
}

using System.Net;
using System.Text;
using ContactCenter.ServiceDefaults.Callers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ContactCenter.ServiceDefaults.Tests.Callers;

public sealed class PageTests(TestServers servers) : CallerTest(servers)
{
    [Fact]
    [Rule("SEC-13")]
    public async Task A_browser_signs_in_with_the_key_as_password_and_any_user_name()
    {
        var service = await StartPageAsync("probe.read");

        using var anonymous = await SendAsync(service, HttpMethod.Get, null);
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal("Basic", Assert.Single(anonymous.Headers.WwwAuthenticate).Scheme);
        using var wrong = await SendAsync(service, HttpMethod.Get, $"me:{ApiKey.Create().Reveal()}");
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        using var page = await SendAsync(service, HttpMethod.Get, $"anybody:{TestKey.Text}");
        Assert.Equal("<p>chart</p>", await page.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    [Rule("SEC-13")]
    public async Task A_page_checks_the_same_scopes()
    {
        var service = await StartPageAsync("probe.watch");

        using var page = await SendAsync(service, HttpMethod.Get, $"me:{TestKey.Text}");

        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
    }

    [Theory]
    [Rule("SEC-13")]
    [InlineData(null, null, HttpStatusCode.Forbidden)]
    [InlineData("XMLHttpRequest", null, HttpStatusCode.Forbidden)]
    [InlineData("XMLHttpRequest", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("XMLHttpRequest", "null", HttpStatusCode.Forbidden)]
    [InlineData(null, "own", HttpStatusCode.Forbidden)]
    [InlineData("XMLHttpRequest", "own", HttpStatusCode.OK)]
    [InlineData("XMLHttpRequest", "https://probe.example.com", HttpStatusCode.OK)]
    public async Task A_change_needs_X_Requested_With_and_an_origin_of_our_own(string? requestedWith, string? origin, HttpStatusCode expected)
    {
        var service = await StartPageAsync("probe.read", "probe.write");
        var own = origin == "own" ? service.Http.BaseAddress!.GetLeftPart(UriPartial.Authority) : origin;

        using var answer = await SendAsync(service, HttpMethod.Post, $"me:{TestKey.Text}", ("X-Requested-With", requestedWith), ("Origin", own));

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    [Rule("SEC-13")]
    public async Task Every_answer_of_a_page_forbids_foreign_resources_sniffing_referrers_and_framing()
    {
        var service = await StartPageAsync("probe.read");
        using var page = await SendAsync(service, HttpMethod.Get, $"me:{TestKey.Text}");
        using var refused = await SendAsync(service, HttpMethod.Get, null);

        Assert.All([page, refused], answer =>
        {
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        });
    }

    private Task<TestService> StartPageAsync(params string[] scopes) => StartAsync(
        app =>
        {
            app.MapGet("/page", () => Results.Content("<p>chart</p>", "text/html")).RequireScope("read").AsPage();
            app.MapPost("/page", () => "changed").RequireScope("write").AsPage();
        },
        [.. TestKey.Settings(Clock, scopes), "--PublicBaseUrl=https://probe.example.com/"]);

    private static async Task<HttpResponseMessage> SendAsync(
        TestService service, HttpMethod method, string? userAndPassword, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, "/page");
        if (userAndPassword is not null)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(userAndPassword)));
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
            request.Headers.Add(name, value);
        return await service.Http.SendAsync(request, Cancellation);
    }
}

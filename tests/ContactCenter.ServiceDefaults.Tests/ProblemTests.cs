using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ContactCenter.ServiceDefaults.Tests;

public sealed class ProblemTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task An_unexpected_error_is_a_problem_with_a_trace_id_and_no_text_of_the_exception(string environment)
    {
        await using var service = await TestService.StartAsync(
            map: app => app.MapGet("/fails", string () => throw new InvalidOperationException("card 4111")).AllowAnonymous(),
            settings: $"--environment={environment}");

        var response = await service.Http.GetAsync("/fails", Token);
        var text = await response.Content.ReadAsStringAsync(Token);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(32, JsonElement.Parse(text).GetProperty("traceId").GetString()!.Length);
        Assert.DoesNotContain("4111", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loss_of_a_server_is_a_503_that_may_be_tried_again()
    {
        await using var service = await TestService.StartAsync(map: app =>
            app.MapGet("/fails", string () => throw new InvalidOperationException("wrapped", new SocketException(111))).AllowAnonymous());

        var response = await service.Http.GetAsync("/fails", Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0, 1, 3);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task An_unknown_path_is_a_problem_too()
    {
        await using var service = await TestService.StartAsync();

        var response = await service.Http.GetAsync("/nowhere", Token);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(404, problem.GetProperty("status").GetInt32());
    }

    [Fact]
    [Rule("DUR-57")]
    public async Task A_body_over_4_MiB_is_refused_before_it_is_read()
    {
        await using var service = await TestService.StartAsync(map: app => app.MapPost("/takes", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            return (await reader.ReadToEndAsync()).Length;
        }).AllowAnonymous());

        var fits = await service.Http.PostAsync("/takes", new ByteArrayContent(new byte[ServiceDefaultsExtensions.MaxMessageBytes]), Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/takes")
        {
            Content = new ByteArrayContent(new byte[ServiceDefaultsExtensions.MaxMessageBytes + 1]),
        };
        request.Headers.ExpectContinue = true;
        var tooLarge = await service.Http.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
        Assert.Equal("application/problem+json", tooLarge.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_server_does_not_tell_what_it_runs_on()
    {
        await using var service = await TestService.StartAsync();

        var response = await service.Http.GetAsync("/alive", Token);

        Assert.False(response.Headers.Contains("Server"));
    }
}

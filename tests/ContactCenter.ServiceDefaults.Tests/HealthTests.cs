using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ContactCenter.ServiceDefaults.Tests;

public sealed class HealthTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Health_and_alive_are_served_in_every_environment(string environment)
    {
        await using var service = await TestService.StartAsync(settings: $"--environment={environment}");

        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/health", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/alive", Token)).StatusCode);
    }

    [Fact]
    public async Task A_failed_check_makes_the_service_unready_but_leaves_it_alive()
    {
        await using var service = await TestService.StartAsync(builder => builder.Services.AddHealthChecks()
            .AddCheck("store", () => HealthCheckResult.Unhealthy("The store is away."))
            .AddCheck("cache", () => HealthCheckResult.Healthy()));

        var response = await service.Http.GetAsync("/health", Token);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("Unhealthy", body.GetProperty("status").GetString());
        Assert.Equal("Unhealthy", body.GetProperty("checks").GetProperty("store").GetProperty("status").GetString());
        Assert.Equal("The store is away.", body.GetProperty("checks").GetProperty("store").GetProperty("description").GetString());
        Assert.Equal("Healthy", body.GetProperty("checks").GetProperty("cache").GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/alive", Token)).StatusCode);
    }

    [Fact]
    public async Task The_text_of_an_exception_is_not_shown()
    {
        await using var service = await TestService.StartAsync(builder => builder.Services.AddHealthChecks()
            .AddCheck("store", () => throw new InvalidOperationException("Host=10.1.2.3;Password=hunter2")));

        var response = await service.Http.GetAsync("/health", Token);
        var body = await response.Content.ReadAsStringAsync(Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("\"store\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("StackExchange.Redis")]
    [InlineData("masstransit-bus")]
    public async Task Loss_of_the_cache_or_the_broker_is_degraded_and_still_ready(string check)
    {
        await using var service = await TestService.StartAsync(builder => builder.Services.AddHealthChecks()
            .AddCheck(check, () => HealthCheckResult.Unhealthy()));

        var response = await service.Http.GetAsync("/health", Token);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Degraded", body.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_check_that_does_not_end_is_given_up_and_reported()
    {
        await using var service = await TestService.StartAsync(builder => builder.Services.AddHealthChecks()
            .AddAsyncCheck("store", async cancellation =>
            {
                await Task.Delay(Timeout.Infinite, cancellation);
                return HealthCheckResult.Healthy();
            }));

        var response = await service.Http.GetAsync("/health", Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    [Rule("DUR-54")]
    public async Task Readiness_fails_as_soon_as_the_service_is_told_to_stop()
    {
        await using var service = await TestService.StartAsync();
        HttpStatusCode? whileStopping = null;
        service.App.Lifetime.ApplicationStopping.Register(() =>
            whileStopping = service.Http.Send(new HttpRequestMessage(HttpMethod.Get, "/health"), Token).StatusCode);

        await service.App.StopAsync(Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, whileStopping);
    }
}

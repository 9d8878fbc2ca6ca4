using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace ContactCenter.ServiceDefaults.Tests;

public sealed class RedisClientTests(TestServers servers)
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ConnectionStrings:redis")]
    [InlineData("Aspire:StackExchange:Redis:ConnectionString")]
    [InlineData("Aspire:StackExchange:Redis:redis:ConnectionString")]
    public async Task A_connection_is_found_under_the_usual_keys(string key)
    {
        await using var database = await servers.CreateRedisDatabaseAsync(Token);
        await using var service = await ServeAsync(builder => builder.AddRedisClient("redis"), $"--{key}={database.ConnectionString}");
        var redis = service.App.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();

        await redis.StringSetAsync("colour", "green");

        Assert.Equal("green", await redis.StringGetAsync("colour"));
        Assert.Equal("Healthy", await StatusOfAsync(service, "StackExchange.Redis"));
    }

    [Fact]
    public async Task A_second_server_is_reached_by_its_key()
    {
        await using var first = await servers.CreateRedisDatabaseAsync(Token);
        await using var second = await servers.CreateRedisDatabaseAsync(Token);
        await using var service = await ServeAsync(
            builder =>
            {
                builder.AddRedisClient("redis");
                builder.AddKeyedRedisClient(
                    "limits", settings => settings.DisableHealthChecks = true, options => options.ClientName = "limits");
            },
            $"--ConnectionStrings:redis={first.ConnectionString}", $"--ConnectionStrings:limits={second.ConnectionString}");

        var limits = service.App.Services.GetRequiredKeyedService<IConnectionMultiplexer>("limits");
        await limits.GetDatabase().StringSetAsync("bucket", "7");

        Assert.Equal("limits", limits.ClientName);
        Assert.False(await service.App.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().KeyExistsAsync("bucket"));
        Assert.Null(await StatusOfAsync(service, "StackExchange.Redis_limits"));
    }

    [Fact]
    public async Task A_server_that_goes_away_and_comes_back_is_noticed_both_times()
    {
        await using var server = await TestServers.StartOwnAsync("redis", Token);
        await using var service = await ServeAsync(
            builder => builder.AddRedisClient("redis", configureOptions: options => options.ReconnectRetryPolicy = new LinearRetry(100)),
            $"--ConnectionStrings:redis={server.ConnectionString}");
        Assert.Equal("Healthy", await StatusOfAsync(service, "StackExchange.Redis"));

        await server.StopAsync(Token);
        await Eventually.TrueAsync(async () => await StatusOfAsync(service, "StackExchange.Redis") == "Degraded");
        await server.StartAgainAsync(Token);

        await Eventually.TrueAsync(async () => await StatusOfAsync(service, "StackExchange.Redis") == "Healthy");
    }

    [Fact]
    public async Task An_absent_server_does_not_fail_the_start()
    {
        await using var service = await ServeAsync(
            builder => builder.AddRedisClient("redis"), "--ConnectionStrings:redis=127.0.0.1:9,connectTimeout=500");

        Assert.Equal("Degraded", await StatusOfAsync(service, "StackExchange.Redis"));
    }

    [Fact]
    public async Task A_missing_connection_string_is_named()
    {
        await using var service = await ServeAsync(builder => builder.AddRedisClient("redis"));

        var failure = Assert.Throws<InvalidOperationException>(() => service.App.Services.GetRequiredService<IConnectionMultiplexer>());

        Assert.Contains("ConnectionStrings:redis", failure.Message, StringComparison.Ordinal);
    }

    private static Task<TestService> ServeAsync(Action<WebApplicationBuilder> configure, params string[] settings) =>
        TestService.StartAsync(configure, settings: settings);

    private static async Task<string?> StatusOfAsync(TestService service, string check)
    {
        using var response = await service.Http.GetAsync("/health", Token);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        return body.GetProperty("checks").TryGetProperty(check, out var entry) ? entry.GetProperty("status").GetString() : null;
    }
}

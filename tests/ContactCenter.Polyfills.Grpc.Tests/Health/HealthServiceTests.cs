using ContactCenter.Polyfills.Grpc.Tests.Server;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ContactCenter.Polyfills.Grpc.Tests.Health;

public sealed class HealthServiceTests
{
    private readonly Dictionary<string, HealthStatus> _checks = new() { ["database"] = HealthStatus.Healthy, ["bus"] = HealthStatus.Degraded };

    private IServiceProvider? _services;

    [Fact]
    public async Task The_empty_name_stands_for_all_checks()
    {
        await using var server = await StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address);
        var client = new global::Grpc.Health.V1.Health.HealthClient(channel);

        Assert.Equal(ServingStatus.Serving, await CheckAsync(client, ""));
        _checks["bus"] = HealthStatus.Unhealthy;
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(client, ""));
        Assert.Equal(ServingStatus.Serving, await CheckAsync(client, "storage"));
        Assert.Equal(ServingStatus.Unknown, await CheckAsync(client, "nothing"));
    }

    [Fact]
    public async Task An_unknown_name_is_NotFound()
    {
        await using var server = await StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address);

        var error = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(new(channel), "stranger"));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task A_watch_tells_the_status_now_and_every_published_change()
    {
        await using var server = await StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var watch = new global::Grpc.Health.V1.Health.HealthClient(channel)
            .Watch(new HealthCheckRequest(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        await PublishAsync(HealthStatus.Unhealthy);
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        await PublishAsync(HealthStatus.Unhealthy);
        await PublishAsync(HealthStatus.Healthy);
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
    }

    [Fact]
    public async Task A_watch_of_an_unknown_name_stays_open()
    {
        await using var server = await StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var watch = new global::Grpc.Health.V1.Health.HealthClient(channel)
            .Watch(new HealthCheckRequest { Service = "stranger" }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(watch));
        Assert.False(watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken).IsCompleted);
    }

    [Fact]
    public async Task A_watch_ends_with_NotServing_when_the_application_stops()
    {
        await using var server = await StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var watch = new global::Grpc.Health.V1.Health.HealthClient(channel)
            .Watch(new HealthCheckRequest(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));

        _services!.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        Assert.False(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    private static async Task<ServingStatus> CheckAsync(global::Grpc.Health.V1.Health.HealthClient client, string service) =>
        (await client.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: TestContext.Current.CancellationToken)).Status;

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        return watch.ResponseStream.Current.Status;
    }

    private async Task PublishAsync(HealthStatus status)
    {
        var entry = new HealthReportEntry(status, null, TimeSpan.Zero, null, null);
        var report = new HealthReport(new Dictionary<string, HealthReportEntry> { ["database"] = entry }, TimeSpan.Zero);
        foreach (var publisher in _services!.GetServices<IHealthCheckPublisher>())
            await publisher.PublishAsync(report, TestContext.Current.CancellationToken);
    }

    private Task<EchoServer> StartAsync() => EchoServer.StartAsync(
        configure: builder =>
        {
            var checks = builder.Services.AddGrpcHealthChecks(options =>
            {
                options.Services.Map("storage", check => check.Tags.Contains("storage"));
                options.Services.Map("nothing", _ => false);
            });
            checks.AddCheck("database", () => new HealthCheckResult(_checks["database"]), ["storage"]);
            checks.AddCheck("bus", () => new HealthCheckResult(_checks["bus"]));
        },
        map: app =>
        {
            _services = app.Services;
            app.MapGrpcHealthChecksService();
        });
}

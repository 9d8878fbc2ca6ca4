using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;

namespace ContactCenter.ServiceDefaults.Tests;

public sealed class TelemetryTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Traces_metrics_and_logs_reach_the_collector_at_the_latest_when_the_service_stops()
    {
        using var source = new ActivitySource("ContactCenter.Telemetry.Tests");
        using var meter = new Meter("ContactCenter.Telemetry.Tests");
        var things = meter.CreateCounter<int>("things_counted");
        await using var receiver = await OtlpReceiver.StartAsync();
        await using (var service = await TestService.StartAsync(
            map: app => app.MapGet("/things/{id}", (string id, ILogger<TelemetryTests> logger) =>
            {
                using var activity = source.StartActivity("count the thing");
                things.Add(1);
                logger.LogWarning("Thing {Id} was counted", id);
                return id;
            }).AllowAnonymous(),
            settings:
            [
                $"--OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Address}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
                "--OTEL_SERVICE_NAME=thing-counter",
            ]))
        {
            await service.Http.GetStringAsync("/things/7?phone=%2B4917012345678", Token);
            await service.Http.GetStringAsync("/health", Token);
            await service.App.StopAsync(Token);
        }

        Assert.True(receiver.Has("traces", "thing-counter"), "service name in traces");
        Assert.True(receiver.Has("traces", "GET /things/{id}"), "request span");
        Assert.True(receiver.Has("traces", "count the thing"), "span of our own source");
        Assert.False(receiver.Has("traces", "GET /health"), "health probes are no traces");
        Assert.False(receiver.Has("traces", "4917012345678"), "queries are no part of traces");
        Assert.True(receiver.Has("metrics", "http.server.request.duration"), "request metric");
        Assert.True(receiver.Has("metrics", "things_counted"), "metric of our own meter");
        Assert.True(receiver.Has("metrics", "dotnet.gc.collections"), "runtime metric");
        Assert.True(receiver.Has("logs", "Thing 7 was counted"), "log record");
        Assert.True(receiver.Has("logs", "thing-counter"), "service name in logs");
    }

    [Fact]
    public async Task Without_a_collector_nothing_is_recorded()
    {
        await using var service = await TestService.StartAsync();

        Assert.DoesNotContain(service.App.Services.GetServices<ILoggerProvider>(), provider => provider is OpenTelemetryLoggerProvider);
    }

    [Fact]
    public async Task A_collector_that_is_away_does_not_hold_up_the_stop()
    {
        await using var service = await TestService.StartAsync(settings: "--OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9");
        await service.Http.GetStringAsync("/alive", Token);

        await service.App.StopAsync(Token).WaitAsync(TimeSpan.FromSeconds(60), Token);
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ContactCenter.ServiceDefaults.Telemetry;

/// <summary>Listens to the sources and meters of the runtime, the servers' clients and the services from start to stop.</summary>
/// <param name="configuration">Where the exporter finds its <c>OTEL_*</c> settings.</param>
/// <param name="resource">What the exported data say about this process.</param>
internal sealed class TelemetryExport(IConfiguration configuration, ResourceBuilder resource) : IHostedService, IDisposable
{
    private const int FlushMilliseconds = 2_000;

    private static readonly string[] Sources =
        ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "MassTransit", "ContactCenter.*"];

    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Routing",
        "Microsoft.AspNetCore.Diagnostics", "System.Net.Http", "System.Net.NameResolution", "System.Runtime",
        "Npgsql", "MassTransit", "ContactCenter.*",
    ];

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(resource)
            .AddSource(Sources)
            .AddOtlpExporter()
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(resource)
            .AddMeter(Meters)
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    // The flush of an unreachable collector may not eat up the time that the other parts have for stopping.
    public async Task StopAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(
            Task.Run(() => _traces?.ForceFlush(FlushMilliseconds), CancellationToken.None),
            Task.Run(() => _metrics?.ForceFlush(FlushMilliseconds), CancellationToken.None));

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }
}

using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.ServiceDefaults.Discovery;
using ContactCenter.ServiceDefaults.Health;
using ContactCenter.ServiceDefaults.Http;
using ContactCenter.ServiceDefaults.Load;
using ContactCenter.ServiceDefaults.Rpc;
using ContactCenter.ServiceDefaults.Telemetry;
using ContactCenter.ServiceDefaults.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactCenter.ServiceDefaults;

/// <summary>What every service does alike: telemetry, health, discovery, limits, logs and error answers.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Largest HTTP body and gRPC message that a service reads, in bytes, unless it says otherwise (DUR-57).</summary>
    public const int MaxMessageBytes = 4 * 1024 * 1024;

    // Below every other source, so that appsettings.json, the environment and the command line can change them.
    // The hosting logs name each request with its whole query, which may carry personal data and health probes.
    private static readonly Dictionary<string, string?> ConfigurationDefaults = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "Warning",
        ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
        ["Logging:LogLevel:Grpc"] = "Warning",
        ["Logging:LogLevel:Npgsql"] = "Warning",
    };

    /// <summary>
    /// Registers telemetry, health checks, service discovery, gRPC server and client defaults, problem answers, Kestrel's
    /// limits and console logs. Call it first, so that telemetry starts before and ends after everything else.
    /// </summary>
    /// <param name="builder">The service's application builder.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = ConfigurationDefaults });
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddConsoleLogs();
        builder.AddTelemetry();
        builder.AddDefaultHealthChecks();
        builder.AddServiceDiscovery();
        builder.AddGrpcDefaults();
        builder.Services.AddProblemAnswers();
        builder.AddTls();
        builder.Services.Configure<KestrelServerOptions>(SetLimits);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        return builder;
    }

    /// <summary>
    /// Maps <c>/alive</c> (the process runs), <c>/health</c> (every check, with its state), gRPC health and, in Development
    /// alone, gRPC reflection, all open to everybody; turns unhandled errors into problem+json, and lets only callers with a
    /// scope come to any other endpoint. Call it right after <c>Build()</c>: endpoints mapped later are covered, middleware
    /// added earlier is not.
    /// </summary>
    /// <param name="app">The service's application.</param>
    /// <returns>The same application.</returns>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.UseRequestSpans();
        app.UseProblemAnswers();
        app.UseGrpcRequestDefaults();
        app.UseMiddleware<LoadGate>();
        app.UseMiddleware<CallerGate>();
        app.MapHealthEndpoints();
        app.MapGrpcDefaults();
        return app;
    }

    /// <summary>Adds Redis, if <c>ConnectionStrings:redis</c> names one. Nothing depends on it: who uses it does without while it is away.</summary>
    /// <param name="builder">The service's application builder.</param>
    public static void AddOptionalRedis(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration.GetConnectionString("redis") is not null)
            builder.AddRedisClient("redis");
    }

    private static void AddConsoleLogs(this IHostApplicationBuilder builder)
    {
        if (builder.Environment.IsDevelopment())
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "HH:mm:ss.fff ";
            });
        else
            builder.Logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
    }

    private static void SetLimits(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxMessageBytes;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
    }
}

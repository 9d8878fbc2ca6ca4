using System.Diagnostics;
using System.Text.Json;
using ContactCenter.ServiceDefaults.Load;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.ServiceDefaults.Health;

/// <summary><c>/alive</c> and <c>/health</c>, which orchestrators need in every environment.</summary>
internal static class HealthEndpoints
{
    /// <summary>A probe waits a second or so for its answer; a check that takes longer has failed.</summary>
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromMilliseconds(900);

    /// <summary>Servers whose loss a service survives: work waits in Postgres, caches are filled again.</summary>
    private static readonly string[] Dispensable = ["StackExchange.Redis", "masstransit-bus"];

    public static void AddDefaultHealthChecks(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks().AddCheck<StoppingHealthCheck>("stopping");
        builder.Services.PostConfigure<HealthCheckServiceOptions>(health =>
        {
            foreach (var check in health.Registrations)
            {
                if (check.Timeout == Timeout.InfiniteTimeSpan)
                    check.Timeout = CheckTimeout;
                if (Dispensable.Any(name => check.Name.StartsWith(name, StringComparison.Ordinal)))
                    check.Factory = DegradedAtWorst(check.Factory);
            }
        });
    }

    public static void MapHealthEndpoints(this WebApplication app)
    {
        app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync })
            .WithMetadata(new HealthEndpoint())
            .DisableHttpMetrics().AllowAnonymous();
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = WriteAsync })
            .WithMetadata(new HealthEndpoint())
            .DisableHttpMetrics().AllowAnonymous();
    }

    private static Func<IServiceProvider, IHealthCheck> DegradedAtWorst(Func<IServiceProvider, IHealthCheck> inner) =>
        services => new DispensableHealthCheck(inner(services));

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        LeaveOutOfTraces();
        context.Response.ContentType = "application/json";
        var body = new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(entry => entry.Key, entry => new
            {
                status = entry.Value.Status.ToString(),
                // The description of a check that threw is the exception's text, which may name hosts and users.
                description = entry.Value.Exception is null ? entry.Value.Description : null,
                milliseconds = Math.Round(entry.Value.Duration.TotalMilliseconds, 1),
            }),
        };
        return context.Response.WriteAsync(JsonSerializer.Serialize(body), context.RequestAborted);
    }

    private static void LeaveOutOfTraces()
    {
        if (Activity.Current is { } activity)
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}

using System.Diagnostics;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;

namespace ContactCenter.ServiceDefaults.Telemetry;

/// <summary>Export of traces, metrics and logs by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; no cost otherwise.</summary>
internal static class TelemetryExtensions
{
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;
        // The framework fills the attributes of a request's span only when it is told that no instrumentation does.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        var resource = Resource(builder.Configuration, builder.Environment);
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(resource);
            logs.IncludeFormattedMessage = true;
            logs.AddOtlpExporter();
        });
        builder.Services.AddHostedService(services =>
            new TelemetryExport(services.GetRequiredService<IConfiguration>(), resource));
    }

    /// <summary>Gives a request's span what is known at its end: the name by route, the route and the status.</summary>
    public static void UseRequestSpans(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        finally
        {
            if (context.Features.Get<IHttpActivityFeature>() is { Activity: { IsAllDataRequested: true } span })
                Complete(span, context);
        }
    });

    private static void Complete(Activity span, HttpContext context)
    {
        span.SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
        span.DisplayName = context.Request.Method;
        if (context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            span.DisplayName = $"{context.Request.Method} {route}";
            span.SetTag("http.route", route);
        }
    }

    // OTEL_RESOURCE_ATTRIBUTES is read by CreateDefault; the name is set last, so that it wins.
    private static ResourceBuilder Resource(IConfiguration configuration, IHostEnvironment environment) =>
        ResourceBuilder.CreateDefault().AddService(
            configuration["OTEL_SERVICE_NAME"] ?? environment.ApplicationName,
            serviceVersion: Assembly.GetEntryAssembly()?.GetName().Version?.ToString());
}

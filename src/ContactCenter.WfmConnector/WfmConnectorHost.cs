using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.Operations;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.WfmConnector.Intervals;

namespace ContactCenter.WfmConnector;

/// <summary>Composes the service that tells workforce management what happened in every quarter of an hour.</summary>
public static class WfmConnectorHost
{
    /// <summary>Builds the service without starting it.</summary>
    /// <param name="args">Command-line settings, which win over the environment and appsettings.json.</param>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddServiceDefaults();
        builder.AddOptionalRedis();
        builder.AddDurable("wfm-connector", typeof(WfmConnectorHost).Assembly, durable => durable.AddConsumer<SegmentConsumer>());
        builder.AddCallers("wfm");
        builder.AddEgress("wfm-connector");
        builder.AddOperations();
        builder.Services.AddSingleton<QueueContactStore>();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapOAuthCallback();
        app.MapOperations();
        app.MapGrpcService<IntervalService>();
        return app;
    }
}

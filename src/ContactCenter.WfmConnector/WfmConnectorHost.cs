using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.Egress.Secrets;
using ContactCenter.Operations;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.WfmConnector.AgentStates;
using ContactCenter.WfmConnector.Catalogue;
using ContactCenter.WfmConnector.Connections;
using ContactCenter.WfmConnector.Facts;
using ContactCenter.WfmConnector.Intervals;
using ContactCenter.WfmConnector.Mappings;
using ContactCenter.WfmConnector.Reports;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ContactCenter.WfmConnector;

/// <summary>Composes the service that tells workforce management what agents do and what happened in every quarter of an hour.</summary>
public static class WfmConnectorHost
{
    /// <summary>Builds the service without starting it.</summary>
    /// <param name="args">Command-line settings, which win over the environment and appsettings.json.</param>
    /// <param name="timeProvider">Its time; that of the system if not given.</param>
    public static WebApplication Create(string[] args, TimeProvider? timeProvider = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        if (timeProvider is not null)
            builder.Services.AddSingleton(timeProvider);
        builder.AddServiceDefaults();
        builder.AddOptionalRedis();
        builder.AddDurable("wfm-connector", typeof(WfmConnectorHost).Assembly, durable => durable
            .AddConsumer<AgentConsumer>()
            .AddConsumer<SegmentConsumer>()
            .AddConsumer<QueueConsumer>()
            .AddJob<ReportSender>(ReportSender.Kind, ReportSender.Policy));
        builder.AddCallers("wfm");
        builder.AddEgress("wfm-connector");
        builder.AddOperations();
        builder.Services.AddOptions<WfmOptions>().BindConfiguration("Wfm").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<WfmOptions>, WfmOptionsValidation>();
        builder.Services.AddSingleton(ConnectionStore.SecretColumn);
        builder.Services.AddSingleton(CxoneTokens.SecretColumn);
        builder.Services.AddHealthChecks().AddCheck<ConnectionHealth>("cxone", HealthStatus.Degraded);
        builder.Services.AddSingleton<ActivityBook>();
        builder.Services.AddSingleton<SourceWatch>();
        builder.Services.AddSingleton<UnfinishedContacts>();
        builder.Services.AddSingleton<AgentStateStore>();
        builder.Services.AddSingleton<ConnectionStore>();
        builder.Services.AddSingleton(provider => new CxoneTokenCache(
            provider.GetService<IConnectionMultiplexer>(), provider.GetRequiredService<SecretKeyRing>(), provider.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<CxoneTokens>();
        builder.Services.AddSingleton<CxoneClient>();
        builder.Services.AddSingleton<AnswerStore>();
        builder.Services.AddSingleton<CatalogueStore>();
        builder.Services.AddSingleton<FigureStore>();
        builder.Services.AddSingleton<ReportBuilder>();
        builder.Services.AddSingleton<ReportStore>();
        builder.Services.AddSingleton<WireProfileStore>();
        builder.Services.AddSingleton<IntervalSealer>();
        builder.Services.AddHostedService<ConnectionImport>();
        builder.Services.AddHostedService(services => services.GetRequiredService<IntervalSealer>());
        builder.Services.AddHostedService<ConnectionKeeper>();
        builder.Services.AddHostedService<StateSender>();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapOAuthCallback();
        app.MapOperations();
        app.MapGrpcService<ConnectionService>();
        app.MapGrpcService<AgentStateService>();
        app.MapGrpcService<AdherenceService>();
        app.MapGrpcService<IntervalService>();
        app.MapGrpcService<MappingService>();
        app.MapGrpcService<ReportService>();
        app.MapGrpcService<WireProfileService>();
        return app;
    }
}

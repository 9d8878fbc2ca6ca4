using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.InsightsEnrichment.Agents;
using ContactCenter.InsightsEnrichment.Configuration;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Exports;
using ContactCenter.InsightsEnrichment.Hipaa;
using ContactCenter.InsightsEnrichment.Loads;
using ContactCenter.InsightsEnrichment.MessageAnalytics;
using ContactCenter.InsightsEnrichment.Metrics;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Reconciliation;
using ContactCenter.InsightsEnrichment.Recordings;
using ContactCenter.InsightsEnrichment.Reprocessing;
using ContactCenter.InsightsEnrichment.Retention;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.InsightsEnrichment.Warnings;
using ContactCenter.InsightsEnrichment.WriteBack;
using ContactCenter.Operations;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment;

/// <summary>Composes the service that takes in what happened and turns it into conversations.</summary>
public static class InsightsEnrichmentHost
{
    /// <summary>Builds the service without starting it.</summary>
    /// <param name="args">Command-line settings, which win over the environment and appsettings.json.</param>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddServiceDefaults();
        builder.AddOptionalRedis();
        builder.AddDurable("insights-enrichment", typeof(InsightsEnrichmentHost).Assembly, durable => durable
            .AddRecurring<OverdueTasks>(OverdueTasks.Kind, Schedule.Every(TimeSpan.FromMinutes(15)))
            .AddRecurring<CardinalityCheck>(CardinalityCheck.Kind, Schedule.Every(TimeSpan.FromHours(1)))
            .AddRecurring<WarningRetention>(WarningRetention.Kind, Schedule.Every(TimeSpan.FromHours(1)))
            .AddJob<LinkCheckHandler>(LinkCheckHandler.Kind)
            .AddJob<FailedEventHandler>(FailedEventHandler.Kind, FailedEventHandler.Policy)
            .AddJob<ReprocessingHandler>(ReprocessingHandler.Kind)
            .AddConsumer<SessionLinkConsumer>()
            .AddJob<SessionUpdateTeller>(SessionJobs.TellUpdate)
            .AddJob<SessionStartChecker>(SessionJobs.CheckStart)
            .AddWriteBackJobs()
            .AddLoads()
            .AddExports()
            .AddRetention()
            .AddReconciliation(builder.Configuration)
            .AddMessageAnalytics(builder.Configuration));
        builder.AddCallers("insights", "ingest", "raw", "raw.phi", "export");
        builder.AddEgress("insights-enrichment");
        builder.AddOperations();

        var services = builder.Services;
        services.AddImportedConfiguration();
        services.AddOptions<PublicUrlOptions>().Bind(builder.Configuration).ValidateDataAnnotations()
            .Validate(options => options.ProxiesAreReadable, "TrustedProxies must be addresses or networks such as 10.0.0.0/8.").ValidateOnStart();
        services.AddOptions<IngestOptions>().BindConfiguration("Ingest").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<TwilioOptions>().BindConfiguration("Twilio");
        services.AddOptions<PublishOptions>().BindConfiguration("Publish");
        services.AddSingleton<TwilioAccounts>();
        services.AddOptions<CustomerOptions>().BindConfiguration("Customers").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CustomerIds>();
        services.AddHostedService<CustomerIdKeyCheck>();
        services.AddOptions<HipaaOptions>().BindConfiguration("Hipaa");
        services.AddOptions<RedactionOptions>().BindConfiguration("Redaction").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(Quarantine.Keys);
        services.AddSingleton<Quarantine>();
        services.AddSingleton<EntryFilter>();
        services.AddSingleton<CustomerStore>();
        services.AddSingleton<CustomerDesk>();
        services.AddSingleton<CustomerErasure>();

        services.AddSingleton<RawEventStore>();
        services.AddSingleton<EnrichmentBacklog>();
        services.AddSingletonHostedService<RawEventWriter>();
        services.AddSingleton<IngestRefusals>();
        services.AddSingletonHostedService<SignatureRefusalLog>();
        services.AddSingletonHostedService<SignatureHealthCheck>();
        services.AddSingletonHostedService<WatermarkTeller>();
        services.AddHealthChecks().AddCheck<SignatureHealthCheck>("signature");
        services.AddSingleton<TwilioIngestEndpoints>();
        services.AddOptions<EnrichmentOptions>().Bind(builder.Configuration).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CurrentRules>();
        services.AddSingleton<EnrichmentRun>();
        services.AddSingleton<ReprocessingStore>();
        services.AddHostedService<EnrichmentWorker>();

        services.AddSingleton<ConversationStore>();
        services.AddSingleton<CorrectionStore>();
        services.AddSingleton<CorrectionDesk>();
        services.AddSingleton<TaskLinkDesk>();
        services.AddSingleton<LinkChecker>();
        services.AddSingleton<EnrichmentPreview>();
        services.AddOptions<AgentOptions>().BindConfiguration("Agents").ValidateOnStart();
        services.AddOptions<ActivityOptions>().BindConfiguration("Activities").ValidateOnStart();
        services.AddSingleton<AgentStore>();
        services.AddWriteBack();
        services.AddLoads();
        services.AddExports();
        services.AddRetention();
        services.AddOptions<ReconcileOptions>().BindConfiguration("Reconcile").ValidateDataAnnotations().ValidateOnStart();

        services.AddOptions<SessionRecordOptions>().BindConfiguration("Sessions").ValidateDataAnnotations()
            .Validate(options => options.IsKnown, "Sessions:TimeZone is no zone that this machine knows.").ValidateOnStart();
        services.AddSingleton<SessionStore>();
        services.AddSingleton(SessionStore.TranscriptColumn);
        services.AddSingleton<SessionChanges>();
        services.AddSingleton<SessionRenderer>();
        services.AddSingleton<SessionEventDesk>();
        services.AddSingleton<SessionIngestEndpoint>();
        services.AddMessageAnalytics();

        var app = builder.Build();
        // The middleware believes everyone if it is told of no proxy.
        if (app.Services.GetRequiredService<IOptions<PublicUrlOptions>>().Value is { TrustedProxies.Count: > 0 } proxied)
            app.UseForwardedHeaders(proxied.ToForwardedHeaders());
        app.MapDefaultEndpoints();
        app.MapOAuthCallback();
        app.MapOperations();
        TwilioIngestEndpoints.Map(app);
        SessionIngestEndpoint.Map(app);
        SessionMetadataEndpoint.Map(app);
        WorkerImportEndpoint.Map(app);
        ExportEndpoint.Map(app);
        app.MapGrpcService<ConversationService>();
        app.MapGrpcService<WarningService>();
        app.MapGrpcService<CustomerService>();
        app.MapGrpcService<AgentService>();
        app.MapGrpcService<QuarantineService>();
        app.MapGrpcService<EventIngestService>();
        app.MapGrpcService<SessionService>();
        app.MapGrpcService<WriteBackService>();
        app.MapGrpcService<RawEventService>();
        app.MapGrpcService<LoadService>();
        app.MapGrpcService<ExportService>();
        app.MapGrpcService<MetricService>();
        app.MapGrpcService<ConfigurationService>();
        app.MapMessageAnalytics();
        return app;
    }

    private static void AddSingletonHostedService<T>(this IServiceCollection services)
        where T : class, IHostedService => services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());
}

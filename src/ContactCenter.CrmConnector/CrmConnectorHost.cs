using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Outbound;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Durable;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Egress;
using ContactCenter.Operations;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.Storage.V1;

namespace ContactCenter.CrmConnector;

/// <summary>Composes the service that carries conversations to the CRM.</summary>
public static class CrmConnectorHost
{
    /// <summary>Builds the service without starting it.</summary>
    /// <param name="args">Command-line settings, which win over the environment and appsettings.json.</param>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddServiceDefaults();
        builder.AddOptionalRedis();
        builder.AddDurable("crm-connector", typeof(CrmConnectorHost).Assembly, durable =>
        {
            foreach (var policy in CrmPolicies.Own)
                durable.AddPolicy(policy);
            durable.AddConsumer<SessionConsumer>()
                .AddConsumer<FileConsumer>()
                .AddJob<OperationRunner>(SessionWork.Call, RetryPolicy.Week)
                .AddJob<OperationReplays>(OperationReplays.Kind, RetryPolicy.Week)
                .AddJob<ReleaseHandler>(SessionWork.Release, RetryPolicy.Week)
                .AddRecurring<SessionKeeper>(SessionKeeper.Kind, Schedule.Every(TimeSpan.FromHours(1)));
        });
        builder.AddCallers("crm", "agent");
        builder.AddEgress("crm-connector");
        builder.AddOperations();
        builder.Services.AddOptions<CrmOptions>().BindConfiguration("Crm").ValidateDataAnnotations().ValidateOnStart();
        builder.AddServiceClient<StoreService.StoreServiceClient>("storage-export");
        builder.AddServiceClient<FileService.FileServiceClient>("storage-export");
        builder.Services.AddSingleton(ConnectorStore.SecretColumn);
        foreach (var column in SentRequest.Columns)
            builder.Services.AddSingleton(column);
        builder.Services.AddSingleton<ConnectorStore>();
        builder.Services.AddSingleton<ConnectorReader>();
        builder.Services.AddSingleton<ConnectorLoader>();
        builder.Services.AddSingleton<CrmRequests>();
        builder.Services.AddSingleton<ConnectorGrants>();
        builder.Services.AddSingleton<CrmPolicies>();
        builder.Services.AddSingleton<IDeadLetterObserver, DiscardedLetters>();
        builder.Services.AddSingleton<OperationStore>();
        builder.Services.AddSingleton<FileSender>();
        builder.Services.AddSingleton<CrmLookup>();
        builder.Services.AddSingleton<OperationRunner>();
        builder.Services.AddSingleton<OperationReplays>();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapOAuthCallback();
        app.MapOperations();
        app.MapGrpcService<ConnectorService>();
        app.MapGrpcService<OperationService>();
        app.MapGrpcService<SessionLinkService>();
        return app;
    }
}

using ContactCenter.CrmConnector.Connectors;
using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.Operations;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;

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
        builder.AddDurable("crm-connector", typeof(CrmConnectorHost).Assembly);
        builder.AddCallers("crm");
        builder.AddEgress("crm-connector");
        builder.AddOperations();
        builder.Services.AddOptions<CrmOptions>().BindConfiguration("Crm").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(ConnectorStore.SecretColumn);
        builder.Services.AddSingleton<ConnectorStore>();
        builder.Services.AddSingleton<ConnectorReader>();
        builder.Services.AddSingleton<CrmRequests>();
        builder.Services.AddSingleton<ConnectorGrants>();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapOAuthCallback();
        app.MapOperations();
        app.MapGrpcService<ConnectorService>();
        return app;
    }
}

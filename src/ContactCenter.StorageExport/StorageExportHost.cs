using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.Operations;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport;

/// <summary>Composes the service that carries session files to the external store.</summary>
public static class StorageExportHost
{
    /// <summary>Builds the service without starting it.</summary>
    /// <param name="args">Command-line settings, which win over the environment and appsettings.json.</param>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddServiceDefaults();
        builder.AddOptionalRedis();
        builder.AddDurable("storage-export", typeof(StorageExportHost).Assembly);
        builder.AddCallers("storage");
        builder.AddEgress("storage-export");
        builder.AddOperations();
        builder.Services.AddSingleton(SettingsStore.SecretColumn);
        builder.Services.AddSingleton<SettingsStore>();
        builder.Services.AddSingleton<SftpStore>();
        builder.Services.AddSingleton<StoreTester>();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapOAuthCallback();
        app.MapOperations();
        app.MapGrpcService<StoreService>();
        return app;
    }
}

using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.Insights.V1;
using ContactCenter.Operations;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.StorageExport.Documents;
using ContactCenter.StorageExport.Files;
using ContactCenter.StorageExport.Media;
using ContactCenter.StorageExport.Sftp;
using ContactCenter.StorageExport.Stores;
using ContactCenter.StorageExport.Uploads;

namespace ContactCenter.StorageExport;

/// <summary>Composes the service that carries session files to the external store.</summary>
public static class StorageExportHost
{
    private const string UploadSection = "Storage:Upload";

    /// <summary>A longer transfer is cut, and gone on with.</summary>
    private static readonly TimeSpan LongestTransfer = TimeSpan.FromHours(6);

    /// <summary>Builds the service without starting it.</summary>
    /// <param name="args">Command-line settings, which win over the environment and appsettings.json.</param>
    /// <param name="time">The clock; the system's if not given.</param>
    public static WebApplication Create(string[] args, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.AddServiceDefaults();
        builder.AddOptionalRedis();
        var attempts = builder.Configuration.GetSection(UploadSection).Get<UploadOptions>()?.Attempts ?? new UploadOptions().Attempts;
        builder.AddDurable("storage-export", typeof(StorageExportHost).Assembly, durable => durable
            .AddConsumer<SessionConsumer>()
            .AddConsumer<CrmCopyConsumer>()
            .AddJob<DocumentTaker>(FileJobs.TakeDocument, FileJobs.DocumentPolicy)
            .AddJob<MediumTaker>(FileJobs.TakeMedium, FileJobs.SourcePolicy, LongestTransfer)
            .AddJob<FileUploader>(FileJobs.Upload, FileJobs.UploadPolicy(attempts), LongestTransfer)
            .AddJob<FileDeleter>(FileJobs.Delete, FileJobs.DeletionPolicy)
            .AddRecurring<BacklogWatch>(FileJobs.Watch, Schedule.Every(TimeSpan.FromMinutes(1)), policy: RetryPolicy.Fast)
            .AddRecurring<LeftoverSweeper>(FileJobs.Sweep, Schedule.Every(TimeSpan.FromHours(1)), policy: RetryPolicy.Fast));
        builder.AddCallers("storage");
        builder.AddEgress("storage-export");
        builder.AddOperations();
        builder.Services.AddSingleton(SettingsStore.SecretColumn);
        builder.Services.AddSingleton<SettingsStore>();
        builder.Services.AddSingleton<SshClient>().AddHostedService(services => services.GetRequiredService<SshClient>());
        builder.Services.AddSingleton<SftpStore>();
        builder.Services.AddSingleton<StoreTester>();
        builder.Services.AddOptions<MetadataOptions>().BindConfiguration("Storage:Metadata").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<UploadOptions>().BindConfiguration(UploadSection).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<FileStore>();
        builder.Services.AddSingleton<UploadLedger>();
        builder.Services.AddSingleton<UploadPool>();
        builder.Services.AddSingleton<RefusalCounter>();
        builder.AddServiceClient<SessionService.SessionServiceClient>("insights-enrichment");

        SshFolder.RemoveLeft();
        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapOAuthCallback();
        app.MapOperations();
        app.MapGrpcService<StoreService>();
        app.MapGrpcService<FileService>();
        app.MapGrpcService<Documents.ExportService>();
        return app;
    }
}

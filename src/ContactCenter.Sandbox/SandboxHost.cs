using ContactCenter.Crm.V1;
using ContactCenter.FollowUps.V1;
using ContactCenter.Insights.V1;
using ContactCenter.Operations.V1;
using ContactCenter.Sandbox.Crm;
using ContactCenter.Sandbox.Cxone;
using ContactCenter.Sandbox.FollowUps;
using ContactCenter.Sandbox.Itsm;
using ContactCenter.Sandbox.Messages;
using ContactCenter.Sandbox.Passes;
using ContactCenter.Sandbox.Rbm;
using ContactCenter.Sandbox.Sessions;
using ContactCenter.Sandbox.Storage;
using ContactCenter.Sandbox.Twilio.Rest;
using ContactCenter.Sandbox.Twilio.Sending;
using ContactCenter.ServiceDefaults;
using ContactCenter.Storage.V1;
using ContactCenter.Wfm.V1;

namespace ContactCenter.Sandbox;

/// <summary>Composes the sandbox: the third parties of a development machine and their traffic.</summary>
public static class SandboxHost
{
    private const string Once = "--once";

    /// <summary>Runs the sandbox to its end.</summary>
    /// <param name="args"><c>--once</c> for one verified day; other arguments are settings.</param>
    /// <returns>0 if a pass was verified or live traffic was stopped, 1 if anything differed or failed.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        await using var app = Create(args);
        var pass = app.Services.GetService<PassResult>();
        await app.RunAsync();
        return pass is { Verified: false } ? 1 : 0;
    }

    /// <summary>Builds the sandbox without starting it.</summary>
    /// <param name="args">As for <see cref="RunAsync"/>.</param>
    /// <returns>The application.</returns>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [.. args.Where(a => a != Once)],
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.AddServiceDefaults();
        builder.Services.AddSingleton(services => SandboxOptions.Of(services.GetRequiredService<IConfiguration>()));
        builder.Services.AddSingleton(services => SandboxOptions.Account(services.GetRequiredService<IConfiguration>()));
        builder.Services.AddSingleton(services => SandboxOptions.RestKey(services.GetRequiredService<IConfiguration>()));
        builder.Services.AddSingleton<Patience>();
        builder.Services.AddSingleton<TaskRouterState>();
        builder.Services.AddSingleton<RestFaults>();
        builder.Services.AddSingleton<TaskRouterApi>();
        builder.Services.AddHttpClient<CallbackSender>(http =>
        {
            http.BaseAddress = new Uri("http://insights-enrichment");
            // TaskRouter waits no longer either (INS-3).
            http.Timeout = TimeSpan.FromSeconds(15);
        });
        builder.Services.AddHttpClient<RbmWebhook>(http => http.BaseAddress = new Uri("http://insights-enrichment"));
        builder.Services.AddSingleton<MessageTraffic>();
        builder.AddServiceClient<MessageAnalyticsService.MessageAnalyticsServiceClient>("insights-enrichment");
        builder.AddServiceClient<ConversationService.ConversationServiceClient>("insights-enrichment");
        builder.AddServiceClient<SessionService.SessionServiceClient>("insights-enrichment");
        builder.AddServiceClient<EventIngestService.EventIngestServiceClient>("insights-enrichment");
        builder.AddServiceClient<IntervalService.IntervalServiceClient>("wfm-connector");
        builder.AddServiceClient<ConnectionService.ConnectionServiceClient>("wfm-connector");
        builder.Services.AddSingleton(CxoneKey.Create());
        builder.Services.AddSingleton<CxoneInbox>();
        builder.Services.AddSingleton<CxoneApi>();
        builder.Services.AddSingleton<CxoneCheck>();
        builder.Services.AddHostedService<CxoneSetup>();
        builder.AddServiceClient<ConnectorService.ConnectorServiceClient>("crm-connector");
        builder.AddServiceClient<OperationService.OperationServiceClient>("crm-connector");
        builder.AddServiceClient<OperationsService.OperationsServiceClient>("crm-connector");
        builder.Services.AddSingleton<CrmState>();
        builder.Services.AddSingleton<CrmFaults>();
        builder.Services.AddSingleton<CrmApi>();
        builder.Services.AddSingleton<CrmPass>();
        builder.AddServiceClient<StoreService.StoreServiceClient>("storage-export");
        builder.AddServiceClient<FileService.FileServiceClient>("storage-export");
        builder.Services.AddSingleton<ExternalStore>();
        AddFollowUps(builder);
        builder.Services.AddSingleton<SuiteReader>();
        builder.Services.AddSingleton<SessionSender>();
        if (args.Contains(Once))
        {
            builder.Services.AddSingleton<PassResult>();
            builder.Services.AddHostedService<OnePass>();
        }
        else
        {
            builder.Services.AddHostedService<LiveTraffic>();
        }

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.Services.GetRequiredService<TaskRouterApi>().Map(app);
        app.Services.GetRequiredService<CxoneApi>().Map(app);
        app.Services.GetRequiredService<CrmApi>().Map(app);
        app.Services.GetRequiredService<ItsmApi>().Map(app);
        app.Services.GetRequiredService<RbmApi>().Map(app);
        MediaLibrary.Map(app);
        return app;
    }

    private static void AddFollowUps(WebApplicationBuilder builder)
    {
        const string Service = "follow-up-scheduler";
        builder.AddServiceClient<IntegrationService.IntegrationServiceClient>(Service);
        builder.AddServiceClient<ChannelService.ChannelServiceClient>(Service);
        builder.AddServiceClient<DirectoryService.DirectoryServiceClient>(Service);
        builder.AddServiceClient<FollowUpService.FollowUpServiceClient>(Service);
        builder.AddServiceClient<RecordService.RecordServiceClient>(Service);
        builder.AddServiceClient<PollService.PollServiceClient>(Service);
        builder.AddServiceClient<HistoryService.HistoryServiceClient>(Service);
        builder.Services.AddSingleton<ItsmApi>();
        builder.Services.AddSingleton<RbmApi>();
        builder.Services.AddSingleton<MailFolder>();
        builder.Services.AddSingleton<FollowUpSetup>();
        builder.Services.AddSingleton<FollowUpVerification>();
        builder.Services.AddSingleton<Audience>();
        builder.Services.AddSingleton<FollowUpPass>();
    }
}

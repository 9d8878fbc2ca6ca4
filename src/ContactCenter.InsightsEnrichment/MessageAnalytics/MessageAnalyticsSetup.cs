using ContactCenter.Durable;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>Adds message analytics to the service.</summary>
internal static class MessageAnalyticsSetup
{
    private static readonly TimeSpan LongestRefresh = TimeSpan.FromMinutes(10);

    /// <summary>Adds the refreshes and the consumer of sends.</summary>
    public static DurableBuilder AddMessageAnalytics(this DurableBuilder durable, IConfiguration configuration) => durable
        .AddConsumer<RcsMessageSentConsumer>()
        .AddRecurring<DailyRefresh>(DailyRefresh.Kind, Schedule.Daily(configuration.GetValue("Rbm:RefreshTimeUtc", new RbmOptions().RefreshTimeUtc), "Etc/UTC"), maxRunTime: LongestRefresh)
        .AddJob<RefreshOnRequest>(RefreshOnRequest.Kind, maxRunTime: LongestRefresh);

    /// <summary>Adds what the endpoints, jobs and the service need.</summary>
    public static void AddMessageAnalytics(this IServiceCollection services)
    {
        services.AddOptions<RbmOptions>().BindConfiguration("Rbm").ValidateDataAnnotations()
            .Validate<IOptions<Hipaa.HipaaOptions>>((rbm, hipaa) => !hipaa.Value.Enabled || rbm.PhoneStorage == PhoneStorage.Hashed, "Rbm:PhoneStorage must be Hashed in HIPAA mode.")
            .ValidateOnStart();
        services.AddSingleton<RbmAgents>();
        services.AddHealthChecks().AddCheck<RbmAgents>("rbm");
        services.AddSingleton(NotificationStore.Bodies);
        services.AddSingleton(RbmQuarantine.Bodies);
        services.AddSingleton<NotificationStore>();
        services.AddSingleton<RbmQuarantine>();
        services.AddSingleton<RbmIntake>();
        services.AddHostedService(provider => provider.GetRequiredService<RbmIntake>());
        services.AddSingleton<RbmIngestEndpoints>();
        services.AddSingleton<SentMessageDesk>();
        services.AddSingleton<SentMessagesEndpoint>();
        services.AddSingleton<MessageStore>();
        services.AddSingleton<AnalyticsReport>();
        services.AddSingleton<EngagementStore>();
        services.AddSingleton<RefreshStore>();
        services.AddSingleton<RefreshRun>();
    }

    /// <summary>Maps the endpoints and the service.</summary>
    public static void MapMessageAnalytics(this WebApplication app)
    {
        RbmIngestEndpoints.Map(app);
        SentMessagesEndpoint.Map(app);
        AnalyticsEndpoint.Map(app);
        app.MapGrpcService<MessageAnalyticsService>();
    }
}

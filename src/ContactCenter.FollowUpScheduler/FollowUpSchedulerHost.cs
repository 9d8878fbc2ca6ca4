using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.FollowUpScheduler.Answers;
using ContactCenter.FollowUpScheduler.Channels;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Directories;
using ContactCenter.FollowUpScheduler.History;
using ContactCenter.FollowUpScheduler.Integrations;
using ContactCenter.FollowUpScheduler.Notifications;
using ContactCenter.FollowUpScheduler.Polls;
using ContactCenter.FollowUpScheduler.PostActions;
using ContactCenter.FollowUpScheduler.Records;
using ContactCenter.FollowUpScheduler.Steps;
using ContactCenter.Operations;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler;

/// <summary>Composes the service that reminds people until a matter is done.</summary>
public static class FollowUpSchedulerHost
{
    /// <summary>Builds the service without starting it.</summary>
    /// <param name="args">Command-line settings, which win over the environment and appsettings.json.</param>
    /// <param name="time">The clock; the system's if not given.</param>
    public static WebApplication Create(string[] args, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.AddServiceDefaults();
        builder.AddOptionalRedis();
        builder.AddDurable("follow-up-scheduler", typeof(FollowUpSchedulerHost).Assembly, durable => durable
            .AddJob<PollHandler>(PollJob.Kind, maxRunTime: PollJob.LongestRun)
            .AddJob<NotificationHandler>(NotificationJob.Kind, NotificationJob.Policy)
            .AddJob<RevocationHandler>(RevocationJob.Kind, RevocationJob.Policy)
            .AddJob<StepRunHandler>(StepRunJob.Kind)
            .AddConsumer<RcsReceiptConsumer>()
            .AddConsumer<RcsUserMessageConsumer>()
            .AddConsumer<CustomerContactedConsumer>()
            .AddConsumer<RcsSubscriptionConsumer>());
        builder.AddCallers("followups");
        builder.AddEgress("follow-up-scheduler");
        builder.AddOperations();
        AddServices(builder.Services);

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapOAuthCallback();
        app.MapOperations();
        app.MapGrpcService<FollowUpService>();
        app.MapGrpcService<IntegrationService>();
        app.MapGrpcService<ChannelService>();
        app.MapGrpcService<DirectoryService>();
        app.MapGrpcService<PollService>();
        app.MapGrpcService<RecordService>();
        app.MapGrpcService<HistoryService>();
        app.MapAnswers();
        return app;
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddOptions<FollowUpOptions>().BindConfiguration("FollowUps").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<FollowUpStore>();
        services.AddSingleton<ReferenceCheck>();
        AddDefinitions(services, "integration", V1.Integration.Parser, FollowUpErrors.IntegrationExists, FollowUpErrors.IntegrationNotFound);
        AddDefinitions(services, "channel", V1.Channel.Parser, FollowUpErrors.ChannelExists, FollowUpErrors.ChannelNotFound);
        services.AddSingleton<IntegrationCaller>();
        services.AddSingleton<StepRunner>();
        services.AddSingleton<DirectoryStore>();
        services.AddSingleton<Contacts>();

        services.AddSingleton<ChannelBook>();
        services.AddSingleton<SmtpSubmission>();
        services.AddSingleton<IMessageChannel, RbmChannel>();
        services.AddSingleton<IMessageChannel, EmailChannel>();
        services.AddSingleton<SignedPost>();
        services.AddSingleton<IMessageChannel, SmsChannel>();
        services.AddSingleton<IMessageChannel>(provider => ActivatorUtilities.CreateInstance<WebhookChannel>(provider, V1.Channel.SettingsOneofCase.Webhook));
        services.AddSingleton<IMessageChannel>(provider => ActivatorUtilities.CreateInstance<WebhookChannel>(provider, V1.Channel.SettingsOneofCase.Chat));
        services.AddSingleton<ChannelTypes>();

        services.AddSingleton<PollStore>();
        services.AddSingleton<Extraction>();
        services.AddSingleton<RecipientResolver>();
        services.AddSingleton<Reconciler>();
        services.AddSingleton<RecordStore>();
        services.AddSingleton<RecordProgress>();
        services.AddSingleton<NotificationStore>();
        services.AddSingleton<NotificationLedger>();
        services.AddSingleton<MessageSender>();
        services.AddSingleton<Settlement>();
        services.AddSingleton<PostActionPlanner>();
        services.AddSingleton<StepRunStore>();
        services.AddSingleton<HistoryStore>();
        services.AddSingleton<AnswerTokens>();
        services.AddSingleton<AnswerDesk>();
        services.AddAnswerLimit();
    }

    private static void AddDefinitions<T>(IServiceCollection services, string noun, Google.Protobuf.MessageParser<T> parser, string exists, string notFound)
        where T : class, Google.Protobuf.IMessage<T>
    {
        services.AddSingleton(provider => new DefinitionStore<T>(provider.GetRequiredService<DurableDatabase>(), noun, parser));
        services.AddSingleton(provider => new DefinitionDesk<T>(provider.GetRequiredService<DefinitionStore<T>>(), noun, exists, notFound));
    }
}

using System.Diagnostics.Metrics;
using System.Reflection;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Durable.Hints;
using ContactCenter.Durable.Idempotency;
using ContactCenter.Durable.Inbox;
using ContactCenter.Durable.Jobs;
using ContactCenter.Durable.Outbox;
using ContactCenter.Durable.Recurring;
using ContactCenter.Durable.Retries;
using MassTransit;
using MassTransit.RabbitMqTransport.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RabbitMQ.Client;
using StackExchange.Redis;

namespace ContactCenter.Durable;

/// <summary>Gives a service its database, outbox, inbox and jobs.</summary>
public static class DurableSetup
{
    /// <summary>
    /// Adds the service's database (<c>ConnectionStrings:database</c>; its migrations run with <c>ConnectionStrings:database-owner</c>,
    /// if that is set, and then the service's role may only read and write rows), the outbox with its relay, and
    /// the inbox for the given consumers (<c>ConnectionStrings:rabbitmq</c>).
    /// </summary>
    /// <param name="builder">The service's host.</param>
    /// <param name="service">Resource name, such as <c>insights-enrichment</c>: names queues and connections.</param>
    /// <param name="migrations">Holds the service's files <c>Migrations/NNNN_name.sql</c> as embedded resources.</param>
    /// <param name="configure">Adds consumers and kinds of job.</param>
    public static IHostApplicationBuilder AddDurable(
        this IHostApplicationBuilder builder, string service, Assembly migrations, Action<DurableBuilder>? configure = null)
    {
        var services = builder.Services;
        services.AddOptions<DurableOptions>().BindConfiguration("Durable", Strict).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<OutboxOptions>().BindConfiguration("Outbox", Strict).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ShutdownOptions>().BindConfiguration("Shutdown", Strict).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<HostOptions>().Configure<IOptions<ShutdownOptions>>((host, shutdown) =>
        {
            // All stop at once: claims and consumption do not go on while open calls end (DUR-54).
            host.ServicesStopConcurrently = true;
            host.ShutdownTimeout = TimeSpan.FromSeconds(shutdown.Value.Seconds + ShutdownOptions.FlushSeconds);
        });
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => CreateDataSource(provider, service, provider.GetRequiredService<IOptions<DurableOptions>>().Value.PoolSize - ReservedConnections.Count));
        services.AddSingleton(provider => new ReservedConnections(CreateDataSource(provider, service, ReservedConnections.Count)));
        services.AddSingleton<SteadyTime>();
        services.AddSingleton<FirstTurns>();
        services.AddSingleton<DurableDatabase>();
        services.AddSingleton(provider => CreateMigrator(provider, service, migrations));
        services.AddHostedService<MigrationStarter>();
        services.AddSingleton<MigrationHistory>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database", HealthStatus.Unhealthy, ["ready"]);

        services.AddSingleton<WakeSignal>();
        services.AddHostedService(provider => new HintExchange(
            service,
            provider.GetRequiredService<WakeSignal>(),
            provider.GetRequiredService<JobQueue>(),
            provider.GetService<IConnectionMultiplexer>(),
            provider.GetRequiredService<ILogger<HintExchange>>()));
        services.AddSingleton<OutboxStore>();
        services.AddSingleton(provider => new OutboxBacklog(
            provider.GetRequiredService<OutboxStore>(),
            provider.GetRequiredService<IOptions<OutboxOptions>>(),
            provider.GetRequiredService<FirstTurns>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetRequiredService<ILogger<OutboxBacklog>>()));
        services.AddHostedService(provider => provider.GetRequiredService<OutboxBacklog>());
        services.AddSingleton<IConnectionFactory>(provider => new ConnectionFactory
        {
            Uri = new Uri(RequiredConnectionString(provider, "rabbitmq")),
            ClientProvidedName = $"{service} outbox",
            AutomaticRecoveryEnabled = false,
        });
        services.AddHostedService<OutboxRelay>();

        services.AddSingleton(new ServiceName(service));
        services.TryAddSingleton<IDeadLetterMask, StructureMask>();
        services.AddSingleton<DeadLetterStore>();
        services.AddSingleton<DeadLetterDesk>();
        services.AddSingleton<ReplayDesk>();
        services.AddHostedService<DeadLetterWatch>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<DeniedCalls>();
        services.AddHostedService(provider => provider.GetRequiredService<DeniedCalls>());
        services.AddSingleton<IdempotentCalls>();
        services.AddSingleton<InboxStore>();
        services.AddSingleton<DeadMessageFilter>();
        services.AddHostedService<Retention>();
        var durable = new DurableBuilder(service, ConfigureInbox);
        durable.AddJob<ReplayHandler>(ReplayHandler.Kind);
        configure?.Invoke(durable);
        services.AddSingleton(provider => new JobQueue(durable.Jobs, provider.GetRequiredService<SteadyTime>()));
        services.AddSingleton(provider => new PolicyBook(
            provider.GetRequiredService<NpgsqlDataSource>(), durable.Policies, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PolicyBook>>()));
        services.AddSingleton<PolicyDesk>();
        services.AddHostedService<PolicyStarter>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<JobDesk>();
        services.AddSingleton<JobMetrics>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService<RecurrencePlanner>();
        services.AddHostedService(provider => provider.GetRequiredService<JobMetrics>());
        services.AddHostedService<JobKeeper>();
        services.AddHostedService<JobWorker>();
        services.AddMassTransit(bus =>
        {
            durable.Register(bus);
            bus.UsingRabbitMq(Connect);
        });
        services.RemoveMassTransitHostedService();
        services.AddSingleton(provider => new BusKeeper(
            provider.GetRequiredService<IBusControl>(),
            () => new RabbitMqRegistrationBusFactory(Connect).CreateBus(provider.GetRequiredService<IBusRegistrationContext>(), [], "bus").BusControl,
            provider.GetRequiredService<ILogger<BusKeeper>>()));
        services.AddHostedService(provider => provider.GetRequiredService<BusKeeper>());
        services.Configure<HealthCheckServiceOptions>(health =>
        {
            foreach (var check in health.Registrations.Where(check => check.Tags.Contains("masstransit")))
                check.Factory = provider => provider.GetRequiredService<BusKeeper>();
        });
        return builder;

        void Connect(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator rabbit)
        {
            rabbit.Host(new Uri(RequiredConnectionString(context, "rabbitmq")));
            durable.ConfigureEndpoints(rabbit, context);
        }
    }

    private static void Strict(BinderOptions options) => options.ErrorOnUnknownConfiguration = true;

    private static void ConfigureInbox(IReceiveEndpointConfigurator endpoint, IRegistrationContext provider)
    {
        var dead = provider.GetRequiredService<DeadMessageFilter>();
        endpoint.ConfigureError(pipe => pipe.UseFilter(dead));
        endpoint.ConfigureDeadLetter(pipe => pipe.UseFilter(dead));
        endpoint.UseConsumeFilter(typeof(InboxFilter<>), provider);
    }

    // Where the schema has an owner of its own, the service's role may only read and write rows (DUR-7).
    private static Migrator CreateMigrator(IServiceProvider provider, string service, Assembly migrations)
    {
        var database = RequiredConnectionString(provider, "database");
        var owner = provider.GetRequiredService<IConfiguration>().GetConnectionString("database-owner");
        return new Migrator(
            owner ?? database,
            service,
            migrations,
            provider.GetRequiredService<IOptions<DurableOptions>>().Value.MigrationLockTimeout,
            provider.GetRequiredService<ILogger<Migrator>>(),
            provider.GetServices<MigrationSet>())
        {
            ServiceRole = owner is null ? null : new NpgsqlConnectionStringBuilder(database).Username,
        };
    }

    private static NpgsqlDataSource CreateDataSource(IServiceProvider provider, string service, int size)
    {
        var connection = new NpgsqlConnectionStringBuilder(RequiredConnectionString(provider, "database"))
        {
            ApplicationName = service,
            MaxPoolSize = size,
            MaxAutoPrepare = 100,
            // Nothing here leaves anything in a session: its seven statements would cost more than those of an idle service.
            NoResetOnClose = true,
            // No statement here lasts as long as its compilation would. The last ends the session, and with it the locks, of a process that hangs while its results are on their way.
            Options = "-c jit=off -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s -c tcp_user_timeout=30s",
        };
        return new NpgsqlDataSourceBuilder(connection.ConnectionString)
            .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())
            // No migration makes types of its own, so none has to be looked up before the first statement.
            .ConfigureTypeLoading(types => types.EnableTypeLoading(false))
            .Build();
    }

    private static string RequiredConnectionString(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IConfiguration>().GetConnectionString(name)
        ?? throw new InvalidOperationException($"ConnectionStrings:{name} is not set.");
}

using System.Net;
using ContactCenter.Durable;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Egress.Destinations;
using ContactCenter.Egress.Guard;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.Limits;
using ContactCenter.Egress.OAuth;
using ContactCenter.Egress.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using StackExchange.Redis;

namespace ContactCenter.Egress;

/// <summary>Adds Egress to a service.</summary>
public static class EgressSetup
{
    /// <summary>
    /// Adds <see cref="EgressClient"/>, <see cref="EgressConnector"/>, <see cref="SecretKeyRing"/> and what they need, and masks
    /// secrets in everything that is logged. Shares state by the registered <see cref="IConnectionMultiplexer"/>, if there is
    /// one. After <see cref="DurableSetup.AddDurable"/> also adds what is stored: <see cref="DestinationDesk"/>,
    /// <see cref="GrantStore"/>, <see cref="GrantDesk"/>, <see cref="SecretDesk"/> and <see cref="SecretRotation"/>.
    /// </summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="service">The service's resource name, such as <c>crm-connector</c>; separates the state of services in Redis.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">A setting is unknown or out of range.</exception>
    public static IHostApplicationBuilder AddEgress(this IHostApplicationBuilder builder, string service)
    {
        var options = EgressOptions.Read(builder.Configuration);
        var registry = new SecretRegistry();
        var keys = SecretKeyRing.Read(builder.Configuration, registry);
        var isDevelopment = builder.Environment.IsDevelopment();

        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<HostResolver>(static (host, cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken));
        services.AddSingleton(options);
        services.AddSingleton(registry);
        services.AddSingleton(keys);
        var redactor = new Redactor(options.RedactedNames, registry);
        services.AddSingleton(redactor);
        services.AddLogging();
        services.AddSingleton<ILoggerFactory>(provider => new RedactingLoggerFactory(
            new LoggerFactory(
                provider.GetServices<ILoggerProvider>(),
                provider.GetRequiredService<IOptionsMonitor<LoggerFilterOptions>>(),
                provider.GetRequiredService<IOptions<LoggerFactoryOptions>>()),
            redactor));
        services.AddSingleton(provider => isDevelopment ? OwnListeners.None : new OwnListeners(() => PortsOf(provider)));
        services.AddSingleton<EgressGuard>();
        services.AddSingleton<EgressConnector>();
        services.AddSingleton<EgressTransport>();
        services.AddSingleton(provider => new DestinationBook(
            provider.GetService<DestinationStore>(), keys, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DestinationBook>>()));
        services.AddSingleton(provider => new DestinationGate(
            StateOf(provider, service, options),
            provider.GetServices<IBreakerObserver>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DestinationGate>>()));
        services.AddSingleton(provider => ClientOf(provider, provider.GetService<AccessTokens>()));
        services.AddSingleton(provider => new LiveTester(
            provider.GetRequiredService<EgressClient>(),
            provider.GetRequiredService<DestinationGate>(),
            provider.GetRequiredService<Redactor>()));
        if (services.Any(added => added.ServiceType == typeof(DurableDatabase)))
            AddStored(services, service, keys);
        return builder;
    }

    /// <summary>Maps <c>GET /oauth/callback</c>, where providers send people back to (EGR-25); it needs no API key.</summary>
    /// <param name="endpoints">The service's endpoints.</param>
    /// <returns>The endpoint.</returns>
    public static IEndpointConventionBuilder MapOAuthCallback(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/oauth/callback", static async (HttpContext context, AuthorizationFlow flow) =>
        {
            var query = context.Request.Query;
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            return await flow.CompleteAsync(query["state"], query["code"], query["error"], context.RequestAborted)
                ? Results.Text("Authorised. You may close this page.")
                : Results.Text("Bad request.", statusCode: StatusCodes.Status400BadRequest);
        }).AllowAnonymous();

    /// <summary>What is kept in the service's database: destinations, grants and secrets.</summary>
    private static void AddStored(IServiceCollection services, string service, SecretKeyRing keys)
    {
        services.AddSingleton(new MigrationSet("egress", typeof(EgressSetup).Assembly));
        services.AddSingleton<DestinationStore>();
        services.AddSingleton(provider => new DestinationDesk(
            provider.GetRequiredService<DestinationStore>(),
            provider.GetRequiredService<DestinationGate>(),
            keys,
            service,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new BreakerEvents(
            provider.GetRequiredService<DurableDatabase>(),
            service,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<BreakerEvents>>()));
        services.AddSingleton<IBreakerObserver>(provider => provider.GetRequiredService<BreakerEvents>());
        services.AddHostedService(provider => provider.GetRequiredService<BreakerEvents>());

        services.AddSingleton(provider => new GrantStore(
            provider.GetRequiredService<DurableDatabase>(), keys, service, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new TokenCache(
            provider.GetService<IConnectionMultiplexer>(), service, keys, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new TokenEndpoint(ClientOf(provider, tokens: null), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<AuthorizationFlow>();
        services.AddSingleton(provider => new GrantDesk(
            provider.GetRequiredService<GrantStore>(),
            provider.GetRequiredService<AuthorizationFlow>(),
            provider.GetRequiredService<TokenCache>()));

        services.AddSingleton<IDeadLetterMask, DeadLetterMask>();
        services.AddSingleton<SecretDesk>();
        foreach (var column in SecretColumn.OfEgress)
            services.AddSingleton(column);
        services.AddSingleton(provider => new SecretRotation(
            provider.GetRequiredService<NpgsqlDataSource>(),
            keys,
            provider.GetServices<SecretColumn>(),
            provider.GetRequiredService<FirstTurns>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SecretRotation>>()));
        services.AddHostedService(provider => provider.GetRequiredService<SecretRotation>());
    }

    private static EgressClient ClientOf(IServiceProvider provider, AccessTokens? tokens) => new(
        provider.GetRequiredService<EgressTransport>(),
        provider.GetRequiredService<EgressGuard>(),
        provider.GetRequiredService<DestinationBook>(),
        provider.GetRequiredService<DestinationGate>(),
        tokens,
        provider.GetRequiredService<TimeProvider>());

    private static IDestinationState StateOf(IServiceProvider provider, string service, EgressOptions options)
    {
        var local = new LocalDestinationState(options.AssumedReplicas);
        return provider.GetService<IConnectionMultiplexer>() is { } redis
            ? new SharedDestinationState(
                new RedisDestinationState(redis, service),
                local,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<SharedDestinationState>>())
            : local;
    }

    private static HashSet<int> PortsOf(IServiceProvider provider) =>
        [.. (provider.GetService<Microsoft.AspNetCore.Hosting.Server.IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
            .Select(address => BindingAddress.Parse(address).Port)];
}

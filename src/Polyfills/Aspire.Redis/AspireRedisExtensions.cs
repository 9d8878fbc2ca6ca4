using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers Redis connections by the name of their connection string.</summary>
public static class AspireRedisExtensions
{
    private const string SectionName = "Aspire:StackExchange:Redis";

    /// <summary>
    /// Registers <see cref="IConnectionMultiplexer"/>, connected on first use, and the health check
    /// <c>StackExchange.Redis</c>. An absent server does not fail the start: the connection comes up when the server does.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="connectionName">The connection string's name, such as <c>redis</c>.</param>
    /// <param name="configureSettings">Changes the settings after they were read from the configuration.</param>
    /// <param name="configureOptions">Changes the options after the connection string was parsed.</param>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        var settings = Settings(builder, connectionName, configureSettings);
        builder.Services.AddSingleton(services => Connection(services, settings, connectionName, configureOptions));
        builder.Services.AddSingleton(services => services.GetRequiredService<RedisConnection>().Multiplexer);
        builder.AddRedisHealthCheck(settings, "StackExchange.Redis", services => services.GetRequiredService<RedisConnection>());
    }

    /// <summary>The same under a service key, for a second server; the health check is <c>StackExchange.Redis_{name}</c>.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="name">The service key and the connection string's name.</param>
    /// <param name="configureSettings">Changes the settings after they were read from the configuration.</param>
    /// <param name="configureOptions">Changes the options after the connection string was parsed.</param>
    public static void AddKeyedRedisClient(
        this IHostApplicationBuilder builder,
        string name,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        var settings = Settings(builder, name, configureSettings);
        builder.Services.AddKeyedSingleton(name, (services, _) => Connection(services, settings, name, configureOptions));
        builder.Services.AddKeyedSingleton(name, (services, _) => services.GetRequiredKeyedService<RedisConnection>(name).Multiplexer);
        builder.AddRedisHealthCheck(
            settings, $"StackExchange.Redis_{name}", services => services.GetRequiredKeyedService<RedisConnection>(name));
    }

    private static StackExchangeRedisSettings Settings(
        IHostApplicationBuilder builder, string name, Action<StackExchangeRedisSettings>? configure)
    {
        var settings = new StackExchangeRedisSettings();
        var section = builder.Configuration.GetSection(SectionName);
        section.Bind(settings);
        section.GetSection(name).Bind(settings);
        if (builder.Configuration.GetConnectionString(name) is { } connectionString)
            settings.ConnectionString = connectionString;
        configure?.Invoke(settings);
        return settings;
    }

    private static RedisConnection Connection(
        IServiceProvider services, StackExchangeRedisSettings settings, string name, Action<ConfigurationOptions>? configure)
    {
        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
            throw new InvalidOperationException(
                $"The Redis connection string is missing: set 'ConnectionStrings:{name}' or '{SectionName}:ConnectionString'.");
        var options = ConfigurationOptions.Parse(settings.ConnectionString);
        if (!settings.ConnectionString.Contains("abortConnect", StringComparison.OrdinalIgnoreCase))
            options.AbortOnConnectFail = false;
        configure?.Invoke(options);
        return new RedisConnection(options, services.GetRequiredService<ILogger<RedisConnection>>());
    }

    private static void AddRedisHealthCheck(
        this IHostApplicationBuilder builder, StackExchangeRedisSettings settings, string name,
        Func<IServiceProvider, RedisConnection> connection)
    {
        if (!settings.DisableHealthChecks)
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                name, services => new RedisHealthCheck(connection(services)), failureStatus: null, tags: null));
    }
}

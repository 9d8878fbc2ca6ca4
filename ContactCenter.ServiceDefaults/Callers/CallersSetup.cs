using ContactCenter.Durable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>Gives a service its API keys.</summary>
public static class CallersSetup
{
    /// <summary>
    /// Lets callers with a key of this service in (SEC-6 to SEC-11); the keys live in the service's database, and the first
    /// ones come from <c>ApiKeys:Bootstrap</c>. Without this call a service answers health alone.
    /// </summary>
    /// <param name="builder">The service's builder, after <c>AddServiceDefaults</c> and <c>AddDurable</c>.</param>
    /// <param name="area">What the service answers for, the first part of its scopes: <c>crm</c>.</param>
    /// <param name="ownScopes">Scopes besides read, write, operate and admin, without the area: <c>agent</c>.</param>
    /// <returns>The same builder.</returns>
    public static IHostApplicationBuilder AddCallers(this IHostApplicationBuilder builder, string area, params IEnumerable<string> ownScopes)
    {
        var services = builder.Services;
        services.AddSingleton(new MigrationSet("callers", typeof(CallersSetup).Assembly));
        services.AddSingleton(new ServiceArea(area, ownScopes));
        services.AddSingleton<ApiKeyCache>();
        services.AddSingleton<FailureLimiter>();
        services.AddSingleton<PageRules>();
        services.AddSingleton<KeyUses>();
        services.AddSingleton<CallerCheck>();
        services.AddSingleton(provider => new ApiKeyDesk(
            provider.GetRequiredService<NpgsqlDataSource>(),
            provider.GetRequiredService<ServiceArea>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<ApiKeyStarter>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyUses>());
        return builder;
    }
}

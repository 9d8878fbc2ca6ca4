using ContactCenter.Durable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>Stores the configured keys and reads all of them, before the service takes its first call.</summary>
internal sealed partial class ApiKeyStarter(
    DurableDatabase database, IConfiguration configuration, ServiceArea area, ApiKeyCache cache, TimeProvider clock, ILogger<ApiKeyStarter> logger)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var configured = BootstrapKey.ReadAll(configuration, area, clock.GetUtcNow());
        if (configured.Count > 0)
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            // In one order everywhere, so that replicas which start together do not wait for each other in a circle.
            foreach (var key in configured.OrderBy(key => key.Info.Id, StringComparer.Ordinal))
                await ApiKeyStore.PutAsync(transaction.Connection, key.Info, key.SecretHash);
            await transaction.CommitAsync(cancellationToken);
        }

        await cache.LoadAsync(cancellationToken);
        foreach (var key in configured.Where(key => key.Info.ExpireTime <= clock.GetUtcNow()))
            LogExpired(key.Info.Id, key.Info.ExpireTime);
        if (cache.Count == 0)
            LogNoKey(area.Name);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning, "No API key is valid: every call of {Area} is refused until one is configured (ApiKeys:Bootstrap) or created")]
    private partial void LogNoKey(string area);

    [LoggerMessage(2, LogLevel.Warning, "The configured API key {Id} has expired at {ExpireTime}")]
    private partial void LogExpired(string id, DateTimeOffset expireTime);
}

using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ContactCenter.Durable.Retries;

/// <summary>Stores the policies that the service's program defines, before any job runs.</summary>
internal sealed class PolicyStarter(NpgsqlDataSource dataSource, PolicyBook policies, TimeProvider timeProvider) : IHostedService
{
    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (policies.Own.Count == 0)
            return;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await PolicyStore.SeedAsync(connection, policies.Own, timeProvider.GetUtcNow());
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ContactCenter.Durable;

/// <summary>Healthy while the database answers within a second.</summary>
internal sealed class DatabaseHealth(ReservedConnections reserved) : IHealthCheck
{
    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            await using var command = reserved.DataSource.CreateCommand("SELECT 1");
            await command.ExecuteNonQueryAsync(limit.Token);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.", exception);
        }
    }
}

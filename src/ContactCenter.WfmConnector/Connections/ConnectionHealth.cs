using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>Degraded while CXone should be told and is not; the service stays ready (WFM-15).</summary>
/// <param name="store">Knows how the connection is.</param>
public sealed class ConnectionHealth(ConnectionStore store) : IHealthCheck
{
    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await store.ReadAsync(cancellationToken) is { State: not (ConnectionState.Connected or ConnectionState.Paused) } connection
            ? HealthCheckResult.Degraded($"The connection to CXone is {ConnectionStore.WordOf(connection.State)}.")
            : HealthCheckResult.Healthy();
}

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ContactCenter.ServiceDefaults.Health;

/// <summary>Reports the failure of a server that the service can do without for a while as degraded: still ready.</summary>
/// <param name="inner">The check of that server.</param>
internal sealed class DispensableHealthCheck(IHealthCheck inner) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var result = await inner.CheckHealthAsync(context, cancellationToken);
            return result.Status == HealthStatus.Unhealthy
                ? HealthCheckResult.Degraded(result.Description, result.Exception, result.Data)
                : result;
        }
        catch (Exception failure)
        {
            return HealthCheckResult.Degraded(exception: failure);
        }
    }
}

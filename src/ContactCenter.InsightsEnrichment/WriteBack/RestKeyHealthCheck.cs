using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>Degraded while TaskRouter refuses the API key of an account: what is written back to it waits (INS-118).</summary>
/// <param name="pauses">Knows the accounts.</param>
public sealed class RestKeyHealthCheck(AccountPauses pauses) : IHealthCheck
{
    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await pauses.RefusedAsync(cancellationToken) is { Count: > 0 } refused
            ? HealthCheckResult.Degraded($"TaskRouter refuses the API key of {string.Join(", ", refused)}.")
            : HealthCheckResult.Healthy();
}

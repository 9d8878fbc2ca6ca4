using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Running;

/// <summary>Asks a resource by HTTP GET whether it is healthy.</summary>
internal sealed class HttpHealthCheck(IHttpClientFactory clients, EndpointReference endpoint, string path, int status) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var address = new Uri(new Uri(endpoint.Url), path);
        try
        {
            using var response = await clients.CreateClient().GetAsync(address, cancellationToken);
            return (int)response.StatusCode == status
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"{address} answers {(int)response.StatusCode} instead of {status}.");
        }
        catch (HttpRequestException)
        {
            return HealthCheckResult.Unhealthy($"{address} does not answer.");
        }
    }
}

using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>The results that the application last published, by the names that callers may ask for.</summary>
internal sealed class PublishedHealth(IOptions<GrpcHealthChecksOptions> options) : IHealthCheckPublisher
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HealthCheckResponse.Types.ServingStatus> _statuses = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewChange();

    /// <summary>The status of a name, and a task that ends when any status changes after it.</summary>
    internal (HealthCheckResponse.Types.ServingStatus Status, Task Changed) Read(string service)
    {
        lock (_gate)
            return (_statuses.GetValueOrDefault(service, HealthCheckResponse.Types.ServingStatus.ServiceUnknown), _changed.Task);
    }

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var isChanged = false;
            foreach (var mapping in options.Value.Services)
            {
                var status = StatusOf(report.Entries
                    .Where(entry => mapping.HealthCheckPredicate(new HealthCheckMapContext(entry.Key, entry.Value.Tags)))
                    .Select(entry => entry.Value.Status));
                isChanged |= !_statuses.TryGetValue(mapping.Name, out var before) || before != status;
                _statuses[mapping.Name] = status;
            }

            if (isChanged)
            {
                _changed.SetResult();
                _changed = NewChange();
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Unhealthy checks make a service not serving; degraded ones do not; without any check its status is unknown.</summary>
    internal static HealthCheckResponse.Types.ServingStatus StatusOf(IEnumerable<HealthStatus> checks)
    {
        var result = HealthCheckResponse.Types.ServingStatus.Unknown;
        foreach (var check in checks)
        {
            if (check == HealthStatus.Unhealthy)
                return HealthCheckResponse.Types.ServingStatus.NotServing;
            result = HealthCheckResponse.Types.ServingStatus.Serving;
        }

        return result;
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

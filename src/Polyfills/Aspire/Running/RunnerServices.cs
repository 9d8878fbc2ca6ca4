using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Running;

/// <summary>What all runners of an application share.</summary>
internal sealed class RunnerServices(
    ResourceNotificationService notifications, ResourceLoggerService logs, IDistributedApplicationEventing eventing, HealthCheckService checks,
    DistributedApplicationExecutionContext execution, OrchestratorOptions options, StartupReport report, TimeProvider time, IServiceProvider provider)
    : IDisposable
{
    private readonly Lock _lock = new();
    private ProcessGuard? _guard;

    public ResourceNotificationService Notifications => notifications;

    public ResourceLoggerService Logs => logs;

    public IDistributedApplicationEventing Eventing => eventing;

    public DistributedApplicationExecutionContext Execution => execution;

    public OrchestratorOptions Options => options;

    public StartupReport Report => report;

    public TimeProvider Time => time;

    public IServiceProvider Provider => provider;

    /// <summary>Is in the environment of every process of this run, as ASPIRE_RUN.</summary>
    public string Run { get; } = Guid.CreateVersion7(time.GetUtcNow()).ToString();

    /// <summary>Ends the processes if this one cannot.</summary>
    public ProcessGuard Guard
    {
        get
        {
            lock (_lock)
                return _guard ??= new ProcessGuard($"ASPIRE_RUN={Run}", TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>Runs health checks; one that takes too long or fails counts as unhealthy.</summary>
    public async Task<ImmutableArray<HealthReportSnapshot>> CheckAsync(IReadOnlySet<string> keys, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.CheckLimit);
        try
        {
            var report = await checks.CheckHealthAsync(check => keys.Contains(check.Name), limit.Token);
            return [.. keys.Select(key => report.Entries.TryGetValue(key, out var entry)
                ? new HealthReportSnapshot(key, entry.Status, entry.Description ?? entry.Exception?.Message, null)
                : new HealthReportSnapshot(key, HealthStatus.Unhealthy, "There is no such health check.", null))];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [.. keys.Select(key => new HealthReportSnapshot(key, HealthStatus.Unhealthy, $"No answer within {options.CheckLimit.TotalSeconds:0} s.", null))];
        }
    }

    /// <summary>One half sentence on the state of a resource.</summary>
    public string Describe(string resource)
    {
        if (!notifications.TryGetCurrentState(resource, out var current))
            return $"'{resource}' is not known";
        var findings = current.Snapshot.HealthReports.Where(report => report.Status != HealthStatus.Healthy).Select(report => report.Description);
        return $"'{resource}' is {current.Snapshot.State?.Text}{string.Concat(findings.Select(finding => $" ({finding})"))}";
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _guard?.Dispose();
            _guard = null;
        }
    }
}

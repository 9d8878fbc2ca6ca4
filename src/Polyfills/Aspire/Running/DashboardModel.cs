using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;

namespace Aspire.Hosting.Running;

/// <summary>The running application as the dashboard shows and commands it.</summary>
internal sealed class DashboardModel(string applicationName, Orchestrator orchestrator, RunnerServices services) : IDashboardModel
{
    private static readonly TimeSpan CommandLimit = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public string ApplicationName => applicationName;

    /// <inheritdoc />
    public async IAsyncEnumerable<IReadOnlyList<DashboardResource>> WatchResourcesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Resources();
        await foreach (var _ in services.Notifications.WatchAsync(cancellationToken))
            yield return Resources();
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<IReadOnlyList<DashboardLogLine>> WatchLogsAsync(
        string? resource, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in services.Logs.WatchAllAsync(resource, cancellationToken))
            yield return [.. batch.Select(entry => new DashboardLogLine(entry.Resource, entry.Line.Content, entry.Line.IsErrorMessage))];
    }

    /// <inheritdoc />
    public IReadOnlyList<DashboardVariable>? EnvironmentOf(string resource) => Find(resource)?.Environment;

    /// <inheritdoc />
    public async Task<DashboardCommandResult> ExecuteAsync(string resource, DashboardCommand command, CancellationToken cancellationToken)
    {
        if (Find(resource) is not { HasProcess: true } runner)
            return new(false, $"There is no process '{resource}'.");
        if (command is DashboardCommand.Stop or DashboardCommand.Restart)
            await runner.StopAsync(CancellationToken.None);
        if (command == DashboardCommand.Stop)
            return new(true, $"{resource} is stopped.");

        await runner.StartAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(CommandLimit);
        try
        {
            var state = (await services.Notifications.WaitForResourceAsync(resource,
                update => update.Snapshot.Ready || (update.Snapshot.State?.Text is { } text && KnownResourceStates.TerminalStates.Contains(text)
                    && !update.Snapshot.StoppedOnRequest), limit.Token)).Snapshot;
            return state.Ready || state.State?.Text == KnownResourceStates.Finished
                ? new(true, $"{resource} runs.")
                : new(false, $"{resource} did not start: see its log.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(false, $"{resource} was started but is not ready after {CommandLimit.TotalSeconds:0} s.");
        }
    }

    private ResourceRunner? Find(string name) =>
        orchestrator.Runners.FirstOrDefault(runner => string.Equals(runner.Resource.Name, name, StringComparison.OrdinalIgnoreCase));

    private IReadOnlyList<DashboardResource> Resources() => [.. orchestrator.Runners.Select(Show)];

    private DashboardResource Show(ResourceRunner runner)
    {
        var resource = runner.Resource;
        var snapshot = services.Notifications.TryGetCurrentState(resource.Name, out var current)
            ? current.Snapshot
            : throw new InvalidOperationException($"'{resource.Name}' has no state.");
        var state = snapshot.StoppedOnRequest && snapshot.State?.Text == KnownResourceStates.Exited ? "Stopped" : snapshot.State!.Text;
        return new DashboardResource(resource.Name, snapshot.ResourceType, state, snapshot.Since)
        {
            Health = snapshot.HealthStatus?.ToString(),
            Checks = [.. snapshot.HealthReports.Select(report => new DashboardCheck(report.Name, $"{report.Status}", report.Description))],
            Endpoints = [.. resource.Annotations.OfType<EndpointAnnotation>()
                .Select(endpoint => new DashboardEndpoint(endpoint.Name, endpoint.AllocatedEndpoint!.UriString))],
            WaitsFor = snapshot.WaitsFor,
            Commands = !runner.HasProcess ? []
                : snapshot.Pid is not null || snapshot.State!.Text == KnownResourceStates.Waiting ? [DashboardCommand.Stop, DashboardCommand.Restart]
                : [DashboardCommand.Start],
            Restarts = snapshot.Restarts,
            Pid = snapshot.Pid,
            ExitCode = snapshot.ExitCode,
            Memory = snapshot.Pid is { } pid ? ProcessTree.Memory(pid) : null,
        };
    }
}

using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;

namespace Aspire.Hosting.Running;

/// <summary>Runs one resource: waits for those it needs, starts its process, watches its health, starts it again after a crash.</summary>
internal sealed class ResourceRunner(IResource resource, RunnerServices services, bool restarts) : IDisposable
{
    private readonly SemaphoreSlim _commands = new(1);
    private readonly TaskCompletionSource _kill = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;
    private int _starts;

    /// <summary>What runs.</summary>
    public IResource Resource => resource;

    /// <summary>Whether it is a process of this machine; otherwise it is a value that others need.</summary>
    public bool HasProcess => resource is ProjectResource or ExecutableResource or ContainerResource;

    /// <summary>The environment of the last start.</summary>
    public IReadOnlyList<DashboardVariable> Environment { get; private set; } = [];

    private OrchestratorOptions Options => services.Options;

    /// <summary>Begins to run; does nothing if it runs.</summary>
    public async Task StartAsync()
    {
        await _commands.WaitAsync();
        try
        {
            if (!_run.IsCompleted)
                return;
            _stop.Dispose();
            _stop = new();
            _run = RunAsync(_stop.Token);
        }
        finally
        {
            _commands.Release();
        }
    }

    /// <summary>Stops; does nothing if it does not run.</summary>
    /// <param name="cancellationToken">Kills instead of asking.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _commands.WaitAsync(CancellationToken.None);
        try
        {
            using var kill = cancellationToken.Register(() => _kill.TrySetResult());
            await _stop.CancelAsync();
            await _run;
        }
        finally
        {
            _commands.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _stop.Dispose();
        _commands.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await WaitForOthersAsync(stop);
            if (HasProcess)
            {
                await RunProcessesAsync(stop);
            }
            else
            {
                Publish(KnownResourceStates.Running);
                await WatchHealthAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Publish(KnownResourceStates.Exited, snapshot => snapshot with { StoppedOnRequest = true });
        }
        catch (Exception exception)
        {
            services.Logs.Append(resource.Name, exception.Message, isError: true);
            services.Report.Failed(resource, exception is DistributedApplicationException ? exception.Message : exception.ToString());
            Publish(KnownResourceStates.FailedToStart);
        }
    }

    private async Task WaitForOthersAsync(CancellationToken stop)
    {
        var waits = References.Waits(resource).ToList();
        if (waits.Count == 0)
            return;
        Publish(KnownResourceStates.Waiting, snapshot => snapshot with { WaitsFor = [.. waits.Select(wait => wait.Resource.Name)] });
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Options.WaitLimit);
        try
        {
            await Task.WhenAll(waits.Select(wait => WaitForAsync(wait, limit.Token)));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            var open = services.Notifications.TryGetCurrentState(resource.Name, out var own) ? own.Snapshot.WaitsFor : [];
            throw new DistributedApplicationException(
                $"Not ready within {Options.WaitLimit.TotalSeconds:0} s: {string.Join("; ", open.Select(services.Describe))}.");
        }
    }

    private async Task WaitForAsync(WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var name = wait.Resource.Name;
        var completion = wait.WaitType == WaitType.WaitForCompletion;
        var state = (await services.Notifications.WaitForResourceAsync(name, update =>
            update.Snapshot.State?.Text == KnownResourceStates.FailedToStart
            || (completion ? KnownResourceStates.TerminalStates.Contains(update.Snapshot.State?.Text) : update.Snapshot.Ready), cancellationToken)).Snapshot;
        if (state.State?.Text == KnownResourceStates.FailedToStart)
            throw new DistributedApplicationException($"Needs '{name}', which did not start.");
        if (completion && state.ExitCode != wait.ExitCode)
            throw new DistributedApplicationException($"Needs '{name}', which ended with exit code {state.ExitCode} instead of {wait.ExitCode}.");
        Publish(null, snapshot => snapshot with { WaitsFor = snapshot.WaitsFor.Remove(name) });
    }

    private async Task RunProcessesAsync(CancellationToken stop)
    {
        var backOff = Options.FirstBackOff;
        while (true)
        {
            Publish(KnownResourceStates.Starting, snapshot => snapshot with { Restarts = _starts++, ExitCode = null, StoppedOnRequest = false });
            var began = services.Time.GetTimestamp();
            var code = await RunProcessAsync(stop);
            if (code == 0 || !restarts)
                return;
            if (services.Time.GetElapsedTime(began) >= Options.StableAfter)
                backOff = Options.FirstBackOff;
            services.Report.Crashed(resource, code, backOff, services.Logs.Last(resource.Name, 15));
            await Task.Delay(backOff, services.Time, stop);
            backOff = backOff * 2 < Options.LongestBackOff ? backOff * 2 : Options.LongestBackOff;
        }
    }

    private async Task<int> RunProcessAsync(CancellationToken stop)
    {
        (var start, Environment) = await ProcessStarts.CreateAsync(resource, services.Execution, stop);
        var child = ChildProcess.Start(start, services.Guard, services.Run, resource.Name,
            (line, isError) => services.Logs.Append(resource.Name, line, isError));
        Publish(KnownResourceStates.Running, snapshot => snapshot with { Pid = child.Pid });
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var health = WatchHealthAsync(watch.Token);
        try
        {
            await child.Exited.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            Publish(KnownResourceStates.Stopping);
            if (!await child.StopAsync(Options.StopLimit, _kill.Task))
                services.Report.Killed(resource, Options.StopLimit);
            var stopped = await child.Exited;
            Publish(null, snapshot => snapshot with { Pid = null, ExitCode = stopped });
            throw;
        }
        finally
        {
            await watch.CancelAsync();
            await health.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var code = await child.Exited;
        Publish(code == 0 ? KnownResourceStates.Finished : KnownResourceStates.Exited, snapshot => snapshot with { Pid = null, ExitCode = code });
        return code;
    }

    private async Task WatchHealthAsync(CancellationToken stop)
    {
        var began = services.Time.GetTimestamp();
        var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key).ToHashSet();
        var told = false;
        while (true)
        {
            var reports = keys.Count == 0 ? [] : await services.CheckAsync(keys, stop);
            var healthy = reports.All(report => report.Status == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy);
            Publish(null, snapshot => snapshot with { HealthReports = reports, Ready = snapshot.Ready && healthy });
            if (healthy && !told)
                healthy = told = await TellReadyAsync(stop);
            if (healthy && Publish(null, snapshot => snapshot with { Ready = true }) && HasProcess)
                services.Report.Ready(resource, services.Time.GetElapsedTime(began));
            if (keys.Count == 0 && told)
                await Task.Delay(Timeout.InfiniteTimeSpan, services.Time, stop);
            await Task.Delay(healthy ? Options.CheckWhileHealthy : Options.CheckWhileUnhealthy, services.Time, stop);
        }
    }

    private async Task<bool> TellReadyAsync(CancellationToken stop)
    {
        try
        {
            await services.Eventing.PublishAsync(new ResourceReadyEvent(resource, services.Provider), stop);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            services.Logs.Append(resource.Name, $"What follows the start failed: {exception.Message}", isError: true);
            return false;
        }
    }

    /// <summary>Changes the state.</summary>
    /// <returns>Whether it was another one before.</returns>
    private bool Publish(string? state, Func<CustomResourceSnapshot, CustomResourceSnapshot>? change = null)
    {
        var changed = false;
        services.Notifications.Publish(resource, old =>
        {
            var next = state is null ? old : old with
            {
                State = state,
                Since = services.Time.GetUtcNow(),
                Ready = false,
                WaitsFor = [],
                HealthReports = [],
            };
            next = change is null ? next : change(next);
            changed = !Same(old, next);
            return changed ? next : null;
        });
        return changed;
    }

    private static bool Same(CustomResourceSnapshot old, CustomResourceSnapshot next) =>
        old with { HealthReports = [], WaitsFor = [] } == next with { HealthReports = [], WaitsFor = [] }
        && old.HealthReports.SequenceEqual(next.HealthReports) && old.WaitsFor.SequenceEqual(next.WaitsFor);
}

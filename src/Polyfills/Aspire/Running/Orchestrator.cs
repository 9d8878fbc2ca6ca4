using System.Net;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Running;

/// <summary>Starts all resources, each when those it needs are ready, and stops them in the opposite order.</summary>
internal sealed class Orchestrator(
    IResourceCollection resources, RunnerServices services, DistributedApplicationOptions application, IConfiguration configuration,
    IHostEnvironment environment) : IHostedService, IDisposable
{
    private readonly Dictionary<IResource, ResourceRunner> _runners = [];
    private readonly CancellationTokenSource _stopping = new();
    private DashboardServer? _dashboard;
    private Task _report = Task.CompletedTask;

    /// <summary>The resources in the order in which they were added, without parameters.</summary>
    public IEnumerable<ResourceRunner> Runners => _runners.Values;

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            throw new DistributedApplicationException("This stand-in for Aspire runs on Linux; elsewhere build with UpstreamAspire=true.");
        AllocateEndpoints();
        foreach (var resource in resources.Where(resource => resource is not ParameterResource))
        {
            // Whoever is waited for to its end, and whoever the configuration says, runs once.
            var once = configuration[$"Restart:{resource.Name}"] == "never"
                || resources.Any(other => References.Waits(other).Any(wait => wait.Resource == resource && wait.WaitType == WaitType.WaitForCompletion));
            _runners[resource] = new ResourceRunner(resource, services, restarts: !once);
            services.Notifications.Publish(resource, snapshot => snapshot with { State = KnownResourceStates.NotStarted, Since = services.Time.GetUtcNow() });
        }

        CheckOrder();
        if (!application.DisableDashboard)
            _dashboard = await StartDashboardAsync(cancellationToken);
        var automatic = Runners.Where(runner => !runner.Resource.Annotations.OfType<ExplicitStartupAnnotation>().Any()).ToList();
        foreach (var runner in automatic)
            await runner.StartAsync();
        _report = ReportStartAsync(automatic);
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var force = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var again = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            force.Cancel();
        });
        services.Report.Stopping();
        await _stopping.CancelAsync();
        await _report.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        var order = StartOrder();
        var stops = new Dictionary<IResource, Task>();
        for (var i = order.Count - 1; i >= 0; i--)
        {
            var resource = order[i];
            // Only those later in the order: services may use each other in a circle.
            var users = order.Skip(i + 1).Where(other => References.Uses(other).Contains(resource)).Select(other => stops[other]).ToList();
            stops[resource] = StopAfterAsync(users, _runners[resource], force.Token);
        }

        await Task.WhenAll(stops.Values);
        if (_dashboard is not null)
            await _dashboard.DisposeAsync();
        services.Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _stopping.Dispose();
        foreach (var runner in Runners)
            runner.Dispose();
    }

    private static async Task StopAfterAsync(IEnumerable<Task> users, ResourceRunner runner, CancellationToken force)
    {
        await Task.WhenAll(users);
        await runner.StopAsync(force);
    }

    private void AllocateEndpoints()
    {
        var ports = new FreePorts();
        var endpoints = resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => (resource, endpoint))).ToList();
        foreach (var (resource, endpoint) in endpoints)
        {
            if (Wanted(resource, endpoint) is { } port)
                ports.Reserve(port);
        }

        foreach (var (resource, endpoint) in endpoints)
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, IPAddress.Loopback.ToString(), Wanted(resource, endpoint) ?? ports.Take());
    }

    // Inside a container everybody can listen on the same port; on the machine the port that the process listens on is the one.
    private static int? Wanted(IResource resource, EndpointAnnotation endpoint) =>
        resource is ContainerResource ? endpoint.Port : endpoint.Port ?? endpoint.TargetPort;

    private void CheckOrder()
    {
        foreach (var resource in _runners.Keys)
        {
            var reached = new HashSet<IResource>();
            var open = new Stack<IResource>(References.Waits(resource).Select(wait => wait.Resource));
            while (open.TryPop(out var next))
            {
                if (next == resource)
                    throw new DistributedApplicationException($"'{resource.Name}' waits for itself, by way of others. Remove one of the WaitFor calls.");
                if (!_runners.ContainsKey(next) && next is not ParameterResource)
                    throw new DistributedApplicationException($"'{resource.Name}' waits for '{next.Name}', which is not part of the application.");
                if (reached.Add(next))
                {
                    foreach (var wait in References.Waits(next))
                        open.Push(wait.Resource);
                }
            }
        }
    }

    // Everybody after those it waits for and, where there is no circle, after those it uses.
    private List<IResource> StartOrder()
    {
        var order = new List<IResource>();
        var seen = new HashSet<IResource>();
        foreach (var resource in _runners.Keys)
            Visit(resource);
        return order;

        void Visit(IResource resource)
        {
            if (!_runners.ContainsKey(resource) || !seen.Add(resource))
                return;
            foreach (var other in References.Uses(resource))
                Visit(other);
            order.Add(resource);
        }
    }

    private async Task<DashboardServer> StartDashboardAsync(CancellationToken cancellationToken)
    {
        var port = int.TryParse(configuration["Dashboard:Port"], out var configured) ? configured : 0;
        try
        {
            return await DashboardServer.StartAsync(
                new DashboardModel(environment.ApplicationName, this, services), port, configuration["Dashboard:Token"], cancellationToken);
        }
        catch (IOException exception)
        {
            throw new DistributedApplicationException($"The dashboard cannot listen on port {port}: {exception.Message} Configure another Dashboard__Port.", exception);
        }
    }

    private async Task ReportStartAsync(List<ResourceRunner> automatic)
    {
        await Task.WhenAll(automatic.Select(runner => services.Notifications.WaitForResourceAsync(runner.Resource.Name,
            update => update.Snapshot.Ready || KnownResourceStates.TerminalStates.Contains(update.Snapshot.State?.Text), _stopping.Token)));
        services.Report.Started(resources, _dashboard?.LoginUrl);
    }
}

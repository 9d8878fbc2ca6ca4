using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Running;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Polyfills.Aspire.Tests.Hosting;

/// <summary>An application of one test, with a folder of its own; nothing of it outlives the test.</summary>
internal sealed class TestApplication : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly DistributedApplication _application;

    private TestApplication(DistributedApplication application)
    {
        _application = application;
        Model = new DashboardModel("test", application.Services.GetRequiredService<Orchestrator>(), application.Services.GetRequiredService<RunnerServices>());
    }

    /// <summary>What the dashboard shows.</summary>
    public DashboardModel Model { get; }

    /// <summary>The entry that is in the environment of every process of the application.</summary>
    public string Marker => $"ASPIRE_RUN={_application.Services.GetRequiredService<RunnerServices>().Run}";

    /// <summary>Starts an application.</summary>
    /// <param name="describe">Adds the resources.</param>
    /// <param name="options">Limits other than those of a real application.</param>
    /// <param name="time">The clock.</param>
    public static async Task<TestApplication> StartAsync(
        Action<IDistributedApplicationBuilder> describe, OrchestratorOptions? options = null, TimeProvider? time = null)
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        builder.Services.AddSingleton((options ?? new()) with { CheckWhileUnhealthy = TimeSpan.FromMilliseconds(20) });
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        describe(builder);
        var application = new TestApplication(builder.Build());
        try
        {
            await application._application.StartAsync(TestContext.Current.CancellationToken).WaitAsync(Limit);
            return application;
        }
        catch
        {
            await application._application.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for a state.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="state">One of <see cref="KnownResourceStates"/>.</param>
    public Task<CustomResourceSnapshot> UntilAsync(string resource, string state) => UntilAsync(resource, snapshot => snapshot.State?.Text == state);

    /// <summary>Waits until a resource is as described.</summary>
    public async Task<CustomResourceSnapshot> UntilAsync(string resource, Func<CustomResourceSnapshot, bool> condition)
    {
        try
        {
            return (await _application.ResourceNotifications.WaitForResourceAsync(
                resource, update => condition(update.Snapshot), TestContext.Current.CancellationToken).WaitAsync(Limit)).Snapshot;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"'{resource}' is {Now(resource)}; its log: {string.Join('\n', Log(resource))}");
        }
    }

    /// <summary>Waits until a resource runs and is healthy.</summary>
    public Task<CustomResourceSnapshot> UntilReadyAsync(string resource) => UntilAsync(resource, snapshot => snapshot.Ready);

    /// <summary>A resource as it is now.</summary>
    public CustomResourceSnapshot Now(string resource) =>
        _application.ResourceNotifications.TryGetCurrentState(resource, out var current) ? current.Snapshot : throw new ArgumentException(resource);

    /// <summary>What a resource's process has written.</summary>
    public IReadOnlyList<string> Log(string resource) => _application.Services.GetRequiredService<ResourceLoggerService>().Last(resource, 1_000);

    /// <summary>What a program that shows its environment has written.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ShownEnvironmentAsync(string resource)
    {
        await UntilAsync(resource, KnownResourceStates.Finished);
        return Log(resource).Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2).DistinctBy(parts => parts[0]).ToDictionary(parts => parts[0], parts => parts[1]);
    }

    /// <summary>A variable as the dashboard lists it.</summary>
    public DashboardVariable Variable(string resource, string name) => Assert.Single(Model.EnvironmentOf(resource)!, variable => variable.Name == name);

    /// <summary>Stops everything.</summary>
    public Task StopAsync() => _application.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Limit);

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None).WaitAsync(Limit);
        await _application.DisposeAsync();
    }
}

/// <summary>Programs of tests.</summary>
internal static class TestPrograms
{
    /// <summary>Adds a Bash script.</summary>
    public static IResourceBuilder<ExecutableResource> AddScript(this IDistributedApplicationBuilder builder, string name, string script) =>
        builder.AddExecutable(name, "bash", Path.GetTempPath(), "-c", script);

    /// <summary>Adds a program that runs until it is stopped.</summary>
    public static IResourceBuilder<ExecutableResource> AddSleeper(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddExecutable(name, "sleep", Path.GetTempPath(), "300");
}

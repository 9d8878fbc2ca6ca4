using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Processes, containers and values that make up an application on this machine.</summary>
/// <param name="host">What runs them.</param>
public class DistributedApplication(IHost host) : IHost, IAsyncDisposable
{
    /// <inheritdoc />
    public IServiceProvider Services => host.Services;

    /// <summary>Tells what state the resources are in.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Begins to put an application together.</summary>
    /// <returns>The builder.</returns>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>Begins to put an application together.</summary>
    /// <param name="args">The command line: configuration as <c>--key value</c>.</param>
    /// <returns>The builder.</returns>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    /// <summary>Begins to put an application together.</summary>
    /// <param name="options">How.</param>
    /// <returns>The builder.</returns>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => new DistributedApplicationBuilder(options);

    /// <summary>Starts everything, in the order that the resources wait for each other; returns before all is up.</summary>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <returns>Ends when everything is under way.</returns>
    public virtual Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

    /// <summary>Stops everything: first whoever uses others, then the others.</summary>
    /// <param name="cancellationToken">Stops less gently.</param>
    /// <returns>Ends when nothing runs any more.</returns>
    public virtual Task StopAsync(CancellationToken cancellationToken = default) => host.StopAsync(cancellationToken);

    /// <summary>Starts everything, waits for Ctrl-C or SIGTERM, and stops everything.</summary>
    /// <param name="cancellationToken">Stops as Ctrl-C does.</param>
    /// <returns>Ends when nothing runs any more.</returns>
    public virtual Task RunAsync(CancellationToken cancellationToken = default) => host.RunAsync(cancellationToken);

    /// <summary>Starts everything, waits for Ctrl-C or SIGTERM, and stops everything.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <inheritdoc />
    public virtual void Dispose()
    {
        GC.SuppressFinalize(this);
        host.Dispose();
    }

    /// <inheritdoc />
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ((IAsyncDisposable)host).DisposeAsync();
    }
}

/// <summary>What the application was built for.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>To run.</summary>
    Run = 0,

    /// <summary>To describe a deployment; the official packages do that.</summary>
    Publish = 1,
}

/// <summary>How the application runs.</summary>
/// <param name="operation">What it was built for.</param>
public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    /// <summary>What it was built for.</summary>
    public DistributedApplicationOperation Operation { get; } = operation;

    /// <summary>Whether it runs.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>Whether it describes a deployment.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;
}

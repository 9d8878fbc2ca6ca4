using System.Reflection;
using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Running;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Puts an application together.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>The program that puts it together.</summary>
    Assembly? AppHostAssembly { get; }

    /// <summary>The folder of the program's project; relative paths begin here.</summary>
    string AppHostDirectory { get; }

    /// <summary>Command line, environment variables and settings files of the program.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>Development, unless configured otherwise.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>Tells what happens.</summary>
    IDistributedApplicationEventing Eventing { get; }

    /// <summary>How the application runs.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>What was added.</summary>
    IResourceCollection Resources { get; }

    /// <summary>The services of the program.</summary>
    IServiceCollection Services { get; }

    /// <summary>Adds a resource.</summary>
    /// <typeparam name="T">Its kind.</typeparam>
    /// <param name="resource">The resource.</param>
    /// <returns>Says more about it.</returns>
    /// <exception cref="DistributedApplicationException">The name is taken or not valid.</exception>
    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    /// <summary>Says more about a resource without adding it.</summary>
    /// <typeparam name="T">Its kind.</typeparam>
    /// <param name="resource">The resource.</param>
    /// <returns>Says more about it.</returns>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource;

    /// <summary>Makes the application; nothing runs yet.</summary>
    /// <returns>The application.</returns>
    DistributedApplication Build();
}

/// <summary>How to put an application together.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The command line.</summary>
    public string[]? Args { get; set; }

    /// <summary>Whether there is no dashboard.</summary>
    public bool DisableDashboard { get; set; }
}

/// <summary>An application cannot be put together or run; the message says what to do.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Something is wrong.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>Something is wrong.</summary>
    /// <param name="message">What, and what to do.</param>
    public DistributedApplicationException(string message) : base(message)
    {
    }

    /// <summary>Something is wrong.</summary>
    /// <param name="message">What, and what to do.</param>
    /// <param name="inner">Why.</param>
    public DistributedApplicationException(string message, Exception inner) : base(message, inner)
    {
    }
}

internal sealed partial class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;

    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = options.Args,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = System.Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? Environments.Development,
        });
        AppHostAssembly = Assembly.GetEntryAssembly();
        AppHostDirectory = AppHostAssembly?.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(metadata => metadata.Key == "apphostprojectpath")?.Value ?? System.Environment.CurrentDirectory;

        // The console belongs to the report on the resources; of the host itself only problems are of interest.
        _host.Logging.SetMinimumLevel(LogLevel.Warning);
        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMinutes(2));
        Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        Services.AddHealthChecks();
        Services.AddHttpClient();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(options);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(Resources);
        Services.AddSingleton(Eventing);
        Services.AddSingleton<ResourceNotificationService>();
        Services.AddSingleton<ResourceLoggerService>();
        Services.AddSingleton<OrchestratorOptions>();
        Services.AddSingleton<StartupReport>();
        Services.AddSingleton<RunnerServices>();
        Services.AddSingleton<Orchestrator>();
        Services.AddHostedService(provider => provider.GetRequiredService<Orchestrator>());
    }

    public Assembly? AppHostAssembly { get; }

    public string AppHostDirectory { get; }

    public ConfigurationManager Configuration => _host.Configuration;

    public IHostEnvironment Environment => _host.Environment;

    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    public DistributedApplicationExecutionContext ExecutionContext { get; } = new(DistributedApplicationOperation.Run);

    public IResourceCollection Resources { get; } = new ResourceCollection();

    public IServiceCollection Services => _host.Services;

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (!ValidName().IsMatch(resource.Name))
            throw new DistributedApplicationException($"'{resource.Name}' is no resource name: use up to 64 letters, digits and single hyphens, beginning with a letter.");
        if (Resources.TryGetByName(resource.Name, out _))
            throw new DistributedApplicationException($"There are two resources named '{resource.Name}'; give one of them another name.");
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build() => new(_host.Build());

    [GeneratedRegex("^[A-Za-z](?:-?[A-Za-z0-9]){0,63}$")]
    private static partial Regex ValidName();
}

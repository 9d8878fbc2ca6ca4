using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What sets environment variables is given.</summary>
/// <param name="executionContext">How the application runs.</param>
/// <param name="resource">Whose variables these are.</param>
/// <param name="environmentVariables">The variables so far.</param>
/// <param name="cancellationToken">Ends the work.</param>
public class EnvironmentCallbackContext(
    DistributedApplicationExecutionContext executionContext, IResource resource,
    Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default)
{
    /// <summary>Texts and values by name.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = environmentVariables ?? [];

    /// <summary>How the application runs.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>Whose variables these are.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Ends the work.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Writes to the resource's log.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;
}

/// <summary>Sets environment variables just before each start.</summary>
/// <param name="callback">Sets them.</param>
public class EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) : IResourceAnnotation
{
    /// <summary>Sets them.</summary>
    public Func<EnvironmentCallbackContext, Task> Callback { get; } = callback;
}

/// <summary>What sets command-line arguments is given.</summary>
/// <param name="args">The arguments so far: texts and values.</param>
/// <param name="resource">Whose arguments these are.</param>
/// <param name="cancellationToken">Ends the work.</param>
public sealed class CommandLineArgsCallbackContext(IList<object> args, IResource resource, CancellationToken cancellationToken = default)
{
    /// <summary>Texts and values.</summary>
    public IList<object> Args { get; } = args;

    /// <summary>Whose arguments these are.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Ends the work.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Sets command-line arguments just before each start.</summary>
/// <param name="callback">Sets them.</param>
public class CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) : IResourceAnnotation
{
    /// <summary>Sets them.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; } = callback;
}

/// <summary>What a resource waits for.</summary>
public enum WaitType
{
    /// <summary>That the other one runs and is healthy.</summary>
    WaitUntilHealthy = 0,

    /// <summary>That the other one has ended.</summary>
    WaitForCompletion = 1,
}

/// <summary>A wait before the start.</summary>
/// <param name="resource">For whom.</param>
/// <param name="waitType">For what.</param>
/// <param name="exitCode">The exit code that counts as done.</param>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>For whom.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>For what.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>The exit code that counts as done.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>A health check, registered with <c>Services.AddHealthChecks()</c>, that says whether a resource is healthy.</summary>
/// <param name="key">The check's name.</param>
public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>The check's name.</summary>
    public string Key { get; } = key;
}

/// <summary>The resource is started by command only.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation;

/// <summary>Says which other resource a resource refers to.</summary>
/// <param name="resource">The other one.</param>
/// <param name="type">How: <c>Reference</c>.</param>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other one.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>How.</summary>
    public string Type { get; } = type;
}

/// <summary>A container's image.</summary>
public sealed class ContainerImageAnnotation : IResourceAnnotation
{
    /// <summary>The image's name.</summary>
    public required string Image { get; set; }

    /// <summary>The image's tag.</summary>
    public string? Tag { get; set; }
}

/// <summary>A container's volume.</summary>
/// <param name="source">The volume's name.</param>
/// <param name="target">The folder inside.</param>
internal sealed class ContainerMountAnnotation(string source, string target) : IResourceAnnotation
{
    /// <summary>The volume's name.</summary>
    public string Source { get; } = source;

    /// <summary>The folder inside.</summary>
    public string Target { get; } = target;
}

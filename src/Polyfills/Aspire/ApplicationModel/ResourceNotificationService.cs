using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states that a resource can be in.</summary>
public static class KnownResourceStates
{
    /// <summary>Not started yet, or started by command only.</summary>
    public static readonly string NotStarted = nameof(NotStarted);

    /// <summary>Waits for other resources.</summary>
    public static readonly string Waiting = nameof(Waiting);

    /// <summary>Its process is being started.</summary>
    public static readonly string Starting = nameof(Starting);

    /// <summary>Its process runs.</summary>
    public static readonly string Running = nameof(Running);

    /// <summary>Its process is being stopped.</summary>
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>Its process ended with a code other than 0, or was stopped.</summary>
    public static readonly string Exited = nameof(Exited);

    /// <summary>Its process ended with code 0.</summary>
    public static readonly string Finished = nameof(Finished);

    /// <summary>It could not be started.</summary>
    public static readonly string FailedToStart = nameof(FailedToStart);

    /// <summary>The states that end a run.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>A state with a name.</summary>
/// <param name="Text">The state.</param>
/// <param name="Style">How to show it.</param>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    /// <summary>A state without a style.</summary>
    /// <param name="s">The state.</param>
    [return: NotNullIfNotNull(nameof(s))]
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new(s, null);
}

/// <summary>What a health check said.</summary>
/// <param name="Name">The check.</param>
/// <param name="Status">What it said; null before it ran.</param>
/// <param name="Description">What it found.</param>
/// <param name="ExceptionText">What went wrong.</param>
public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText);

/// <summary>A fact about a resource.</summary>
/// <param name="Name">Which one, such as <c>executable.pid</c>.</param>
/// <param name="Value">Its value.</param>
public sealed record ResourcePropertySnapshot(string Name, object? Value);

/// <summary>A resource as it was at a moment.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary>What it is.</summary>
    public required string ResourceType { get; init; }

    /// <summary>Its state.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>The code that its process ended with.</summary>
    public int? ExitCode { get; init; }

    /// <summary>What its health checks said.</summary>
    public ImmutableArray<HealthReportSnapshot> HealthReports { get; internal init; } = [];

    /// <summary>Healthy if it runs and all checks agree; null while it does not run.</summary>
    public HealthStatus? HealthStatus =>
        State?.Text != KnownResourceStates.Running ? null
        : HealthReports.IsEmpty ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
        : HealthReports.Min(report => report.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);

    /// <summary>What is known of it: <c>executable.pid</c>, the number of its process, while it has one.</summary>
    public ImmutableArray<ResourcePropertySnapshot> Properties => Pid is { } pid ? [new("executable.pid", pid)] : [];

    internal DateTimeOffset Since { get; init; }

    internal bool Ready { get; init; }

    internal bool StoppedOnRequest { get; init; }

    internal int? Pid { get; init; }

    internal int Restarts { get; init; }

    internal ImmutableArray<string> WaitsFor { get; init; } = [];
}

/// <summary>A change of a resource.</summary>
/// <param name="resource">The resource.</param>
/// <param name="resourceId">Its id: here, its name.</param>
/// <param name="snapshot">The resource after the change.</param>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Its id: here, its name.</summary>
    public string ResourceId { get; } = resourceId;

    /// <summary>The resource after the change.</summary>
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}

/// <summary>Tells what state the resources are in.</summary>
public class ResourceNotificationService
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];

    /// <summary>Changes a resource's state.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="stateFactory">Makes the new state of the old one.</param>
    /// <returns>A completed task.</returns>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        Publish(resource, stateFactory);
        return Task.CompletedTask;
    }

    /// <summary>Changes a resource's state unless <paramref name="change"/> gives null.</summary>
    internal void Publish(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot?> change)
    {
        lock (_lock)
        {
            var old = _current.TryGetValue(resource.Name, out var last)
                ? last.Snapshot
                : new CustomResourceSnapshot { ResourceType = resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal) };
            if (change(old) is not { } next)
                return;
            var update = new ResourceEvent(resource, resource.Name, next);
            _current[resource.Name] = update;
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(update);
        }
    }

    /// <summary>All resources as they are now, then every change.</summary>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>The changes.</returns>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>(new UnboundedChannelOptions { SingleReader = true });
        lock (_lock)
        {
            foreach (var current in _current.Values)
                channel.Writer.TryWrite(current);
            _watchers.Add(channel);
        }

        try
        {
            await foreach (var update in channel.Reader.ReadAllAsync(cancellationToken))
                yield return update;
        }
        finally
        {
            lock (_lock)
                _watchers.Remove(channel);
        }
    }

    /// <summary>A resource as it is now.</summary>
    /// <param name="resourceId">Its name.</param>
    /// <param name="resourceEvent">The last change.</param>
    /// <returns>Whether there is such a resource.</returns>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_lock)
            return _current.TryGetValue(resourceId, out resourceEvent);
    }

    /// <summary>Waits for a change of a resource.</summary>
    /// <param name="resourceName">Its name.</param>
    /// <param name="predicate">What to wait for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The change.</returns>
    public async Task<ResourceEvent> WaitForResourceAsync(
        string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var update in WatchAsync(cancellationToken))
        {
            if (string.Equals(update.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase) && predicate(update))
                return update;
        }

        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>Waits for one of some states.</summary>
    /// <param name="resourceName">The resource's name.</param>
    /// <param name="targetStates">The states.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The state.</returns>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return (await WaitForResourceAsync(resourceName, update => update.Snapshot.State is { } state && states.Contains(state.Text), cancellationToken))
            .Snapshot.State!.Text;
    }

    /// <summary>Waits for a state.</summary>
    /// <param name="resourceName">The resource's name.</param>
    /// <param name="targetState">The state; Running where null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Ends with the wait.</returns>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits until a resource runs, is healthy, and what was to be done then is done.</summary>
    /// <param name="resourceName">The resource's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The change that made it so.</returns>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, update => update.Snapshot.Ready, cancellationToken);
}

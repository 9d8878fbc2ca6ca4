using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>How health checks become the gRPC health service.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>The names that callers may ask for; the empty one stands for all checks unless changed.</summary>
    public ServiceMappingCollection Services { get; } = new();

    /// <summary>Whether the last published results are given instead of running the checks for every call. False unless set.</summary>
    public bool UseHealthChecksCache { get; set; }

    /// <summary>Whether watches stay open while the application stops, instead of ending with NOT_SERVING. False unless set.</summary>
    public bool SuppressCompletionOnShutdown { get; set; }
}

/// <summary>Names that callers may ask for, each with the checks that decide it.</summary>
public sealed class ServiceMappingCollection : IEnumerable<ServiceMapping>
{
    private readonly Dictionary<string, ServiceMapping> _mappings = new(StringComparer.Ordinal);

    /// <summary>Adds a name, or changes which checks decide it.</summary>
    /// <param name="name">The name, as in HealthCheckRequest.service.</param>
    /// <param name="predicate">Which checks decide it.</param>
    public void Map(string name, Func<HealthCheckMapContext, bool> predicate) => _mappings[name] = new ServiceMapping(name, predicate);

    /// <summary>Removes a name.</summary>
    /// <param name="name">The name.</param>
    public void Remove(string name) => _mappings.Remove(name);

    /// <summary>Removes all names.</summary>
    public void Clear() => _mappings.Clear();

    /// <inheritdoc/>
    public IEnumerator<ServiceMapping> GetEnumerator() => _mappings.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal bool TryGet(string name, [NotNullWhen(true)] out ServiceMapping? mapping) => _mappings.TryGetValue(name, out mapping);
}

/// <summary>One name with the checks that decide it.</summary>
public sealed class ServiceMapping
{
    internal ServiceMapping(string name, Func<HealthCheckMapContext, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(predicate);
        Name = name;
        HealthCheckPredicate = predicate;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Which checks decide it.</summary>
    public Func<HealthCheckMapContext, bool> HealthCheckPredicate { get; }
}

/// <summary>A health check as a mapping sees it.</summary>
public sealed class HealthCheckMapContext
{
    internal HealthCheckMapContext(string name, IEnumerable<string> tags)
    {
        Name = name;
        Tags = tags;
    }

    /// <summary>The check's name.</summary>
    public string Name { get; }

    /// <summary>The check's tags.</summary>
    public IEnumerable<string> Tags { get; }
}

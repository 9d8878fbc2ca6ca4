using System.Globalization;
using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An address that a resource listens on.</summary>
/// <param name="protocol">TCP.</param>
/// <param name="uriScheme">http, https or tcp; http where null.</param>
/// <param name="transport">http, http2 or tcp; what the scheme says where null.</param>
/// <param name="name">Unique in the resource; the scheme where null.</param>
/// <param name="port">The port that clients use; a free one where null.</param>
/// <param name="targetPort">The port that the process listens on; the same, since there is no proxy.</param>
/// <param name="isExternal">Whether it is for clients outside the application.</param>
/// <param name="isProxied">Kept for manifests: nothing is proxied here.</param>
public sealed class EndpointAnnotation(
    ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null, int? port = null, int? targetPort = null,
    bool? isExternal = null, bool? isProxied = null) : IResourceAnnotation
{
    /// <summary>TCP.</summary>
    public ProtocolType Protocol { get; set; } = protocol;

    /// <summary>Unique in the resource.</summary>
    public string Name { get; set; } = name ?? uriScheme ?? "http";

    /// <summary>http, https or tcp.</summary>
    public string UriScheme { get; set; } = uriScheme ?? "http";

    /// <summary>http, http2 or tcp.</summary>
    public string Transport { get; set; } = transport ?? (uriScheme is "http" or "https" or null ? "http" : "tcp");

    /// <summary>The port that clients use; null for a free one.</summary>
    public int? Port { get; set; } = port;

    /// <summary>The port that the process, or the inside of the container, listens on; null for the same.</summary>
    public int? TargetPort { get; set; } = targetPort;

    /// <summary>Whether it is for clients outside the application.</summary>
    public bool IsExternal { get; set; } = isExternal ?? false;

    /// <summary>Kept for manifests: nothing is proxied here.</summary>
    public bool IsProxied { get; set; } = isProxied ?? true;

    /// <summary>The address, once the application has started.</summary>
    public AllocatedEndpoint? AllocatedEndpoint { get; set; }

    /// <summary>The variable that tells the process the port.</summary>
    internal string? PortVariable { get; init; }

    /// <summary>Whether the project declares it as an endpoint of Kestrel in its settings.</summary>
    internal bool FromKestrel { get; init; }
}

/// <summary>An address in use.</summary>
/// <param name="endpoint">What it is the address of.</param>
/// <param name="address">The host.</param>
/// <param name="port">The port.</param>
public sealed class AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port)
{
    /// <summary>What it is the address of.</summary>
    public EndpointAnnotation Endpoint => endpoint;

    /// <summary>The host.</summary>
    public string Address => address;

    /// <summary>The port.</summary>
    public int Port => port;

    /// <summary><c>host:port</c>.</summary>
    public string EndPointString => string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");

    /// <summary><c>scheme://host:port</c>.</summary>
    public string UriString => $"{endpoint.UriScheme}://{EndPointString}";

    /// <inheritdoc />
    public override string ToString() => UriString;
}

/// <summary>A part of an address.</summary>
public enum EndpointProperty
{
    /// <summary><c>scheme://host:port</c>.</summary>
    Url = 0,

    /// <summary>The host.</summary>
    Host = 1,

    /// <summary>The host as an IPv4 address.</summary>
    IPV4Host = 2,

    /// <summary>The port.</summary>
    Port = 3,

    /// <summary>The scheme.</summary>
    Scheme = 4,

    /// <summary>The port that the process listens on.</summary>
    TargetPort = 5,

    /// <summary><c>host:port</c>.</summary>
    HostAndPort = 6,
}

/// <summary>Names an address before it is known.</summary>
/// <param name="owner">Who listens.</param>
/// <param name="endpointName">The endpoint's name.</param>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName) : IExpressionValue, IValueWithReferences
{
    /// <summary>Who listens.</summary>
    public IResourceWithEndpoints Resource => owner;

    /// <summary>The endpoint's name.</summary>
    public string EndpointName => endpointName;

    /// <summary>Whether the resource has such an endpoint.</summary>
    public bool Exists => Find() is not null;

    /// <summary>What is said about the endpoint.</summary>
    /// <exception cref="InvalidOperationException">The resource has no such endpoint.</exception>
    public EndpointAnnotation EndpointAnnotation => Find() ?? throw new InvalidOperationException(
        $"'{owner.Name}' has no endpoint '{endpointName}'. Declare it in the project's appsettings.json (Kestrel:Endpoints:{endpointName}:Url) or with WithHttpEndpoint or WithEndpoint.");

    /// <summary>Whether the address is known.</summary>
    public bool IsAllocated => Find()?.AllocatedEndpoint is not null;

    /// <summary>The host.</summary>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public string Host => Allocated.Address;

    /// <summary>The port.</summary>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public int Port => Allocated.Port;

    /// <summary>The scheme.</summary>
    public string Scheme => EndpointAnnotation.UriScheme;

    /// <summary><c>scheme://host:port</c>.</summary>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public string Url => Allocated.UriString;

    string IManifestExpressionProvider.ValueExpression => $"{{{owner.Name}.bindings.{endpointName}.url}}";

    IEnumerable<object> IValueWithReferences.References => [owner];

    private AllocatedEndpoint Allocated => EndpointAnnotation.AllocatedEndpoint
        ?? throw new InvalidOperationException($"The address of '{owner.Name}', endpoint '{endpointName}', is not known before the application starts.");

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Url);

    /// <summary>Names a part of the address.</summary>
    /// <param name="property">Which part.</param>
    /// <returns>The part.</returns>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    private EndpointAnnotation? Find() => owner.Annotations.OfType<EndpointAnnotation>()
        .FirstOrDefault(endpoint => string.Equals(endpoint.Name, endpointName, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Names a part of an address before it is known.</summary>
/// <param name="endpointReference">The address.</param>
/// <param name="property">Which part.</param>
public sealed class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property) : IExpressionValue, IValueWithReferences
{
    /// <summary>The address.</summary>
    public EndpointReference Endpoint => endpointReference;

    /// <summary>Which part.</summary>
    public EndpointProperty Property => property;

    /// <inheritdoc />
    public string ValueExpression => $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{Property.ToString().ToLowerInvariant()}}}";

    IEnumerable<object> IValueWithReferences.References => [Endpoint];

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Property switch
    {
        EndpointProperty.Url => Endpoint.Url,
        EndpointProperty.Host or EndpointProperty.IPV4Host => Endpoint.Host,
        EndpointProperty.Port => Endpoint.Port.ToString(CultureInfo.InvariantCulture),
        EndpointProperty.Scheme => Endpoint.Scheme,
        EndpointProperty.TargetPort => (Endpoint.EndpointAnnotation.TargetPort ?? Endpoint.Port).ToString(CultureInfo.InvariantCulture),
        EndpointProperty.HostAndPort => string.Create(CultureInfo.InvariantCulture, $"{Endpoint.Host}:{Endpoint.Port}"),
        _ => throw new InvalidOperationException($"An address has no part {Property}."),
    });
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace ContactCenter.ServiceDefaults.Discovery;

/// <summary>
/// Finds a service's addresses under <c>services:{name}:{endpoint}:{n}</c>, where the endpoint is the one named in the
/// host (<c>_grpc.insights-enrichment</c>), else the scheme, else <c>default</c>. Several addresses take turns.
/// </summary>
internal sealed class ServiceEndpoints : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly ConcurrentDictionary<(string Scheme, string Host), Target> _targets = new();
    private readonly IDisposable _reload;

    public ServiceEndpoints(IConfiguration configuration)
    {
        _configuration = configuration;
        _reload = ChangeToken.OnChange(configuration.GetReloadToken, _targets.Clear);
    }

    /// <summary>Replaces scheme, host and port by those of the service's next address; other hosts stay as they are.</summary>
    public Uri Resolve(Uri uri)
    {
        var target = _targets.GetOrAdd((uri.Scheme, uri.Host), key => Find(key.Scheme, key.Host));
        if (target.Addresses is [])
            return target.Host == uri.Host ? uri : new UriBuilder(uri) { Host = target.Host }.Uri;
        var address = target.Next();
        return new UriBuilder(uri)
        {
            Scheme = address.Scheme,
            Host = address.Host,
            Port = address.Port,
            Path = address.AbsolutePath.TrimEnd('/') + uri.AbsolutePath,
        }.Uri;
    }

    public void Dispose() => _reload.Dispose();

    // A name without addresses is left to DNS, without its endpoint part: that is what a container platform serves.
    private Target Find(string scheme, string host)
    {
        var (endpoint, service) = host.StartsWith('_') && host.IndexOf('.') is > 1 and var dot
            ? (host[1..dot], host[(dot + 1)..])
            : (null, host);
        var schemes = scheme.Split('+');
        IEnumerable<string> sections = endpoint is null ? [.. schemes, "default"] : [endpoint];
        var addresses = sections
            .Select(section => Addresses(_configuration.GetSection($"services:{service}:{section}"), schemes))
            .FirstOrDefault(found => found.Length > 0, []);
        return new Target(service, addresses);
    }

    private static Uri[] Addresses(IConfigurationSection section, string[] schemes) =>
    [
        .. section.GetChildren()
            .Select(child => child.Value)
            .OfType<string>()
            .Select(value => new Uri(value.Contains("://", StringComparison.Ordinal) ? value : $"{schemes[0]}://{value}"))
            // A caller that asks for https alone is never sent over plain text.
            .Where(address => address.Scheme == Uri.UriSchemeHttps || schemes is not [var only] || only != Uri.UriSchemeHttps),
    ];

    private sealed class Target(string host, Uri[] addresses)
    {
        private uint _turn = uint.MaxValue;

        public string Host { get; } = host;

        public Uri[] Addresses { get; } = addresses;

        public Uri Next() => Addresses[Interlocked.Increment(ref _turn) % (uint)Addresses.Length];
    }
}

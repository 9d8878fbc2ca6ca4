using System.Text;

namespace ContactCenter.AppHost.Backing;

/// <summary>Redis: a container, a native server, or an external one (<c>ConnectionStrings:redis</c>).</summary>
internal sealed class RedisBacking
{
    private readonly IResourceBuilder<IResourceWithConnectionString> _server;

    /// <summary>Adds the server.</summary>
    /// <param name="servers">The choice of backing servers.</param>
    /// <param name="name">The resource's name, which is also the connection string's.</param>
    public RedisBacking(BackingServers servers, string name)
    {
        var password = servers.Mode == BackingMode.External ? null : servers.Secret("redis-password");
        _server = servers.Mode switch
        {
            BackingMode.Containers => servers.Builder.AddRedis(name, password: password).WithDataVolume("contactcenter-redis"),
            BackingMode.Native => NativeServer.Add(
                servers, name, "redis.sh",
                endpoint => ReferenceExpression.Create($"127.0.0.1:{endpoint.Property(EndpointProperty.Port)},password={password!.Resource}"),
                IsReadyAsync).WithEnvironment("REDIS_PASSWORD", password!),
            _ => servers.Builder.AddConnectionString(name),
        };
    }

    /// <summary>Gives a service the connection string and starts it once the server is ready.</summary>
    /// <param name="service">The service.</param>
    public IResourceBuilder<ProjectResource> WithReference(IResourceBuilder<ProjectResource> service) =>
        service.WithReference(_server).WaitFor(_server);

    private static Task IsReadyAsync(string connectionString, CancellationToken cancellation)
    {
        var parts = connectionString.Split(',', 2);
        var password = parts[1]["password=".Length..];
        return TcpDialogue.ExpectAsync(parts[0], Encoding.ASCII.GetBytes($"AUTH {password}\r\nPING\r\n"), "+OK\r\n+PONG\r\n"u8.ToArray(), cancellation);
    }
}

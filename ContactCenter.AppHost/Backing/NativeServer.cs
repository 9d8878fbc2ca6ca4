using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ContactCenter.AppHost.Backing;

/// <summary>A server of the system's packages, run as a child process by a script of <c>Backing/native</c>.</summary>
/// <param name="name">The resource's name.</param>
/// <param name="script">The script's path.</param>
/// <param name="connection">The connection string, made of the server's endpoint.</param>
internal sealed class NativeServer(string name, string script, Func<EndpointReference, ReferenceExpression> connection)
    : ExecutableResource(name, script, Path.GetDirectoryName(script)!), IResourceWithConnectionString
{
    /// <inheritdoc />
    public ReferenceExpression ConnectionStringExpression => connection(new EndpointReference(this, "tcp"));

    /// <summary>Adds the server with its port, its data folder and the check that says when it is ready.</summary>
    /// <param name="servers">The choice of backing servers.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="script">The script's name.</param>
    /// <param name="connection">The connection string, made of the server's endpoint.</param>
    /// <param name="isReady">Throws as long as the server of this connection string does not answer.</param>
    public static IResourceBuilder<NativeServer> Add(
        BackingServers servers, string name, string script, Func<EndpointReference, ReferenceExpression> connection, Func<string, CancellationToken, Task> isReady)
    {
        var port = servers.Data.Port(name);
        var server = new NativeServer(name, Path.Combine(servers.Builder.AppHostDirectory, "Backing", "native", script), connection);
        servers.Builder.Services.AddHealthChecks().AddAsyncCheck(
            name,
            async cancellation =>
            {
                try
                {
                    var connectionString = await ((IResourceWithConnectionString)server).GetConnectionStringAsync(cancellation);
                    await isReady(connectionString!, cancellation);
                    return HealthCheckResult.Healthy();
                }
                catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
                {
                    return HealthCheckResult.Unhealthy(fault.Message);
                }
            },
            timeout: TimeSpan.FromSeconds(10));
        return servers.Builder.AddResource(server)
            .WithArgs(servers.Data.For(name), port.ToString(null as IFormatProvider))
            .WithEndpoint(port: port, targetPort: port, scheme: "tcp", name: "tcp", isProxied: false)
            .WithHealthCheck(name);
    }
}

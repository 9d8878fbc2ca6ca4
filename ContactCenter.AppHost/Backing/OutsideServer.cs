using System.Text;

namespace ContactCenter.AppHost.Backing;

/// <summary>A server of the world outside that a development machine runs itself, natively. In the other modes a deployment names its own.</summary>
internal sealed class OutsideServer
{
    private readonly IResourceBuilder<NativeServer>? _server;

    private OutsideServer(BackingServers servers, string name, string script, Func<EndpointReference, ReferenceExpression> connection, string greeting) => _server = servers.Mode switch
    {
        BackingMode.Native => NativeServer.Add(
            servers, name, script, connection,
            (connectionString, cancellation) => TcpDialogue.ExpectAsync(new Uri(connectionString).Authority, [], Encoding.ASCII.GetBytes(greeting), cancellation)),
        _ => null,
    };

    /// <summary>A file store: sshd.</summary>
    /// <param name="servers">The choice of backing servers.</param>
    /// <param name="name">The resource's name, which is also the connection string's.</param>
    public static OutsideServer Sftp(BackingServers servers, string name) => new(
        servers, name, "sshd.sh",
        endpoint => ReferenceExpression.Create($"sftp://127.0.0.1:{endpoint.Property(EndpointProperty.Port)}?key={servers.Data.For(name)}/client_key&knownHosts={servers.Data.For(name)}/known_hosts"),
        "SSH-2.0-");

    /// <summary>A mail server: aiosmtpd.</summary>
    /// <param name="servers">The choice of backing servers.</param>
    /// <param name="name">The resource's name, which is also the connection string's.</param>
    public static OutsideServer Mail(BackingServers servers, string name) => new(
        servers, name, "mail.sh",
        endpoint => ReferenceExpression.Create($"smtp://127.0.0.1:{endpoint.Property(EndpointProperty.Port)}?certificate={servers.Data.For(name)}/server.pem&folder={servers.Data.For(name)}/mail"),
        "220 ");

    /// <summary>Gives a program the connection string, where there is one, and starts it once the server is ready.</summary>
    /// <param name="program">The program.</param>
    public IResourceBuilder<ProjectResource> WithReference(IResourceBuilder<ProjectResource> program) =>
        _server is null ? program : program.WithReference(_server).WaitFor(_server);

    /// <summary>Lets a service reach the server, which is on this machine, and starts it once that is ready.</summary>
    /// <param name="service">The service.</param>
    public IResourceBuilder<ProjectResource> Allow(IResourceBuilder<ProjectResource> service) => _server is null
        ? service
        : service.WaitFor(_server).WithEnvironment("Egress__AllowList__0", ReferenceExpression.Create($"127.0.0.1/32:{new EndpointReference(_server.Resource, "tcp").Property(EndpointProperty.Port)}"));
}

namespace ContactCenter.AppHost.Backing;

/// <summary>The file store of a development machine: a native sshd. In the other modes a deployment names its own stores.</summary>
internal sealed class SftpBacking
{
    private readonly IResourceBuilder<NativeServer>? _server;

    /// <summary>Adds the server.</summary>
    /// <param name="servers">The choice of backing servers.</param>
    /// <param name="name">The resource's name, which is also the connection string's.</param>
    public SftpBacking(BackingServers servers, string name) => _server = servers.Mode switch
    {
        BackingMode.Native => NativeServer.Add(
            servers, name, "sshd.sh",
            endpoint => ReferenceExpression.Create($"sftp://127.0.0.1:{endpoint.Property(EndpointProperty.Port)}?key={servers.Data.For(name)}/client_key&knownHosts={servers.Data.For(name)}/known_hosts"),
            (connectionString, cancellation) => TcpDialogue.ExpectAsync(new Uri(connectionString).Authority, [], "SSH-2.0-"u8.ToArray(), cancellation)),
        _ => null,
    };

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

namespace ContactCenter.AppHost.Backing;

/// <summary>RabbitMQ: a container, a native server, or an external one (<c>ConnectionStrings:rabbitmq</c>).</summary>
internal sealed class RabbitMqBacking
{
    private const string User = "contactcenter";

    private readonly IResourceBuilder<IResourceWithConnectionString> _server;

    /// <summary>Adds the broker.</summary>
    /// <param name="servers">The choice of backing servers.</param>
    /// <param name="name">The resource's name, which is also the connection string's.</param>
    public RabbitMqBacking(BackingServers servers, string name)
    {
        var password = servers.Mode == BackingMode.External ? null : servers.Secret("rabbitmq-password");
        _server = servers.Mode switch
        {
            BackingMode.Containers => servers.Builder
                .AddRabbitMQ(name, servers.Builder.AddParameter("rabbitmq-user", User), password).WithDataVolume("contactcenter-rabbitmq"),
            BackingMode.Native => NativeServer.Add(
                    servers, name, "rabbitmq.sh",
                    endpoint => ReferenceExpression.Create($"amqp://{User}:{password!.Resource}@127.0.0.1:{endpoint.Property(EndpointProperty.Port)}"),
                    IsReadyAsync)
                .WithEnvironment("RABBITMQ_DEFAULT_USER", User)
                .WithEnvironment("RABBITMQ_DEFAULT_PASS", password!),
            _ => servers.Builder.AddConnectionString(name),
        };
    }

    /// <summary>Gives a service the connection string and starts it once the broker is ready.</summary>
    /// <param name="service">The service.</param>
    public IResourceBuilder<ProjectResource> WithReference(IResourceBuilder<ProjectResource> service) =>
        service.WithReference(_server).WaitFor(_server);

    // The broker answers the protocol header with the method connection.start (class 10, method 10) on channel 0.
    private static Task IsReadyAsync(string connectionString, CancellationToken cancellation) =>
        TcpDialogue.ExpectAsync(new Uri(connectionString).Authority, "AMQP\0\0\u0009\u0001"u8.ToArray(), [1, 0, 0], cancellation);
}

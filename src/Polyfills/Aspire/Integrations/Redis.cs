using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A Redis server in a container.</summary>
    /// <param name="name">Unique in the application.</param>
    /// <param name="password">The password.</param>
    public class RedisResource(string name, ParameterResource password) : ContainerResource(name, "/bin/sh"), IResourceWithConnectionString
    {
        /// <summary>Where it listens.</summary>
        public EndpointReference PrimaryEndpoint => new(this, "tcp");

        /// <summary>The password.</summary>
        public ParameterResource PasswordParameter => password;

        /// <inheritdoc />
        public ReferenceExpression ConnectionStringExpression =>
            ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.HostAndPort)},password={password}");
    }
}

namespace Aspire.Hosting
{
    /// <summary>Adds Redis servers.</summary>
    public static class RedisBuilderExtensions
    {
        private const int Port = 6379;

        /// <summary>Adds a server in a container.</summary>
        /// <param name="builder">The application.</param>
        /// <param name="name">Unique in the application.</param>
        /// <param name="port">The port on this machine; a free one where null.</param>
        /// <param name="password">The password; a parameter <c>{name}-password</c> where null.</param>
        /// <returns>The server.</returns>
        public static IResourceBuilder<RedisResource> AddRedis(
            this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
        {
            var server = new RedisResource(name, (password ?? builder.AddParameter($"{name}-password", secret: true)).Resource);
            return builder.AddResource(server).WithImage("docker.io/library/redis", "8.2").WithContainerPort(port, Port)
                .WithEnvironment("REDIS_PASSWORD", $"{server.PasswordParameter}")
                .WithArgs("-c", "exec redis-server --requirepass \"$REDIS_PASSWORD\" --appendonly yes")
                .WithDialogueCheck(ReferenceExpression.Create($"AUTH {server.PasswordParameter}\r\nPING\r\n"), "+OK\r\n+PONG\r\n"u8.ToArray());
        }

        /// <summary>Keeps the data in a volume.</summary>
        /// <param name="builder">The server.</param>
        /// <param name="name">The volume's name; made of the server's where null.</param>
        /// <param name="isReadOnly">Not supported here.</param>
        /// <returns>The builder.</returns>
        public static IResourceBuilder<RedisResource> WithDataVolume(
            this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false) => builder.WithVolume(name, "/data", isReadOnly);
    }
}

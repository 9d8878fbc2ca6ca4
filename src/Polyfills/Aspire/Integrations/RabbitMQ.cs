using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A RabbitMQ broker in a container.</summary>
    /// <param name="name">Unique in the application.</param>
    /// <param name="userName">The user; guest where null.</param>
    /// <param name="password">His password.</param>
    public class RabbitMQServerResource(string name, ParameterResource? userName, ParameterResource password)
        : ContainerResource(name), IResourceWithConnectionString
    {
        /// <summary>Where it listens.</summary>
        public EndpointReference PrimaryEndpoint => new(this, "tcp");

        /// <summary>The user's password.</summary>
        public ParameterResource PasswordParameter => password;

        /// <summary>The user; guest where null.</summary>
        public ParameterResource? UserNameParameter => userName;

        /// <summary>The user.</summary>
        public ReferenceExpression UserNameReference =>
            userName is null ? ReferenceExpression.Create($"guest") : ReferenceExpression.Create($"{userName}");

        /// <inheritdoc />
        public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
            $"amqp://{UserNameReference}:{password}@{PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}");
    }
}

namespace Aspire.Hosting
{
    /// <summary>Adds RabbitMQ brokers.</summary>
    public static class RabbitMQBuilderExtensions
    {
        private const int Port = 5672;

        /// <summary>Adds a broker in a container.</summary>
        /// <param name="builder">The application.</param>
        /// <param name="name">Unique in the application.</param>
        /// <param name="userName">The user; guest where null.</param>
        /// <param name="password">His password; a parameter <c>{name}-password</c> where null.</param>
        /// <param name="port">The port on this machine; a free one where null.</param>
        /// <returns>The broker.</returns>
        public static IResourceBuilder<RabbitMQServerResource> AddRabbitMQ(
            this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource>? userName = null,
            IResourceBuilder<ParameterResource>? password = null, int? port = null)
        {
            var server = new RabbitMQServerResource(name, userName?.Resource, (password ?? builder.AddParameter($"{name}-password", secret: true)).Resource);
            return builder.AddResource(server).WithImage("docker.io/library/rabbitmq", "4.2").WithContainerPort(port, Port)
                .WithEnvironment("RABBITMQ_DEFAULT_USER", server.UserNameReference)
                .WithEnvironment("RABBITMQ_DEFAULT_PASS", $"{server.PasswordParameter}")
                .WithEnvironment("RABBITMQ_NODENAME", $"{name}@localhost")
                // The protocol header of AMQP 0-9-1; the broker begins with a method frame on channel 0.
                .WithDialogueCheck(ReferenceExpression.Create($"AMQP\0\0\u0009\u0001"), [1, 0, 0]);
        }

        /// <summary>Keeps the data in a volume.</summary>
        /// <param name="builder">The broker.</param>
        /// <param name="name">The volume's name; made of the broker's where null.</param>
        /// <param name="isReadOnly">Not supported here.</param>
        /// <returns>The builder.</returns>
        public static IResourceBuilder<RabbitMQServerResource> WithDataVolume(
            this IResourceBuilder<RabbitMQServerResource> builder, string? name = null, bool isReadOnly = false) =>
            builder.WithVolume(name, "/var/lib/rabbitmq", isReadOnly);
    }
}

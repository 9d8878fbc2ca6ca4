using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A PostgreSQL server in a container.</summary>
    /// <param name="name">Unique in the application.</param>
    /// <param name="userName">The superuser; postgres where null.</param>
    /// <param name="password">His password.</param>
    public class PostgresServerResource(string name, ParameterResource? userName, ParameterResource password)
        : ContainerResource(name), IResourceWithConnectionString
    {
        /// <summary>Where it listens.</summary>
        public EndpointReference PrimaryEndpoint => new(this, "tcp");

        /// <summary>The superuser's password.</summary>
        public ParameterResource PasswordParameter => password;

        /// <summary>The superuser; postgres where null.</summary>
        public ParameterResource? UserNameParameter => userName;

        /// <summary>The superuser.</summary>
        public ReferenceExpression UserNameReference =>
            userName is null ? ReferenceExpression.Create($"postgres") : ReferenceExpression.Create($"{userName}");

        /// <inheritdoc />
        public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
            $"Host={PrimaryEndpoint.Property(EndpointProperty.Host)};Port={PrimaryEndpoint.Property(EndpointProperty.Port)};Username={UserNameReference};Password={password}");
    }

    /// <summary>A database of a PostgreSQL server.</summary>
    /// <param name="name">Unique in the application.</param>
    /// <param name="databaseName">Its name in the server.</param>
    /// <param name="postgresParentResource">The server.</param>
    public class PostgresDatabaseResource(string name, string databaseName, PostgresServerResource postgresParentResource)
        : Resource(name), IResourceWithParent<PostgresServerResource>, IResourceWithConnectionString
    {
        /// <inheritdoc />
        public PostgresServerResource Parent => postgresParentResource;

        /// <summary>Its name in the server.</summary>
        public string DatabaseName => databaseName;

        /// <inheritdoc />
        public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent};Database={databaseName}");
    }
}

namespace Aspire.Hosting
{
    /// <summary>Adds PostgreSQL servers.</summary>
    public static class PostgresBuilderExtensions
    {
        private const int Port = 5432;

        /// <summary>Adds a server in a container.</summary>
        /// <param name="builder">The application.</param>
        /// <param name="name">Unique in the application.</param>
        /// <param name="userName">The superuser; postgres where null.</param>
        /// <param name="password">His password; a parameter <c>{name}-password</c> where null.</param>
        /// <param name="port">The port on this machine; a free one where null.</param>
        /// <returns>The server.</returns>
        public static IResourceBuilder<PostgresServerResource> AddPostgres(
            this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource>? userName = null,
            IResourceBuilder<ParameterResource>? password = null, int? port = null)
        {
            var server = new PostgresServerResource(name, userName?.Resource, (password ?? builder.AddParameter($"{name}-password", secret: true)).Resource);
            return builder.AddResource(server).WithImage("docker.io/library/postgres", "18.1").WithContainerPort(port, Port)
                .WithEnvironment("POSTGRES_USER", server.UserNameReference)
                .WithEnvironment("POSTGRES_PASSWORD", $"{server.PasswordParameter}")
                // A request for TLS, of 8 bytes; the image's answer is no.
                .WithDialogueCheck(ReferenceExpression.Create($"\0\0\0\u0008\u0004\u00d2\u0016\u002f"), "N"u8.ToArray());
        }

        /// <summary>Names a database. Nothing creates it: do so with OnResourceReady.</summary>
        /// <param name="builder">The server.</param>
        /// <param name="name">Unique in the application.</param>
        /// <param name="databaseName">Its name in the server; the same where null.</param>
        /// <returns>The database.</returns>
        public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
            this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null) =>
            builder.ApplicationBuilder.AddResource(new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource));

        /// <summary>Keeps the data in a volume.</summary>
        /// <param name="builder">The server.</param>
        /// <param name="name">The volume's name; made of the server's where null.</param>
        /// <param name="isReadOnly">Not supported here.</param>
        /// <returns>The builder.</returns>
        public static IResourceBuilder<PostgresServerResource> WithDataVolume(
            this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) =>
            builder.WithVolume(name, "/var/lib/postgresql", isReadOnly);
    }
}

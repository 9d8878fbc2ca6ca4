using Microsoft.Extensions.Configuration;
using Npgsql;

namespace ContactCenter.AppHost.Backing;

/// <summary>Postgres with a database for each service: a container, a native server, or an external one.</summary>
internal sealed class PostgresBacking
{
    private readonly Dictionary<string, IResourceBuilder<IResourceWithConnectionString>> _databases = new(StringComparer.Ordinal);
    private readonly IResourceBuilder<IResource>? _server;

    /// <summary>Adds the server and its databases.</summary>
    /// <param name="servers">The choice of backing servers.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="databases">Database names by resource names. External databases are expected to exist.</param>
    public PostgresBacking(BackingServers servers, string name, Dictionary<string, string> databases)
    {
        switch (servers.Mode)
        {
            case BackingMode.Containers:
                var container = servers.Builder.AddPostgres(name, password: servers.Secret("postgres-password")).WithDataVolume("contactcenter-postgres");
                foreach (var (resource, database) in databases) _databases[resource] = container.AddDatabase(resource, database);
                container.OnResourceReady(async (server, _, cancellation) => await MakeDatabasesAsync(
                    (await server.ConnectionStringExpression.GetValueAsync(cancellation))!, databases.Values, cancellation));
                _server = container;
                break;

            case BackingMode.Native:
                var password = servers.Secret("postgres-password");
                var native = NativeServer.Add(
                    servers, name, "postgres.sh",
                    endpoint => ReferenceExpression.Create($"Host=127.0.0.1;Port={endpoint.Property(EndpointProperty.Port)};Username=postgres;Password={password.Resource}"),
                    (connectionString, cancellation) => MakeDatabasesAsync(connectionString, databases.Values, cancellation));
                native.WithEnvironment("POSTGRES_PASSWORD", password).WithArgs("-c", "max_connections=300");
                foreach (var (resource, database) in databases)
                    _databases[resource] = servers.Builder.AddConnectionString(resource, ReferenceExpression.Create($"{native.Resource};Database={database}"));
                _server = native;
                break;

            default:
                var external = servers.Builder.Configuration.GetConnectionString(name)
                    ?? throw SuiteRun.Refuse($"Backing:Mode is External: set ConnectionStrings:{name} to a server whose databases are {string.Join(", ", databases.Values)}.");
                foreach (var (resource, database) in databases)
                    _databases[resource] = servers.Builder.AddConnectionString(resource, ReferenceExpression.Create($"{new NpgsqlConnectionStringBuilder(external) { Database = database }.ConnectionString}"));
                break;
        }
    }

    /// <summary>Gives a service the connection string of a database and starts it once the server is ready.</summary>
    /// <param name="service">The service.</param>
    /// <param name="database">The database's resource name.</param>
    /// <param name="connectionName">The name of the connection string in the service.</param>
    public IResourceBuilder<ProjectResource> WithReference(IResourceBuilder<ProjectResource> service, string database, string connectionName)
    {
        service.WithReference(_databases[database], connectionName);
        return _server is null ? service : service.WaitFor(_server);
    }

    // A server is ready when it answers and has every database, so a new one gets them here.
    private static async Task MakeDatabasesAsync(string connectionString, IReadOnlyCollection<string> databases, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres", Pooling = false, Timeout = 5 });
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var missing = new NpgsqlCommand("select name from unnest($1) as name where not exists (select from pg_database where datname = name)", connection)
        {
            Parameters = { new() { Value = databases.ToArray() } },
        };
        var names = new List<string>();
        await using (var reader = await missing.ExecuteReaderAsync(cancellation))
            while (await reader.ReadAsync(cancellation)) names.Add(reader.GetString(0));
        foreach (var name in names)
        {
            await using var create = new NpgsqlCommand($"create database \"{name}\"", connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }
    }
}

using ContactCenter.Testing;
using Dapper;
using Npgsql;

namespace ContactCenter.Benchmarks.Jobs;

/// <summary>A Postgres server of this benchmark alone that counts statements; each side has a database in it.</summary>
internal sealed class JobsServer : IAsyncDisposable
{
    private readonly ServerProcess _process;
    private readonly NpgsqlDataSource _postgres;

    private JobsServer(ServerProcess process)
    {
        _process = process;
        _postgres = NpgsqlDataSource.Create(ConnectionString("postgres"));
    }

    internal static async Task<JobsServer> StartAsync(CancellationToken cancellationToken)
    {
        var process = await TestServers.StartOwnAsync("postgres", cancellationToken);
        var server = new JobsServer(process);
        await server.ExecuteAsync("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'", cancellationToken);
        await process.StopAsync(cancellationToken);
        await process.StartAgainAsync(cancellationToken);
        server._postgres.Clear();
        await server.ExecuteAsync("CREATE EXTENSION pg_stat_statements", cancellationToken);
        return server;
    }

    internal string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder(_process.ConnectionString) { Database = database }.ConnectionString;

    internal string Uri(string database)
    {
        var server = new NpgsqlConnectionStringBuilder(_process.ConnectionString);
        return $"postgres://{server.Username}:{server.Password}@{server.Host}:{server.Port}/{database}";
    }

    internal Task CreateDatabaseAsync(string name, CancellationToken cancellationToken) => ExecuteAsync($"CREATE DATABASE {name}", cancellationToken);

    /// <summary>Writes out what runs before have left in memory, so that no run pays for another.</summary>
    internal Task SettleAsync(CancellationToken cancellationToken) => ExecuteAsync("CHECKPOINT", cancellationToken);

    /// <summary>Transactions committed in a database so far.</summary>
    internal async Task<long> CommitsAsync(string database, CancellationToken cancellationToken)
    {
        // Processes of the server report them about a second late.
        await Task.Delay(TimeSpan.FromSeconds(1.5), cancellationToken);
        return await QueryAsync("SELECT xact_commit FROM pg_stat_database WHERE datname = @database", database, cancellationToken);
    }

    /// <summary>Statements executed in a database so far.</summary>
    internal Task<long> StatementsAsync(string database, CancellationToken cancellationToken) => QueryAsync(
        "SELECT coalesce(sum(s.calls), 0)::bigint FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = @database", database, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _postgres.DisposeAsync();
        await _process.DisposeAsync();
    }

    private async Task<long> QueryAsync(string sql, string database, CancellationToken cancellationToken)
    {
        await using var connection = await _postgres.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(sql, new { database }, cancellationToken: cancellationToken));
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = _postgres.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

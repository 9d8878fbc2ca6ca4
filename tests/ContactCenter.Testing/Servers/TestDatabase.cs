using System.Security.Cryptography;
using Npgsql;

namespace ContactCenter.Testing;

/// <summary>A Postgres database of one test.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _server;

    private TestDatabase(string server, string name)
    {
        _server = server;
        Name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>Connects to the database.</summary>
    public string ConnectionString { get; }

    /// <summary>Drops the database, whoever is still connected.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearPool(new NpgsqlConnection(ConnectionString));
        await DropAsync(_server, Name);
    }

    internal static async Task<TestDatabase> CreateAsync(string server, string template, CancellationToken cancellationToken)
    {
        var name = $"test_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        // Copied as files: through the log each of them would cost three times as much.
        await ExecuteAsync(server, $"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY", cancellationToken);
        return new TestDatabase(server, name);
    }

    internal static Task DropAsync(string server, string name) => ExecuteAsync(server, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)", CancellationToken.None);

    private static async Task ExecuteAsync(string server, string sql, CancellationToken cancellationToken)
    {
        // Never to the template, which could not be copied with a connection to it.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Database = "postgres" }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

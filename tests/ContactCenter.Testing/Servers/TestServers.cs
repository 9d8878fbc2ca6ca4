using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;
using StackExchange.Redis;

namespace ContactCenter.Testing;

/// <summary>
/// The real servers of a test assembly, each started when a test first asks for it, and what belongs to one test alone:
/// a database, a virtual host, a Redis database. Use it as <c>[assembly: AssemblyFixture(typeof(TestServers))]</c>.
/// </summary>
/// <remarks>If <c>CONTACTCENTER_TEST_POSTGRES</c>, <c>_RABBITMQ</c> or <c>_REDIS</c> is set, that server is used: <c>./test</c> shares one of each.</remarks>
public sealed class TestServers : IAsyncDisposable
{
    private const int RedisDatabases = 16;

    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _templates = new();
    private readonly ConcurrentDictionary<string, bool> _virtualHosts = new();
    private readonly ConcurrentBag<ServerProcess> _started = [];
    private readonly Lazy<Task<string>> _postgres;
    private readonly Lazy<Task<string>> _rabbitMq;
    private readonly Lazy<Task<string>> _redis;
    private Task<string>? _sharedVirtualHost;

    /// <summary>Starts nothing yet.</summary>
    public TestServers()
    {
        _postgres = new(() => GetOrStartAsync("postgres"));
        _rabbitMq = new(() => GetOrStartAsync("rabbitmq"));
        _redis = new(() => GetOrStartAsync("redis"));
    }

    /// <summary>Makes an empty database; disposing it drops it.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(CancellationToken cancellationToken) =>
        await TestDatabase.CreateAsync(await _postgres.Value, "template0", cancellationToken);

    /// <summary>Makes a database that <paramref name="prepare"/> has filled: it runs once in this process, on a template that is copied for each test.</summary>
    /// <param name="template">Names what the database holds, such as <c>insights</c>.</param>
    /// <param name="prepare">Applies the migrations to the database of a connection string.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<TestDatabase> CreateDatabaseAsync(string template, Func<string, CancellationToken, Task> prepare, CancellationToken cancellationToken)
    {
        var postgres = await _postgres.Value;
        var prepared = await _templates.GetOrAdd(template, _ => new(() => PrepareAsync(postgres, prepare))).Value;
        return await TestDatabase.CreateAsync(postgres, prepared, cancellationToken);
    }

    /// <summary>Makes an empty RabbitMQ virtual host; <see cref="DropVirtualHostAsync"/> drops it.</summary>
    /// <returns>Its <c>amqp://</c> connection string.</returns>
    public async Task<string> CreateVirtualHostAsync(CancellationToken cancellationToken)
    {
        var virtualHost = $"{await _rabbitMq.Value}/test-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        await VirtualHosts.CreateAsync(virtualHost, cancellationToken);
        _virtualHosts.TryAdd(virtualHost, true);
        return virtualHost;
    }

    /// <summary>One virtual host for all tests of this process that neither consume nor look at what is published: making one takes a while.</summary>
    /// <returns>Its <c>amqp://</c> connection string.</returns>
    public Task<string> ShareVirtualHostAsync()
    {
        lock (_templates)
            return _sharedVirtualHost ??= ShareAsync();

        async Task<string> ShareAsync()
        {
            var virtualHost = await CreateVirtualHostAsync(CancellationToken.None);
            _virtualHosts.TryRemove(virtualHost, out _);
            return virtualHost;
        }
    }

    /// <summary>Drops a virtual host that a test has made for itself, and nothing if it is the shared one or another server's: the more there are, the longer it takes to make one.</summary>
    public async Task DropVirtualHostAsync(string virtualHost)
    {
        if (_virtualHosts.TryRemove(virtualHost, out _))
            await VirtualHosts.DeleteAsync(virtualHost, CancellationToken.None);
    }

    /// <summary>Takes an empty Redis database; up to 15 may be in use at a time, disposing it gives it back.</summary>
    public async Task<TestRedis> CreateRedisDatabaseAsync(CancellationToken cancellationToken)
    {
        var server = await _redis.Value;
        var redis = await ConnectionMultiplexer.ConnectAsync($"{server},allowAdmin=true");
        while (true)
        {
            for (var database = 1; database < RedisDatabases; database++)
            {
                // Ten minutes: longer than a test takes, should its process be killed before it gives the database back.
                if (!await redis.GetDatabase(0).StringSetAsync($"taken:{database}", "1", TimeSpan.FromMinutes(10), When.NotExists))
                    continue;
                await redis.GetServer(redis.GetEndPoints()[0]).FlushDatabaseAsync(database);
                return new TestRedis(redis, server, database);
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>Starts a server of one's own, for tests that stop it, see <see cref="ServerProcess"/>.</summary>
    /// <param name="name"><c>postgres</c>, <c>rabbitmq</c> or <c>redis</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<ServerProcess> StartOwnAsync(string name, CancellationToken cancellationToken) => ServerProcess.StartAsync(name, cancellationToken);

    /// <summary>Stops what was started.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        foreach (var template in _templates.Values)
            await TestDatabase.DropAsync(await _postgres.Value, await template.Value);
        await Task.WhenAll(_started.Select(server => server.DisposeAsync().AsTask()));
    }

    private async Task<string> GetOrStartAsync(string name)
    {
        if (Environment.GetEnvironmentVariable($"CONTACTCENTER_TEST_{name.ToUpperInvariant()}") is { Length: > 0 } shared)
            return shared;
        var server = await ServerProcess.StartAsync(name, CancellationToken.None);
        _started.Add(server);
        return server.ConnectionString;
    }

    private static async Task<string> PrepareAsync(string postgres, Func<string, CancellationToken, Task> prepare)
    {
        // Not disposed: it is the template of all further databases.
        var database = await TestDatabase.CreateAsync(postgres, "template0", CancellationToken.None);
        await prepare(database.ConnectionString, CancellationToken.None);
        // A database with a connection cannot be copied.
        NpgsqlConnection.ClearPool(new NpgsqlConnection(database.ConnectionString));
        return database.Name;
    }
}

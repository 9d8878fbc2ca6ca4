using StackExchange.Redis;

namespace ContactCenter.Testing;

/// <summary>A Redis database of one test.</summary>
public sealed class TestRedis : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _redis;
    private readonly int _database;

    internal TestRedis(ConnectionMultiplexer redis, string server, int database)
    {
        _redis = redis;
        _database = database;
        ConnectionString = $"{server},defaultDatabase={database}";
    }

    /// <summary>Connects to the database.</summary>
    public string ConnectionString { get; }

    /// <summary>Gives the database back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _redis.GetDatabase(0).KeyDeleteAsync($"taken:{_database}");
        await _redis.CloseAsync();
    }
}

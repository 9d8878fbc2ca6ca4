using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aspire.StackExchange.Redis;

/// <summary>A connection that is begun once, by the first who asks for it.</summary>
internal sealed partial class RedisConnection : IDisposable
{
    private readonly Lazy<Task<ConnectionMultiplexer>> _connecting;
    private readonly ILogger _logger;

    public RedisConnection(ConfigurationOptions options, ILogger<RedisConnection> logger)
    {
        _logger = logger;
        _connecting = new(() => ConnectAsync(options));
    }

    /// <summary>Waits for the first attempt to connect, at most its time-out.</summary>
    public IConnectionMultiplexer Multiplexer => _connecting.Value.GetAwaiter().GetResult();

    /// <summary>The same without holding a thread.</summary>
    public Task<ConnectionMultiplexer> MultiplexerAsync => _connecting.Value;

    public void Dispose()
    {
        if (_connecting is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            _connecting.Value.Result.Dispose();
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(ConfigurationOptions options)
    {
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
        multiplexer.ConnectionFailed += (_, failed) => LogLost(failed.EndPoint.ToString(), failed.FailureType);
        multiplexer.ConnectionRestored += (_, restored) => LogRestored(restored.EndPoint.ToString());
        return multiplexer;
    }

    [LoggerMessage(1, LogLevel.Warning, "The connection to Redis at {EndPoint} is lost: {Failure}")]
    private partial void LogLost(string? endPoint, ConnectionFailureType failure);

    [LoggerMessage(2, LogLevel.Information, "The connection to Redis at {EndPoint} is back")]
    private partial void LogRestored(string? endPoint);
}

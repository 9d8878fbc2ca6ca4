using System.Security.Cryptography;
using ContactCenter.Durable.Jobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace ContactCenter.Durable.Hints;

/// <summary>
/// Tells the other processes of the service over Redis that jobs or messages were committed, and this one's loops what others committed (DUR-40).
/// </summary>
/// <remarks>
/// Hints make work start at once; without them the polls find it. So none is stored, acknowledged or repeated, and without Redis nothing happens here.
/// </remarks>
/// <param name="service">Names the channels.</param>
/// <param name="relay">The signal of the outbox.</param>
/// <param name="jobs">Has the signal of the jobs.</param>
/// <param name="redis">Shared by the service's processes, or null.</param>
/// <param name="logger">Says that Redis is away.</param>
internal sealed partial class HintExchange(string service, WakeSignal relay, JobQueue jobs, IConnectionMultiplexer? redis, ILogger<HintExchange> logger) : BackgroundService
{
    // At most 20 a second for each queue, however many commits there are.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly RedisValue _self = RandomNumberGenerator.GetHexString(16);

    /// <summary>The channel on which the hints of a queue travel; their content is the process that sent them.</summary>
    public static RedisChannel ChannelOf(string service, string queue) => new($"{service}:hints:{queue}", RedisChannel.PatternMode.Literal);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        redis is null ? Task.CompletedTask : Task.WhenAll(ExchangeAsync("jobs", jobs.Signal, stoppingToken), ExchangeAsync("outbox", relay, stoppingToken));

    private async Task ExchangeAsync(string queue, WakeSignal signal, CancellationToken stoppingToken)
    {
        var channel = ChannelOf(service, queue);
        var subscriber = redis!.GetSubscriber();
        await TryAsync(() => subscriber.SubscribeAsync(channel, OnHint));
        try
        {
            while (true)
            {
                await signal.Announced.WaitAsync(Timeout.InfiniteTimeSpan, stoppingToken);
                await TryAsync(() => subscriber.PublishAsync(channel, _self, CommandFlags.FireAndForget));
                await Task.Delay(Pause, stoppingToken);
            }
        }
        finally
        {
            await TryAsync(() => subscriber.UnsubscribeAsync(channel, OnHint, CommandFlags.FireAndForget));
        }

        void OnHint(RedisChannel from, RedisValue sender)
        {
            if (sender != _self)
                signal.Set();
        }
    }

    private async Task TryAsync(Func<Task> command)
    {
        try
        {
            await command();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            LogAway(exception);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Redis does not take hints; polls find the work")]
    private partial void LogAway(Exception exception);
}

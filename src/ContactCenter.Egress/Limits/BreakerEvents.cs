using System.Threading.Channels;
using ContactCenter.Durable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Egress.Limits;

/// <summary>Publishes breakers' changes through the outbox, away from the calls that caused them.</summary>
internal sealed partial class BreakerEvents(
    DurableDatabase database, string service, TimeProvider time, ILogger<BreakerEvents> logger) : BackgroundService, IBreakerObserver
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // The oldest go first: of a breaker that opened and closed while the database was away, the end is what counts.
    private readonly Channel<(BreakerChanged Change, DateTimeOffset Time)> _changes =
        Channel.CreateBounded<(BreakerChanged, DateTimeOffset)>(new BoundedChannelOptions(1_000) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <inheritdoc />
    public void BreakerChanged(BreakerChanged change) => _changes.Writer.TryWrite((change, time.GetUtcNow()));

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (change, changeTime) in _changes.Reader.ReadAllAsync(stoppingToken))
        {
            while (!await TryPublishAsync(change, changeTime, stoppingToken))
                await Task.Delay(Pause, time, stoppingToken);
        }
    }

    private async Task<bool> TryPublishAsync(BreakerChanged change, DateTimeOffset changeTime, CancellationToken cancellationToken)
    {
        try
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            if (change.IsOpen)
                transaction.Publish(change.Opened(service, changeTime), change.Destination.Id, mandatory: false);
            else
                transaction.Publish(change.Closed(service, changeTime), change.Destination.Id, mandatory: false);
            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotStored(error);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The change of a breaker could not be stored as an event yet")]
    private partial void LogNotStored(Exception error);
}

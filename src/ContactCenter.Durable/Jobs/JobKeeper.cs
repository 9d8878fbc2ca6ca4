using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Durable.Jobs;

/// <summary>
/// Beside the worker: says once a minute which kinds this process claims (DUR-27), and sees to it once an hour that finished
/// jobs find their place in the history, however long no process ran, and that no key waits for nothing.
/// </summary>
internal sealed partial class JobKeeper(JobQueue queue, JobStore store, FirstTurns firstTurns, SteadyTime time, ILogger<JobKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan OfferInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromHours(1);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Repeat.EveryAsync(OfferInterval, time, firstTurns.Queue(token => store.OfferAsync(queue.Kinds, token)), LogNotOffered, stoppingToken),
        Repeat.EveryAsync(CheckInterval, time, firstTurns.Queue(CheckAsync), LogNotChecked, stoppingToken));

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        await store.PrepareHistoryAsync(cancellationToken);
        if (await store.FreeStuckKeysAsync(time.GetUtcNow(), cancellationToken) is > 0 and var freed)
            LogKeysFreed(freed);
    }

    [LoggerMessage(LogLevel.Warning, "It could not be noted which kinds of job this process runs; the next try is in a minute")]
    private partial void LogNotOffered(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The history of jobs could not be prepared or the keys not be checked; the next try is in a minute")]
    private partial void LogNotChecked(Exception exception);

    [LoggerMessage(LogLevel.Error, "{Count} keys had no job that could run, although jobs waited; they go on now")]
    private partial void LogKeysFreed(int count);
}

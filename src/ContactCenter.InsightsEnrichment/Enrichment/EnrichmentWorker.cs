using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>
/// Turns stored events into conversations: as soon as they are stored, and, for events that other processes stored or
/// that were replayed, at the latest after five seconds.
/// </summary>
public sealed partial class EnrichmentWorker(
    DurableDatabase database,
    RawEventStore rawEvents,
    EnrichmentBacklog backlog,
    EnrichmentRun run,
    IOptions<IngestOptions> options,
    TimeProvider timeProvider,
    ILogger<EnrichmentWorker> logger) : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interruption = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var counted = timeProvider.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = TimeSpan.Zero;
            try
            {
                await backlog.LetBurstPassAsync(stoppingToken);
                var processed = await ProcessAsync(null, stoppingToken);
                backlog.Remove(processed);
                if (processed == 0 || timeProvider.GetElapsedTime(counted) > LongestPause)
                {
                    await backlog.CorrectAsync(() => rawEvents.CountWaitingAsync(options.Value.QueueLimit, stoppingToken));
                    counted = timeProvider.GetTimestamp();
                }

                if (processed == 0)
                    pause = LongestPause;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Mostly the database that is away. Nothing is lost: what was claimed is free again.
                LogInterrupted(exception);
                await Task.Delay(Interruption, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (pause > TimeSpan.Zero)
                await backlog.WaitAsync(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Processes waiting events; returns how many were claimed.</summary>
    private async Task<int> ProcessAsync(Guid[]? only, CancellationToken cancellationToken)
    {
        List<RawEvent> claimed = [];
        try
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            claimed = await RawEventStore.ClaimAsync(transaction.Connection, BatchSize, only);
            if (claimed.Count == 0)
                return 0;
            if (await run.TryAsync(transaction, claimed, EarlierResults.None) is not null)
            {
                await transaction.CommitAsync(cancellationToken);
                return claimed.Count;
            }
        }
        catch (Exception exception) when (claimed.Count > 0 && !TransientFailure.Is(exception) && !cancellationToken.IsCancellationRequested)
        {
            await IsolateAsync(claimed, exception, cancellationToken);
            return claimed.Count;
        }

        // Another process works on one of the conversations; it is done in a moment.
        await run.GiveWayAsync(cancellationToken);
        return claimed.Count;
    }

    /// <summary>After a defect: every event by itself, so that only those fail whose own task is concerned (INS-20).</summary>
    private async Task IsolateAsync(List<RawEvent> claimed, Exception exception, CancellationToken cancellationToken)
    {
        if (claimed.Count > 1)
        {
            foreach (var raw in claimed)
                await ProcessAsync([raw.RawEventId], cancellationToken);
            return;
        }

        var failed = claimed[0].RawEventId;
        LogFailed(exception, failed);
        await using var transaction = await database.BeginAsync(cancellationToken);
        await FailedEventHandler.BeginAsync(transaction, failed, FailedEventHandler.ErrorOf(exception), timeProvider.GetUtcNow());
        await transaction.CommitAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Enrichment was interrupted and goes on in a second")]
    private partial void LogInterrupted(Exception exception);

    [LoggerMessage(LogLevel.Error, "Event {RawEventId} could not be processed; it is tried again by a job")]
    private partial void LogFailed(Exception exception, Guid rawEventId);
}

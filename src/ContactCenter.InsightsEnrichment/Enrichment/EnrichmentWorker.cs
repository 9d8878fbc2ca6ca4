using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>
/// Turns stored events into conversations: as soon as they are stored, and, for events that other processes stored or
/// that wait for another try, at the latest after five seconds.
/// </summary>
public sealed partial class EnrichmentWorker(
    DurableDatabase database,
    RawEventStore rawEvents,
    EnrichmentBacklog backlog,
    EnrichmentRules rules,
    SessionChanges sessionChanges,
    IOptions<IngestOptions> options,
    TimeProvider timeProvider,
    ILogger<EnrichmentWorker> logger) : BackgroundService
{
    private const int BatchSize = 500;
    private const int MostAttempts = 5;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var counted = timeProvider.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = TimeSpan.Zero;
            try
            {
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
                await Task.Delay(FirstRetry, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
            var now = timeProvider.GetUtcNow();
            claimed = await RawEventStore.ClaimAsync(transaction.Connection, now, BatchSize, only);
            if (claimed.Count == 0)
                return 0;
            // Sessions before tasks, always: so no two transactions wait for each other.
            var sessions = new SessionBatch(transaction, sessionChanges, now);
            var sessionTasks = await sessions.RunAsync(claimed.FindAll(raw => raw.Source == RawEventSource.Session));
            if (await new EnrichmentBatch(transaction, rules, sessions, now).RunAsync(claimed.FindAll(raw => raw.Source != RawEventSource.Session), sessionTasks))
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
        await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 50)), timeProvider, cancellationToken);
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

        var failed = claimed[0];
        var attempt = failed.Attempts + 1;
        var delay = FirstRetry * Math.Pow(4, attempt - 1);
        DateTimeOffset? next = attempt > MostAttempts ? null : timeProvider.GetUtcNow() + (delay < LongestRetry ? delay : LongestRetry);
        LogFailed(exception, failed.RawEventId, attempt);
        await rawEvents.SetFailureAsync(failed.RawEventId, $"{exception.GetType().Name}: {exception.Message}", next, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Enrichment was interrupted and goes on in a second")]
    private partial void LogInterrupted(Exception exception);

    [LoggerMessage(LogLevel.Error, "Event {RawEventId} could not be processed, attempt {Attempt}")]
    private partial void LogFailed(Exception exception, Guid rawEventId, int attempt);
}

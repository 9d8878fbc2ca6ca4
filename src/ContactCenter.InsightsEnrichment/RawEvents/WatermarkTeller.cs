using ContactCenter.Durable;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Durable.Outbox;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Enrichment;
using Dapper;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>
/// Publishes up to when everything accepted has been published (INS-139). What has been processed by a moment has put its
/// messages into the outbox by then: when those are gone, it has been published.
/// </summary>
/// <param name="database">The service's database.</param>
/// <param name="outbox">Tells which messages wait.</param>
/// <param name="letters">Counts the events that could not be processed.</param>
/// <param name="firstTurns">Those of everything that is repeated.</param>
/// <param name="timeProvider">Now.</param>
/// <param name="logger">Told of what goes wrong.</param>
public sealed partial class WatermarkTeller(
    DurableDatabase database, OutboxBacklog outbox, DeadLetterDesk letters, FirstTurns firstTurns, TimeProvider timeProvider, ILogger<WatermarkTeller> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(9);

    /// <summary>What was accepted this long ago is stored and seen by all: no request waits longer for its commit.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private Candidate? _candidate;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Repeat.EveryAsync(Interval, timeProvider, firstTurns.Queue(TellAsync), LogFailed, stoppingToken);

    /// <summary>States the time once, unless another process has just done so.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var processed = await ReadProcessedAsync(now - Settling, cancellationToken);
        // Read after what is processed: only later work can be missing from it.
        var waiting = await outbox.GetWaitingAsync(cancellationToken);
        var next = new Candidate(processed, waiting?.Last ?? 0);
        var reached = waiting is null ? next : waiting.First > (_candidate?.LastMessage ?? 0) ? _candidate : null;
        // As long as the one before is not published, a later one cannot be known to be.
        if (_candidate is null || reached is not null)
            _candidate = next;

        var deadLetters = await letters.CountPendingAsync(FailedEventHandler.Kind, cancellationToken);
        await using var transaction = await database.BeginAsync(cancellationToken);
        var time = await transaction.Connection.QuerySingleOrDefaultAsync<DateTime?>(
            """
            INSERT INTO insights.ingest_watermark AS w (watermark_time, told_time) VALUES (@reached, @now)
            ON CONFLICT (only_one) DO UPDATE SET watermark_time = greatest(w.watermark_time, excluded.watermark_time), told_time = excluded.told_time
            WHERE w.told_time <= @now - @Interval * 0.9
            RETURNING watermark_time
            """,
            new { reached = reached?.Time ?? DateTimeOffset.UnixEpoch, now, Interval });
        if (time is null)
            return;
        transaction.Publish(
            new IngestWatermark
            {
                EventId = Guid.CreateVersion7(now),
                OccurredTime = now,
                RecordedTime = now,
                AccountSid = "",
                WatermarkTime = new(time.Value),
                DeadLetters = deadLetters,
            },
            "ingest-watermark",
            mandatory: false);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Up to when everything accepted is processed; what was accepted after <paramref name="settled"/> may not be seen yet.</summary>
    private async Task<DateTimeOffset> ReadProcessedAsync(DateTimeOffset settled, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return new(await connection.QuerySingleAsync<DateTime>(new CommandDefinition(
            """
            SELECT least((
              SELECT received_time FROM insights.received_events
              WHERE raw_event_id = (SELECT raw_event_id FROM insights.raw_event_states WHERE status = 'received' ORDER BY raw_event_id LIMIT 1)), @settled)
            """,
            new { settled },
            cancellationToken: cancellationToken)));
    }

    [LoggerMessage(LogLevel.Warning, "The ingest watermark could not be published")]
    private partial void LogFailed(Exception exception);

    /// <summary>A time before which everything is processed, and the last message that this led to.</summary>
    private sealed record Candidate(DateTimeOffset Time, long LastMessage);
}

using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Enrichment;
using Dapper;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>
/// Publishes up to when everything accepted has been published (INS-139). What has been processed by a moment has put its
/// messages into the outbox by then: when those are gone, it has been published.
/// </summary>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Now.</param>
/// <param name="logger">Told of what goes wrong.</param>
public sealed partial class WatermarkTeller(DurableDatabase database, TimeProvider timeProvider, ILogger<WatermarkTeller> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(9);

    /// <summary>What was accepted this long ago is stored and seen by all: no request waits longer for its commit.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private Candidate? _candidate;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Repeat.EveryAsync(Interval, timeProvider, TellAsync, LogFailed, stoppingToken);

    /// <summary>States the time once, unless another process has just done so.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        var state = await transaction.Connection.QuerySingleAsync<State>(
            """
            SELECT least((SELECT received_time FROM insights.raw_events WHERE status = 'received' ORDER BY raw_event_id LIMIT 1), @settled) AS Processed,
              (SELECT max(seq) FROM durable.outbox_messages) AS LastMessage,
              NOT EXISTS (SELECT FROM durable.outbox_messages WHERE seq <= @LastMessage) AS IsPublished,
              (SELECT count(*) FROM durable.dead_letters WHERE state = 'PENDING' AND kind = @Kind) AS DeadLetters
            """,
            new { settled = now - Settling, LastMessage = _candidate?.LastMessage ?? 0, FailedEventHandler.Kind });
        var next = new Candidate(new(state.Processed), state.LastMessage ?? 0);
        var reached = state.LastMessage is null ? next : state.IsPublished ? _candidate : null;
        // As long as the one before is not published, a later one cannot be known to be.
        if (_candidate is null || reached is not null)
            _candidate = next;

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
                DeadLetters = state.DeadLetters,
            },
            "ingest-watermark",
            mandatory: false);
        await transaction.CommitAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "The ingest watermark could not be published")]
    private partial void LogFailed(Exception exception);

    /// <summary>A time before which everything is processed, and the last message that this led to.</summary>
    private sealed record Candidate(DateTimeOffset Time, long LastMessage);

    private sealed record State
    {
        public DateTime Processed { get; init; }
        public long? LastMessage { get; init; }
        public bool IsPublished { get; init; }
        public long DeadLetters { get; init; }
    }
}

using System.Diagnostics.Metrics;
using ContactCenter.Durable.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContactCenter.Durable.DeadLetters;

/// <summary>Once a minute: counts the letters that wait for an operator, and reports those that no event has named yet (DUR-52).</summary>
internal sealed partial class DeadLetterWatch : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly DurableDatabase _database;
    private readonly DeadLetterStore _store;
    private readonly FirstTurns _firstTurns;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private long _pending;
    private double _oldestAgeSeconds;

    public DeadLetterWatch(DurableDatabase database, DeadLetterStore store, FirstTurns firstTurns, TimeProvider timeProvider, IMeterFactory meters, ILogger<DeadLetterWatch> logger)
    {
        (_database, _store, _firstTurns, _timeProvider, _logger) = (database, store, firstTurns, timeProvider, logger);
        var meter = meters.Create(OutboxBacklog.MeterName);
        meter.CreateObservableGauge("durable.dead_letters.pending", () => Volatile.Read(ref _pending), "{letter}", "Dead letters that wait for an operator; alarm above 0");
        meter.CreateObservableGauge("durable.dead_letters.oldest_age", () => Volatile.Read(ref _oldestAgeSeconds), "s", "Time since the oldest of them was given up; alarm at 86,400");
    }

    /// <summary>Counts and reports now.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await _database.BeginAsync(cancellationToken);
        var (pending, oldest) = await DeadLetterStore.CountPendingAsync(transaction.Connection);
        Volatile.Write(ref _pending, pending);
        Volatile.Write(ref _oldestAgeSeconds, oldest is null ? 0 : Math.Max(0, (_timeProvider.GetUtcNow() - oldest.Value).TotalSeconds));
        await _store.ReportAsync(transaction.Connection);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(Interval, _timeProvider, _firstTurns.Queue(RefreshAsync), LogFailed, stoppingToken);

    [LoggerMessage(LogLevel.Warning, "The dead letters could not be counted")]
    private partial void LogFailed(Exception exception);
}

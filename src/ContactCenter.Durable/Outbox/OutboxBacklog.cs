using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.Durable.Outbox;

/// <summary>How far the relay is behind: two metrics, and the limit above which changes are refused (DUR-14).</summary>
public sealed partial class OutboxBacklog : BackgroundService
{
    /// <summary>Name of the meter with <c>durable.outbox.pending</c> (messages) and <c>durable.outbox.oldest_age</c> (seconds; alarm at 60).</summary>
    public const string MeterName = "ContactCenter.Durable";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly OutboxStore _store;
    private readonly IOptions<OutboxOptions> _options;
    private readonly FirstTurns _firstTurns;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private long _pending;
    private double _oldestAgeSeconds;

    internal OutboxBacklog(OutboxStore store, IOptions<OutboxOptions> options, FirstTurns firstTurns, TimeProvider timeProvider, IMeterFactory meters, ILogger<OutboxBacklog> logger)
    {
        _store = store;
        _options = options;
        _firstTurns = firstTurns;
        _timeProvider = timeProvider;
        _logger = logger;
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("durable.outbox.pending", () => Volatile.Read(ref _pending), "{message}", "Messages that RabbitMQ has not confirmed yet, counted up to Outbox:MaxPending");
        meter.CreateObservableGauge("durable.outbox.oldest_age", () => Volatile.Read(ref _oldestAgeSeconds), "s", "Age of the oldest such message");
    }

    /// <summary>Whether <c>Outbox:MaxPending</c> messages or more waited when they were last counted, at most 10 s ago.</summary>
    public bool IsFull => Volatile.Read(ref _pending) >= _options.Value.MaxPending;

    /// <summary>Counts now.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var (pending, oldestAge) = await _store.ReadBacklogAsync(_options.Value.MaxPending, cancellationToken);
        Volatile.Write(ref _pending, pending);
        Volatile.Write(ref _oldestAgeSeconds, oldestAge.TotalSeconds);
    }

    /// <summary>Reads how far the relay is behind now.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        var limit = _options.Value.MaxPending;
        var (pending, oldestAge) = await _store.ReadBacklogAsync(limit, cancellationToken);
        return new OutboxStatus(pending, oldestAge, await _store.CountRefusedAsync(limit, cancellationToken), limit);
    }

    /// <summary>Reads which messages wait now: what was added before and is not among them has been published, or is a dead letter.</summary>
    /// <returns>The first and the last of them; null if none waits.</returns>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public Task<OutboxSpan?> GetWaitingAsync(CancellationToken cancellationToken) => _store.ReadWaitingAsync(cancellationToken);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(Interval, _timeProvider, _firstTurns.Queue(RefreshAsync), LogFailed, stoppingToken);

    [LoggerMessage(LogLevel.Warning, "The outbox could not be counted")]
    private partial void LogFailed(Exception exception);
}

/// <summary>How far the relay is behind.</summary>
/// <param name="Pending">Messages that RabbitMQ has not confirmed yet, counted up to <paramref name="MaxPending"/>.</param>
/// <param name="OldestAge">Age of the oldest; zero if there is none.</param>
/// <param name="Refused">How many of them the broker has refused, and that wait for their next try.</param>
/// <param name="MaxPending">From as many on changes are refused (DUR-14).</param>
public sealed record OutboxStatus(long Pending, TimeSpan OldestAge, long Refused, int MaxPending);

/// <summary>The messages that wait, by their numbers, which rise in the order in which messages are added.</summary>
/// <param name="First">Number of the first.</param>
/// <param name="Last">Number of the last.</param>
public sealed record OutboxSpan(long First, long Last);

using System.Diagnostics.Metrics;
using ContactCenter.Durable.Outbox;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContactCenter.Durable.Jobs;

/// <summary>What the jobs of this process and of its database do, by kind; no label is a key, group, id or address (DUR-45).</summary>
internal sealed partial class JobMetrics : BackgroundService
{
    private const int MaxDepth = 100_000;

    // Two short walks along the index of each kind, never over the whole table.
    private const string Read =
        """
        SELECT k.kind AS Kind,
          (SELECT count(*) FROM (SELECT FROM durable.jobs j WHERE j.state = 'READY' AND j.kind = k.kind LIMIT @MaxDepth) AS waiting) AS Depth,
          coalesce(extract(epoch FROM @now - (SELECT j.due_time FROM durable.jobs j WHERE j.state = 'READY' AND j.kind = k.kind ORDER BY j.ready_time, j.seq LIMIT 1)), 0)::float8 AS OldestDueAge
        FROM unnest(@kinds) AS k (kind)
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly NpgsqlDataSource _dataSource;
    private readonly JobQueue _queue;
    private readonly FirstTurns _firstTurns;
    private readonly SteadyTime _time;
    private readonly ILogger _logger;
    private readonly Instrument[] _gauges;
    private readonly UpDownCounter<long> _running;
    private readonly Histogram<double> _duration;
    private volatile IReadOnlyList<Reading> _last = [];

    public JobMetrics(NpgsqlDataSource dataSource, JobQueue queue, FirstTurns firstTurns, SteadyTime time, IMeterFactory meters, ILogger<JobMetrics> logger)
    {
        (_dataSource, _queue, _firstTurns, _time, _logger) = (dataSource, queue, firstTurns, time, logger);
        var meter = meters.Create(OutboxBacklog.MeterName);
        _running = meter.CreateUpDownCounter<long>("durable.jobs.running", "{job}", "Jobs that this process runs, by kind");
        _duration = meter.CreateHistogram<double>("durable.jobs.run.duration", "s", "Time that handlers took, by kind and outcome");
        _gauges =
        [
            meter.CreateObservableGauge("durable.jobs.depth", () => _last.Select(reading => new Measurement<long>(reading.Depth, Tag(reading.Kind))), "{job}", $"Jobs that wait to be claimed, by kind, counted up to {MaxDepth:N0}"),
            meter.CreateObservableGauge("durable.jobs.oldest_due_age", () => _last.Select(reading => new Measurement<double>(Math.Max(0, reading.OldestDueAge), Tag(reading.Kind))), "s", "For how long the oldest due job waits, by kind"),
        ];
    }

    /// <summary>Called when a run begins.</summary>
    /// <returns>To be called with the outcome when it ends.</returns>
    public Action<string> Begin(string kind)
    {
        var start = _time.GetTimestamp();
        _running.Add(1, Tag(kind));
        return outcome =>
        {
            _running.Add(-1, Tag(kind));
            _duration.Record(_time.GetElapsedTime(start).TotalSeconds, Tag(kind), new KeyValuePair<string, object?>("outcome", outcome));
        };
    }

    /// <summary>Reads what the gauges show.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        var readings = await connection.QueryAsync<Reading>(Read, new { MaxDepth, now = _time.GetUtcNow(), kinds = _queue.Kinds.ToArray() });
        _last = readings.AsList();
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Repeat.EveryAsync(
        Interval,
        _time,
        _firstTurns.Queue(token => _gauges.Any(gauge => gauge.Enabled) ? RefreshAsync(token) : Task.CompletedTask),
        LogFailed,
        stoppingToken);

    private static KeyValuePair<string, object?> Tag(string kind) => new("kind", kind);

    private sealed record Reading(string Kind, long Depth, double OldestDueAge);

    [LoggerMessage(LogLevel.Warning, "The jobs could not be counted")]
    private partial void LogFailed(Exception exception);
}

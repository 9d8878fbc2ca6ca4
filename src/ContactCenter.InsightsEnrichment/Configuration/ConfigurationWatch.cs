using ContactCenter.Durable;

namespace ContactCenter.InsightsEnrichment.Configuration;

/// <summary>Reads the imported configuration before anything else starts, and then looks for a newer one every few seconds.</summary>
/// <param name="current">The configuration.</param>
/// <param name="timeProvider">The seconds.</param>
/// <param name="logger">Told when the database is away.</param>
internal sealed partial class ConfigurationWatch(CurrentConfiguration current, TimeProvider timeProvider, ILogger<ConfigurationWatch> logger) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public Task StartingAsync(CancellationToken cancellationToken) => current.RefreshAsync(cancellationToken);

    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Repeat.EveryAsync(Interval, timeProvider, current.RefreshAsync, LogFailed, stoppingToken);

    [LoggerMessage(LogLevel.Warning, "The configuration could not be looked up; the one that is known stays in effect")]
    private partial void LogFailed(Exception exception);
}

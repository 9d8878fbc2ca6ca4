using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Durable.Inbox;

/// <summary>
/// Starts and stops the consumers, and gives them another bus when they have been without the broker for a while: MassTransit 8.4 connects
/// again by itself, but where a connection breaks while its queues are declared it waits for good, and can be neither stopped nor started.
/// </summary>
/// <remarks>Its times are those of the machine, like all waits for the network.</remarks>
/// <param name="first">The bus to begin with.</param>
/// <param name="next">Makes another one.</param>
/// <param name="logger">Told of what goes wrong.</param>
internal sealed partial class BusKeeper(IBusControl first, Func<IBusControl> next, ILogger<BusKeeper> logger) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    // Long enough for what MassTransit mends by itself. What another bus does not mend is left alone for longer each time.
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestPatience = TimeSpan.FromMinutes(2);

    private volatile IBusControl _bus = first;

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _bus.StopAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = _bus.CheckHealth();
        return Task.FromResult(new HealthCheckResult(health.Status == BusHealthStatus.Healthy ? HealthStatus.Healthy : HealthStatus.Degraded, health.Description, health.Exception));
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var patience = FirstPatience; ;)
        {
            using var starting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var start = _bus.StartAsync(starting.Token);
            if (await WatchAsync(patience, stoppingToken))
                patience = FirstPatience;
            LogReplaced();
            await starting.CancelAsync();
            await StopAsync(start);
            _bus = next();
            patience = TimeSpan.FromTicks(Math.Min(patience.Ticks * 2, LongestPatience.Ticks));
        }
    }

    /// <summary>Returns when some consumer has been without the broker for too long.</summary>
    /// <returns>Whether all of them had been with it before.</returns>
    private async Task<bool> WatchAsync(TimeSpan patience, CancellationToken stoppingToken)
    {
        var wasHealthy = false;
        for (var unhealthy = TimeSpan.Zero; unhealthy < patience; unhealthy += Pause)
        {
            await Task.Delay(Pause, stoppingToken);
            if (_bus.CheckHealth().Status == BusHealthStatus.Healthy)
                (wasHealthy, unhealthy, patience) = (true, TimeSpan.Zero, FirstPatience);
        }

        return wasHealthy;
    }

    // A bus that can be stopped does so; one that waits for good stays behind.
    private async Task StopAsync(Task start)
    {
        try
        {
            await start.WaitAsync(StopLimit);
            using var limit = new CancellationTokenSource(StopLimit);
            await _bus.StopAsync(limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception exception)
        {
            LogNotStopped(exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Consumers are without the broker for too long; they get another bus")]
    private partial void LogReplaced();

    [LoggerMessage(LogLevel.Information, "The bus before could not be stopped")]
    private partial void LogNotStopped(Exception exception);
}

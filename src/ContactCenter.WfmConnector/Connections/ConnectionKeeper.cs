using ContactCenter.Durable;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>Sends heartbeats, whichever process is first (WFM-14).</summary>
/// <param name="store">Says when one is due.</param>
/// <param name="client">Sends it.</param>
/// <param name="timeProvider">Measures pauses.</param>
/// <param name="logger">Told of what goes wrong.</param>
public sealed partial class ConnectionKeeper(ConnectionStore store, CxoneClient client, TimeProvider timeProvider, ILogger<ConnectionKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Repeat.EveryAsync(Turn, timeProvider, BeatAsync, LogFailed, stoppingToken);

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        if (!await store.TakeHeartbeatAsync(cancellationToken))
            return;
        await store.ForgetEventsAsync(cancellationToken);
        if (await store.ReadAsync(cancellationToken) is { IsUsable: true } connection && await client.BeatAsync(connection, cancellationToken) is { NeedsMending: true } answer)
            await store.DelayHeartbeatAsync(answer.Pause, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "The heartbeat could not be sent")]
    private partial void LogFailed(Exception exception);
}

using ContactCenter.Durable;
using Microsoft.Extensions.Options;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>Sends heartbeats, whichever process is first (WFM-14).</summary>
/// <param name="store">Says when one is due.</param>
/// <param name="answers">Forgets old ones.</param>
/// <param name="client">Sends it.</param>
/// <param name="options">How long an answer proves the connection.</param>
/// <param name="timeProvider">Now.</param>
/// <param name="logger">Told of what goes wrong.</param>
public sealed partial class ConnectionKeeper(
    ConnectionStore store, AnswerStore answers, CxoneClient client, IOptions<WfmOptions> options, TimeProvider timeProvider, ILogger<ConnectionKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Repeat.EveryAsync(Turn, timeProvider, BeatAsync, LogFailed, stoppingToken);

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        if (!await store.TakeHeartbeatAsync(cancellationToken))
            return;
        await store.ForgetEventsAsync(cancellationToken);
        await answers.ForgetAsync(cancellationToken);
        var connection = await store.ReadAsync(cancellationToken);
        // Where there is no heartbeat, whatever was taken lately is one (WFM-14).
        var isProven = connection.Profile.Path("heartbeat") is null && connection.State == ConnectionState.Connected
            && timeProvider.GetUtcNow() - connection.SuccessTime < options.Value.Connection.Heartbeat;
        if (connection.IsUsable && !isProven && await client.BeatAsync(connection, cancellationToken) is { NeedsMending: true } answer)
            await store.DelayHeartbeatAsync(answer.Pause, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "The heartbeat could not be sent")]
    private partial void LogFailed(Exception exception);
}

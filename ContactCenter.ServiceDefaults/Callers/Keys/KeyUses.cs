using System.Collections.Concurrent;
using ContactCenter.Durable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>Notes when keys were last used, to the minute (SEC-10): once a minute all together, in one statement; none if no key was used.</summary>
/// <param name="database">The service's database.</param>
/// <param name="clock">The minutes.</param>
/// <param name="logger">Told when a note could not be written.</param>
internal sealed partial class KeyUses(DurableDatabase database, TimeProvider clock, ILogger<KeyUses> logger) : BackgroundService
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LastWriteLimit = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _uses = new();

    /// <summary>Notes a use; costs nothing but the first time in a minute.</summary>
    public void Note(Caller caller)
    {
        var now = clock.GetUtcNow();
        var minute = new DateTimeOffset(now.UtcTicks - now.UtcTicks % Minute.Ticks, TimeSpan.Zero);
        if (!_uses.TryGetValue(caller.Id, out var noted) || noted != minute)
            _uses[caller.Id] = minute;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Repeat.EveryAsync(Minute, clock, WriteAsync, LogNotWritten, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            using var limit = new CancellationTokenSource(LastWriteLimit);
            try
            {
                await WriteAsync(limit.Token);
            }
            catch (Exception failure)
            {
                LogNotWritten(failure);
            }
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var uses = _uses.ToArray();
        if (uses is [])
            return;
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        await ApiKeyStore.NoteUsesAsync(connection, uses, cancellationToken);
        // A use of a later minute stays for the next time.
        foreach (var use in uses)
            _uses.TryRemove(use);
    }

    [LoggerMessage(1, LogLevel.Warning, "Last uses of API keys could not be noted; they are tried again in a minute")]
    private partial void LogNotWritten(Exception failure);
}

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.Durable.Inbox;

/// <summary>Keeps the inbox's partitions: those of the coming days exist, those past the retention are dropped (DUR-16).</summary>
internal sealed partial class InboxRetention(InboxStore store, IOptions<DurableOptions> options, TimeProvider timeProvider, ILogger<InboxRetention> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, timeProvider);
        do
        {
            try
            {
                var today = DateOnly.FromDateTime(timeProvider.GetUtcNow().UtcDateTime);
                for (var day = today; day <= today.AddDays(2); day = day.AddDays(1))
                    await store.AddPartitionAsync(day, stoppingToken);
                await store.DropPartitionsAsync(today.AddDays(-options.Value.InboxDays - 1), stoppingToken);
            }
            catch (NpgsqlException exception)
            {
                LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "The inbox's partitions could not be kept; the next try is in an hour")]
    private partial void LogFailed(Exception exception);
}

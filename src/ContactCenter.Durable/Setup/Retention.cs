using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Inbox;
using ContactCenter.Durable.Jobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.Durable;

/// <summary>Once an hour: adds the partitions of the coming days, and removes what is past its retention (DUR-16, DUR-25, DUR-39, DUR-52, DUR-62).</summary>
internal sealed partial class Retention(
    NpgsqlDataSource dataSource, InboxStore inbox, JobStore jobs, IOptions<DurableOptions> options, FirstTurns firstTurns, TimeProvider timeProvider, ILogger<Retention> logger) : BackgroundService
{
    private const int DeadLetterDays = 90;

    // In portions, so that no statement holds locks for long.
    private const string ForgetAnswers =
        """
        DELETE FROM durable.idempotency_keys WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM durable.idempotency_keys WHERE created_time < $1 ORDER BY created_time LIMIT 5000))
        """;

    private const string ForgetLetters =
        """
        DELETE FROM durable.dead_letters WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM durable.dead_letters WHERE closed_time < $1 LIMIT 5000))
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(Interval, timeProvider, firstTurns.Queue(KeepAsync), LogFailed, stoppingToken);

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        await inbox.AddPartitionsAsync(today, daysAfter: 2, cancellationToken);
        await inbox.DropPartitionsAsync(today.AddDays(-options.Value.InboxDays - 1), cancellationToken);
        await jobs.DropHistoryAsync(today.AddDays(-options.Value.HistoryDays), cancellationToken);
        await DeleteAsync(ForgetAnswers, now.AddDays(-options.Value.IdempotencyDays), cancellationToken);
        await DeleteAsync(ForgetLetters, now.AddDays(-DeadLetterDays), cancellationToken);
        await AuditStore.DropMonthsAsync(dataSource, now.AddDays(-options.Value.AuditDays), cancellationToken);
    }

    private async Task DeleteAsync(string sql, DateTimeOffset before, CancellationToken cancellationToken)
    {
        int deleted;
        do
        {
            await using var command = dataSource.CreateCommand(sql);
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
            deleted = await command.ExecuteNonQueryAsync(cancellationToken);
        }
        while (deleted > 0);
    }

    [LoggerMessage(LogLevel.Warning, "What is past its retention could not be removed; the next try is in a minute")]
    private partial void LogFailed(Exception exception);
}

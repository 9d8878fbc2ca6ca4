using ContactCenter.Durable.Jobs;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContactCenter.Durable.Recurring;

/// <summary>
/// At the start and once an hour: makes sure that an occurrence of each recurring job waits or runs, planned by the schedule of this release,
/// and removes those that no release knows any more. Any number of processes do so at once.
/// </summary>
internal sealed partial class RecurrencePlanner(DurableDatabase database, JobQueue queue, JobStore store, FirstTurns firstTurns, SteadyTime time, ILogger<RecurrencePlanner> logger) : BackgroundService
{
    // What waits by another schedule; what runs plans its successor by the schedule of the process that runs it.
    private const string Reschedule =
        """
        UPDATE durable.jobs j SET payload = p.payload::json, due_time = p.due_time, ready_time = p.due_time, enqueued_time = p.due_time
        FROM unnest(@kinds, @payloads, @dueTimes) AS p (kind, payload, due_time)
        WHERE j.kind = p.kind AND j.deduplication_key = @DeduplicationKey AND j.state = 'READY' AND j.attempt = 0
          AND j.payload ->> 'schedule' <> p.payload::json ->> 'schedule'
        """;

    // Never in the middle of a rolling update: for a day nobody has offered to run it.
    private const string Remove =
        """
        DELETE FROM durable.jobs j
        WHERE j.deduplication_key = @DeduplicationKey AND j.state = 'READY' AND j.kind <> ALL (@kinds)
          AND NOT EXISTS (SELECT FROM durable.job_kinds k WHERE k.kind = j.kind AND k.offered_time > now() - interval '1 day')
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(Interval, time, firstTurns.Queue(PlanAsync), LogFailed, stoppingToken);

    /// <summary>Does so now.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task PlanAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var first = queue.Kinds.Select(kind => queue[kind].Recurrence?.First(kind, now)).OfType<QueuedJob>().ToList();

        // First, so that no process of another release takes what is planned here for forgotten.
        await store.OfferAsync(queue.Kinds, cancellationToken);
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.Connection.ExecuteAsync(Remove, new { Recurrence.DeduplicationKey, kinds = queue.Kinds.ToArray() });
        await transaction.Connection.ExecuteAsync(Reschedule, new
        {
            kinds = first.Select(job => job.Kind).ToArray(),
            payloads = first.Select(job => System.Text.Encoding.UTF8.GetString(job.Payload)).ToArray(),
            dueTimes = first.Select(job => job.DueTime.UtcDateTime).ToArray(),
            Recurrence.DeduplicationKey,
        });
        first.ForEach(transaction.Add);
        await transaction.CommitAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "The recurring jobs could not be planned; the next try is in a minute")]
    private partial void LogFailed(Exception exception);
}

using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.Events.Wfm;
using ContactCenter.WfmConnector.Catalogue;
using ContactCenter.WfmConnector.Facts;
using ContactCenter.WfmConnector.Reports;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.WfmConnector.Intervals;

/// <summary>
/// Seals intervals when their time has come (WFM-71, WFM-72), and works sealed ones out again when something of their time is
/// told late (WFM-74). One process at a time does it.
/// </summary>
/// <param name="database">The service's database.</param>
/// <param name="builder">Works reports out.</param>
/// <param name="reports">Stores them.</param>
/// <param name="contacts">Ends contacts that nobody tells of.</param>
/// <param name="profiles">Knows what they are written with.</param>
/// <param name="options">When, and what is sent by itself.</param>
/// <param name="timeProvider">Now.</param>
/// <param name="logger">Told of what goes wrong.</param>
public sealed partial class IntervalSealer(
    DurableDatabase database,
    ReportBuilder builder,
    ReportStore reports,
    UnfinishedContacts contacts,
    WireProfileStore profiles,
    IOptions<WfmOptions> options,
    TimeProvider timeProvider,
    ILogger<IntervalSealer> logger) : BackgroundService
{
    /// <summary>Most intervals that are worked out in one go: a day.</summary>
    private const int LongestRun = 96;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Repeat.EveryAsync(Turn, timeProvider, RunAsync, LogFailed, stoppingToken);

    /// <summary>Works out a range again, sealed or not, and stores what differs (WFM-76).</summary>
    /// <param name="transaction">Holds what is stored.</param>
    /// <param name="from">Start of the first interval.</param>
    /// <param name="until">End of the last interval, which must have passed.</param>
    /// <param name="events">Events that led to it.</param>
    /// <param name="isSent">Whether to send what differs.</param>
    /// <param name="isDryRun">Whether only to say what differs.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>What differs; of an interval that was not sealed before nothing.</returns>
    public async Task<IReadOnlyList<(DateTime Start, ReportChange Change)>> RestateAsync(
        DurableTransaction transaction, DateTime from, DateTime until, IReadOnlyCollection<Guid> events, bool isSent, bool isDryRun, CancellationToken cancellationToken)
    {
        await LockAsync(transaction.Connection);
        var all = new List<(DateTime, ReportChange)>();
        var profile = await profiles.ActiveAsync(transaction.Connection);
        for (var start = from; start < until; start += LongestRun * Quarter.Length)
        {
            var end = start + LongestRun * Quarter.Length < until ? start + LongestRun * Quarter.Length : until;
            var built = await builder.BuildAsync(transaction.Connection, start, end, profile, cancellationToken);
            var newest = await ReportStore.NewestAsync(transaction.Connection, start, end);
            // Only what was written with the same profile can be compared.
            var comparable = built.ToDictionary(report => (report.IntervalStart, report.Kind, report.Profile.Id));
            foreach (var other in newest.Values.Select(report => report.Profile).Distinct().Where(id => id != profile.Id))
            {
                var rebuilt = await builder.BuildAsync(transaction.Connection, start, end, (await profiles.FindAsync(transaction.Connection, other))!, cancellationToken);
                foreach (var report in rebuilt)
                    comparable.Add((report.IntervalStart, report.Kind, other), report);
            }

            var differing = newest.Where(entry => !comparable[(entry.Key.Start, entry.Key.Kind, entry.Value.Profile)].Sha256.AsSpan().SequenceEqual(entry.Value.Sha256))
                .ToDictionary(entry => entry.Key, entry => entry.Value);
            var bodies = await ReportStore.BodiesAsync(transaction.Connection, differing.Values.Select(report => report.Id));
            var stored = new List<BuiltReport>();
            foreach (var interval in built.GroupBy(report => report.IntervalStart))
            {
                if (!newest.ContainsKey((interval.Key, ReportKind.Activity)))
                {
                    if (!isDryRun)
                        await SealAsync(transaction, [.. interval], isIncomplete: false, isSent);
                    stored.AddRange(interval);
                    continue;
                }

                var changed = interval.Where(report => differing.ContainsKey((report.IntervalStart, report.Kind))).ToList();
                var changes = changed.ConvertAll(report =>
                {
                    var before = differing[(report.IntervalStart, report.Kind)];
                    var now = comparable[(report.IntervalStart, report.Kind, before.Profile)];
                    return ReportChanges.Between(bodies[before.Id], now.Body, now.Profile);
                });
                all.AddRange(changes.SelectMany(list => list).Select(change => (interval.Key, change)));
                if (changed.Count > 0 && !isDryRun)
                    await ReviseAsync(transaction, changed, changes, events, isSent);
                stored.AddRange(changed);
            }

            if (!isDryRun)
                await CatalogueStore.UseAsync(transaction.Connection, stored);
        }

        return all;
    }

    /// <summary>Seals what is due and works late facts in.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using (var transaction = await database.BeginAsync(cancellationToken))
        {
            await LockAsync(transaction.Connection);
            await contacts.SettleAsync(transaction.Connection);
            await transaction.CommitAsync(cancellationToken);
        }

        while (await SealNextAsync(cancellationToken))
        {
        }

        await RestateTouchedAsync(cancellationToken);
        if (options.Value.Reports.PushRestatements == RestatementPush.Auto)
            await PushQuietAsync(cancellationToken);
    }

    private async Task<bool> SealNextAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow().UtcDateTime;
        await using var transaction = await database.BeginAsync(cancellationToken);
        await LockAsync(transaction.Connection);
        var (next, watermark, isSealed) = await transaction.Connection.QuerySingleAsync<(DateTime, DateTime, bool)>(
            """
            INSERT INTO wfm.source AS s (next_interval, heard_time) VALUES (@first, @now) ON CONFLICT (only_one) DO UPDATE SET next_interval = s.next_interval
            RETURNING s.next_interval, s.watermark_time, EXISTS (SELECT FROM wfm.intervals i WHERE i.start_time = s.next_interval)
            """,
            new { first = Quarter.StartOf(now), now });
        var end = next + Quarter.Length;
        var isDue = end + options.Value.Intervals.SealAfter <= now && (watermark >= end || end + options.Value.Intervals.WatermarkWait <= now);
        if (isDue && !isSealed)
        {
            var built = await builder.BuildAsync(transaction.Connection, next, end, await profiles.ActiveAsync(transaction.Connection), cancellationToken);
            await SealAsync(transaction, built, watermark < end, isSent: true);
            await CatalogueStore.UseAsync(transaction.Connection, built);
        }

        if (isDue)
            await transaction.Connection.ExecuteAsync("UPDATE wfm.source SET next_interval = @end", new { end });
        await transaction.CommitAsync(cancellationToken);
        return isDue;
    }

    private async Task RestateTouchedAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await LockAsync(transaction.Connection);
        // How far a touch reaches is asked now, when everything that was told with it is known.
        var touched = (await transaction.Connection.QueryAsync<(DateTime Start, Guid[] Events)>(
            """
            WITH gone AS (DELETE FROM wfm.touches RETURNING *), reach AS (
              SELECT g.event_id, date_bin('15 minutes', g.from_time, '2000-01-01Z') AS from_time, greatest(
                g.until_time,
                CASE WHEN g.agent_sid IS NOT NULL THEN coalesce((SELECT min(c.start_time) FROM wfm.activity_changes c WHERE c.agent_sid = g.agent_sid AND c.start_time > g.from_time), 'infinity') END,
                (SELECT max(s.end_time) FROM wfm.segments s WHERE s.task_sid = g.task_sid)) AS until_time
              FROM gone g
            )
            SELECT i.start_time, array_agg(DISTINCT r.event_id) FROM reach r JOIN wfm.intervals i ON i.start_time >= r.from_time AND i.start_time <= r.until_time
            GROUP BY i.start_time ORDER BY i.start_time
            """)).AsList();
        for (var first = 0; first < touched.Count;)
        {
            var last = first;
            while (last + 1 < touched.Count && touched[last + 1].Start == touched[last].Start + Quarter.Length)
                last++;
            var events = touched[first..(last + 1)].SelectMany(interval => interval.Events).ToHashSet();
            await RestateAsync(transaction, touched[first].Start, touched[last].Start + Quarter.Length, events, isSent: false, isDryRun: false, cancellationToken);
            first = last + 1;
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private async Task PushQuietAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow().UtcDateTime;
        await using var transaction = await database.BeginAsync(cancellationToken);
        var isQuiet = await transaction.Connection.QuerySingleAsync<bool>(
            "SELECT NOT EXISTS (SELECT FROM wfm.reports WHERE revision > 0 AND state = 'HELD' AND create_time > @since)", new { since = now.AddMinutes(-5) });
        if (isQuiet)
            await reports.PushAsync(transaction, now.AddDays(-1), now);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task SealAsync(DurableTransaction transaction, IReadOnlyList<BuiltReport> built, bool isIncomplete, bool isSent)
    {
        var now = timeProvider.GetUtcNow();
        var start = built[0].IntervalStart;
        await transaction.Connection.ExecuteAsync(
            "INSERT INTO wfm.intervals (start_time, revision, seal_time, is_incomplete) VALUES (@start, 0, @now, @isIncomplete)", new { start, now, isIncomplete });
        await reports.AddAsync(transaction, built, revision: 0, isSent, [.. built.Select(_ => (string?)null)]);
        transaction.Publish(
            new WfmIntervalSealed { EventId = Guid.CreateVersion7(now), OccurredTime = now, IntervalStart = start, Incomplete = isIncomplete }, "intervals", mandatory: false);
    }

    private async Task ReviseAsync(
        DurableTransaction transaction, List<BuiltReport> changed, List<IReadOnlyList<ReportChange>> changes, IReadOnlyCollection<Guid> events, bool isSent)
    {
        var now = timeProvider.GetUtcNow();
        var start = changed[0].IntervalStart;
        var revision = await transaction.Connection.QuerySingleAsync<int>("UPDATE wfm.intervals SET revision = revision + 1 WHERE start_time = @start RETURNING revision", new { start });
        await reports.AddAsync(
            transaction, changed, revision, isSent, [.. changes.Select(list => JsonSerializer.Serialize(new { events, changes = list }, JsonSerializerOptions.Web))]);
        transaction.Publish(
            new WfmIntervalRestated { EventId = Guid.CreateVersion7(now), OccurredTime = now, IntervalStart = start, Revision = revision, ChangedValues = changes.Sum(list => list.Count) },
            "intervals",
            mandatory: false);
    }

    /// <summary>Lets one process at a time seal and restate, to the end of the transaction.</summary>
    internal static async Task LockAsync(NpgsqlConnection connection) => await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('wfm.intervals', 0))");

    [LoggerMessage(LogLevel.Error, "Intervals could not be sealed")]
    private partial void LogFailed(Exception exception);
}

using System.Diagnostics;
using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Agents;
using ContactCenter.InsightsEnrichment.Warnings;
using ContactCenter.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Loads;

/// <summary>Runs loads, one at a time over all processes (INS-102): each is one transaction, so that readers see all of it or nothing.</summary>
/// <param name="database">The service's database.</param>
/// <param name="activities">What activities mean.</param>
/// <param name="options">Which loads are due.</param>
/// <param name="timeProvider">Time of the cut-off.</param>
public sealed class LoadRunner(DurableDatabase database, IOptionsMonitor<ActivityOptions> activities, IOptionsMonitor<LoadOptions> options, TimeProvider timeProvider)
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    /// <summary>Asks for a load.</summary>
    /// <param name="transaction">The load sees what it changes.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="now">When.</param>
    public static async Task<Load> BeginAsync(DurableTransaction transaction, string actor, DateTimeOffset now)
    {
        // As precise as it is stored, so that an answer equals what is read later.
        var load = new Load { LoadId = Guid.CreateVersion7(now), RequestedBy = actor, RequestTime = RpcTimes.Whole(now) };
        await LoadStore.AddAsync(transaction.Connection, load);
        transaction.Enqueue(RequestedLoad.Kind, new LoadReference(load.LoadId));
        return load;
    }

    /// <summary>Runs a load that was asked for, unless it has run.</summary>
    /// <param name="loadId">The load.</param>
    /// <param name="cancellationToken">Ends it; then nothing has changed.</param>
    public async Task RunAsync(Guid loadId, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await LoadStore.BeginAsync(transaction.Connection, cancellationToken);
        if (await LoadStore.FindAsync(transaction.Connection, loadId, cancellationToken) is { LoadNumber: null } load)
            await RunAsync(transaction, load, await LoadStore.LastAsync(transaction.Connection), cancellationToken);
    }

    /// <summary>Runs the load that is due, if the interval has come to an end since a quarter of an hour, unless the one before it was still running then.</summary>
    /// <param name="quarter">Since when it may be due: any quarter of an hour.</param>
    /// <param name="cancellationToken">Ends it; then nothing has changed.</param>
    public async Task RunDueAsync(DateTimeOffset quarter, CancellationToken cancellationToken)
    {
        var interval = TimeSpan.FromMinutes(options.CurrentValue.IntervalMinutes);
        // One that was missed is due since then; of those within the interval the next alone counts.
        var due = quarter.UtcTicks % interval.Ticks == 0 ? quarter : Floor(timeProvider.GetUtcNow(), interval);
        if (due < quarter)
            return;
        await using (var transaction = await database.BeginAsync(cancellationToken))
        {
            await LoadStore.BeginAsync(transaction.Connection, cancellationToken);
            var last = await LoadStore.LastAsync(transaction.Connection);
            if (last is not { RequestedBy: null } || last.CutOffTime >= due || last.FinishTime <= due)
            {
                var load = new Load { LoadId = Guid.CreateVersion7(timeProvider.GetUtcNow()), RequestTime = due };
                await RunAsync(transaction, load, last, cancellationToken);
                return;
            }
        }

        await using var warning = await database.BeginAsync(cancellationToken);
        await WarningStore.AddAsync(warning, null, [new("", "load_overrun", "", null, null)], timeProvider.GetUtcNow());
        await warning.CommitAsync(cancellationToken);
    }

    private static DateTimeOffset Floor(DateTimeOffset time, TimeSpan interval) => time.AddTicks(-(time.UtcTicks % interval.Ticks));

    private async Task RunAsync(DurableTransaction transaction, Load load, Load? last, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        var connection = transaction.Connection;
        // As precise as it is stored.
        var now = RpcTimes.Whole(timeProvider.GetUtcNow());
        // Clocks of several processes differ; what was loaded never becomes less.
        var cutOff = last?.CutOffTime > now ? last.CutOffTime.Value : now;
        var reach = Floor(cutOff, Quarter);
        var number = (last?.LoadNumber ?? 0) + 1;
        var (added, changed) = await LoadStore.CopyAsync(connection, number, cancellationToken);
        await LoadStore.CutAsync(connection, number, last?.WorkloadEndTime ?? reach, reach, activities.CurrentValue.AvailableNames, activities.CurrentValue.OfflineNames, cancellationToken);

        var duration = Stopwatch.GetElapsedTime(begun);
        var finish = RpcTimes.Whole(timeProvider.GetUtcNow());
        load = load with
        {
            LoadNumber = number,
            CutOffTime = cutOff,
            WorkloadEndTime = reach,
            FinishTime = finish < cutOff ? cutOff : finish,
            SegmentsNew = added,
            SegmentsChanged = changed,
            Duration = duration,
        };
        await LoadStore.FinishAsync(connection, load);
        transaction.Publish(
            new LoadCompleted
            {
                EventId = Guid.CreateVersion7(finish),
                OccurredTime = load.FinishTime.Value,
                RecordedTime = load.FinishTime.Value,
                AccountSid = "",
                LoadNumber = number,
                CutOffTime = cutOff,
                SegmentsNew = added,
                SegmentsChanged = changed,
                DurationMs = (long)duration.TotalMilliseconds,
            },
            "loads",
            mandatory: false);
        await transaction.CommitAsync(cancellationToken);
    }
}

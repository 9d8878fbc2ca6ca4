using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>Payload of the job of a refresh that was asked for.</summary>
/// <param name="RefreshNumber">The refresh.</param>
/// <param name="Start">First day to count again besides the usual ones; null for none.</param>
/// <param name="End">Last of them.</param>
public sealed record RequestedRefresh(long RefreshNumber, DateOnly? Start, DateOnly? End);

/// <summary>Publishes the figures of messages: counts the days of the window, those that changed before it, and those since the last refresh (MSG-20, MSG-26).</summary>
/// <param name="options">The window.</param>
/// <param name="timeProvider">Now.</param>
public sealed class RefreshRun(IOptions<RbmOptions> options, TimeProvider timeProvider)
{
    /// <summary>Runs a refresh, one at a time.</summary>
    /// <param name="transaction">Commits it.</param>
    /// <param name="requested">What was asked for; null for the refresh of every day.</param>
    public async Task RunAsync(DurableTransaction transaction, RequestedRefresh? requested)
    {
        var connection = transaction.Connection;
        var last = await RefreshStore.BeginAsync(connection);
        var now = timeProvider.GetUtcNow();
        var window = options.Value.BackfillDays;
        var cutOff = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var number = requested?.RefreshNumber ?? await RefreshStore.AddAsync(connection, null, now);

        var changed = await RefreshStore.ChangedDaysAsync(connection);
        var days = last is { } before && before.Window == window
            ? Days((before.CutOff < cutOff ? before.CutOff : cutOff).UtcDateTime.AddDays(-window), cutOff.UtcDateTime.AddDays(-1)).Concat(changed.Select(day => day.Day))
            : await RefreshStore.AllDaysAsync(connection, cutOff.UtcDateTime);
        if (requested is { Start: { } start, End: { } end })
            days = days.Concat(Days(start.ToDateTime(TimeOnly.MinValue), end.ToDateTime(TimeOnly.MinValue)));

        var rows = await RefreshStore.CountAsync(connection, [.. days.Distinct().Where(day => day < cutOff.UtcDateTime)], cutOff, window, options.Value.ReadImpliesDelivered);
        DateTime[] restated = last is null ? [] : [.. rows.Where(day => day < cutOff.UtcDateTime.AddDays(-window)).Distinct().Order()];
        var finished = timeProvider.GetUtcNow();
        await RefreshStore.FinishAsync(
            connection,
            new() { RefreshNumber = number, CutOffTime = cutOff, WindowDays = window, FinishTime = finished, RestatedDays = restated, RowsChanged = rows.Count },
            changed);
        transaction.Publish(
            new RcsAnalyticsRefreshed
            {
                EventId = Guid.CreateVersion7(finished),
                OccurredTime = finished,
                RefreshNumber = number,
                CutOffTime = cutOff,
                RestatedDays = Array.ConvertAll(restated, DateOnly.FromDateTime),
            },
            mandatory: false);
    }

    private static IEnumerable<DateTime> Days(DateTime first, DateTime last)
    {
        for (var day = first; day <= last; day = day.AddDays(1))
            yield return day;
    }
}

/// <summary>Refreshes the figures every day; after a downtime once.</summary>
/// <param name="database">The service's database.</param>
/// <param name="run">Runs it.</param>
public sealed class DailyRefresh(DurableDatabase database, RefreshRun run) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "message-analytics.refresh-daily";

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await run.RunAsync(transaction, null);
        await job.CommitAsync(transaction, cancellationToken);
    }
}

/// <summary>Refreshes the figures when somebody asks for it.</summary>
/// <param name="database">The service's database.</param>
/// <param name="run">Runs it.</param>
public sealed class RefreshOnRequest(DurableDatabase database, RefreshRun run) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "message-analytics.refresh";

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await run.RunAsync(transaction, job.Payload<RequestedRefresh>());
        await job.CommitAsync(transaction, cancellationToken);
    }
}

using ContactCenter.Durable;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Sessions;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Retention;

/// <summary>
/// Removes raw events that are old enough (INS-22). What was made of the events of a conversation could not be made again of
/// a part of them: so they go together, once it is closed, and it is sealed. Of every worker the last status is kept.
/// </summary>
/// <param name="database">The service's database.</param>
/// <param name="options">How long they are kept.</param>
/// <param name="rbm">How long those of RCS messaging are.</param>
/// <param name="letters">Closes the dead letters of what is removed.</param>
/// <param name="timeProvider">Their age.</param>
internal sealed class RawEventRetention(
    DurableDatabase database, IOptions<RetentionOptions> options, IOptions<RbmRetentionOptions> rbm, DeadLetterDesk letters, TimeProvider timeProvider) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "retention.raw-events";

    private const int PageSize = 500;
    private const int MostPages = 400;

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var before = now.AddDays(-options.Value.RawDays);
        Guid? after = null;
        for (var page = 0; page < MostPages; page++)
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            var events = await new RetentionStore(transaction.Connection).NextAsync(before, after, PageSize);
            if (events.Count == 0)
                break;
            after = events[^1].RawEventId;
            // What others work on waits for the next run.
            if (await TryAsync(transaction, events, before, now.AddDays(-options.Value.DataDays)))
                await transaction.CommitAsync(cancellationToken);
        }

        await RemoveOfRbmAsync(now.AddDays(-rbm.Value.RawDays), cancellationToken);
        await using var last = await database.BeginAsync(cancellationToken);
        await new RetentionStore(last.Connection).RemoveReprocessingsAsync(before);
        await last.CommitAsync(cancellationToken);
    }

    private async Task<bool> TryAsync(DurableTransaction transaction, List<OldEvent> events, DateTimeOffset before, DateTimeOffset dataBefore)
    {
        var connection = transaction.Connection;
        var store = new RetentionStore(connection);
        var names = events.Where(raw => raw.IsInResult).Select(NameOf).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        if (await Together.HoldAsync(connection, names) is not { } found)
            return false;
        // An open conversation needs its events for as long as its segments are kept.
        await store.SealAsync(found.FindAll(together => !together.IsSealed && !together.Waits && together.LastReceived < (together.IsClosed ? before : dataBefore)));

        var ofWorkers = events.FindAll(raw => raw.IsInResult && NameOf(raw) is null && raw is { IsOfSession: false, WorkerSid: not null });
        var workers = ofWorkers.Select(raw => raw.WorkerSid!).Distinct(StringComparer.Ordinal).ToArray();
        await new Agents.AgentBatchStore(connection).LockAsync(workers);
        await store.SealWorkersAsync(workers, before);
        await store.RemoveOfWorkersAsync([.. ofWorkers.Select(raw => raw.RawEventId)]);

        var inNoResult = await store.HoldAsync([.. events.Where(raw => !raw.IsInResult).Select(raw => raw.RawEventId)]);
        var alone = events.Where(raw => raw.IsInResult && NameOf(raw) is null).Except(ofWorkers).Select(raw => raw.RawEventId);
        await FailedEventHandler.SupersedeAsync(transaction, letters, inNoResult.Where(one => one.HasFailed).Select(one => one.Id));
        await store.RemoveAsync([.. inNoResult.Select(one => one.Id), .. alone]);
        return true;
    }

    private async Task RemoveOfRbmAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        for (var page = 0; page < MostPages; page++)
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            var store = new RetentionStore(transaction.Connection);
            var ids = await store.OfRbmAsync(before, PageSize);
            if (ids.Length == 0)
                return;
            await store.RemoveAsync(ids);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>The task or session that an event is worked out with; null if it is by itself.</summary>
    private static string? NameOf(OldEvent raw) => !raw.IsOfSession ? raw.TaskSid : SessionName.TryParse(raw.ResourceSid, out _) ? raw.ResourceSid : null;
}

using ContactCenter.Durable;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.ServiceDefaults;

namespace ContactCenter.InsightsEnrichment.Reprocessing;

/// <summary>Payload of the job that does one second of a run.</summary>
/// <param name="ReprocessingId">The run.</param>
public sealed record ReprocessingStep(Guid ReprocessingId);

/// <summary>
/// Does one second of a run (INS-23): works out again the tasks, sessions and workers of its next events, each with all its
/// events and at most once a run. As a repetition changes nothing, what a process that died had done does no harm.
/// </summary>
/// <param name="database">The service's database.</param>
/// <param name="store">The runs.</param>
/// <param name="rawEvents">Tells how many live events wait.</param>
/// <param name="run">Processes events.</param>
/// <param name="accounts">Whose events are processed.</param>
/// <param name="letters">Closes the dead letters of events that are taken in.</param>
/// <param name="timeProvider">Paces the run.</param>
public sealed class ReprocessingHandler(
    DurableDatabase database, ReprocessingStore store, RawEventStore rawEvents, EnrichmentRun run, TwilioAccounts accounts, DeadLetterDesk letters, TimeProvider timeProvider)
    : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "raw-events.reprocess";

    private const int MostLiveEvents = 500;
    private const int MostSubjects = 20;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <summary>Begins or goes on with a run.</summary>
    /// <param name="transaction">Takes the job.</param>
    /// <param name="id">The run.</param>
    /// <param name="dueTime">When; null for at once.</param>
    public static void Enqueue(DurableTransaction transaction, Guid id, DateTimeOffset? dueTime = null) =>
        transaction.Enqueue(Kind, new ReprocessingStep(id), new() { Key = $"reprocessings/{id}", DueTime = dueTime });

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var id = job.Payload<ReprocessingStep>().ReprocessingId;
        var now = timeProvider.GetUtcNow();
        if (await store.FindAsync(id, cancellationToken) is not { State: ReprocessingState.Running } current)
            return;
        // Live traffic goes first.
        var gaveWay = await rawEvents.CountWaitingAsync(MostLiveEvents + 1, cancellationToken) > MostLiveEvents;
        var events = gaveWay ? [] : await store.NextAsync(current, current.EventsPerSecond, cancellationToken);
        var counts = new ReprocessingCounts { Matched = current.Counts.Matched ?? await store.CountAsync(current.Filter, cancellationToken), Done = events.Count };
        var differences = new List<Difference>();
        foreach (var chunk in events.Where(IsToBeDone).Chunk(MostSubjects))
            counts = await WorkOutAsync(current, chunk, counts, differences, cancellationToken);
        counts = counts with { LeftOut = events.Count(one => !one.IsInResult && !CanBeTakenIn(one)) };

        await using var transaction = await database.BeginAsync(cancellationToken);
        await ReprocessingStore.AddAsync(transaction.Connection, id, differences);
        if (events.Count > 0)
            await ReprocessingStore.AdvanceAsync(transaction.Connection, id, events[^1].RawEventId, counts);
        if (gaveWay || events.Count == current.EventsPerSecond)
            Enqueue(transaction, id, now + Pace);
        else
            await ReprocessingStore.FinishAsync(transaction.Connection, id, ReprocessingState.Done, now);
        await job.CommitAsync(transaction, cancellationToken);
    }

    private bool IsToBeDone(ReprocessedEvent one) => one.IsFirst && (one.IsInResult || one.TaskSid is not null || one.IsOfSession || CanBeTakenIn(one));

    /// <summary>Works out some tasks, sessions and workers; if one of them has a defect, each by itself.</summary>
    private async Task<ReprocessingCounts> WorkOutAsync(
        ReprocessingRun current, ReprocessedEvent[] subjects, ReprocessingCounts counts, List<Difference> differences, CancellationToken cancellationToken)
    {
        try
        {
            return counts with { TakenIn = counts.TakenIn + await ApplyAsync(current, subjects, differences, cancellationToken) };
        }
        catch (Exception exception) when (!TransientFailure.Is(exception) && !cancellationToken.IsCancellationRequested)
        {
            if (subjects.Length == 1)
                return counts with { Failed = counts.Failed + 1 };
        }

        foreach (var subject in subjects)
            counts = await WorkOutAsync(current, [subject], counts, differences, cancellationToken);
        return counts;
    }

    /// <returns>Number of events that are part of a result now and were not before.</returns>
    private async Task<int> ApplyAsync(ReprocessingRun current, ReprocessedEvent[] subjects, List<Difference> differences, CancellationToken cancellationToken)
    {
        var ofTasks = subjects.Where(one => !one.IsOfSession && one is { TaskSid: not null }).ToList();
        var ofSessions = subjects.Where(one => one.IsOfSession).ToList();
        var others = subjects.Where(one => !one.IsOfSession && one.TaskSid is null).Select(one => one.RawEventId).ToArray();
        while (true)
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            var connection = transaction.Connection;
            var claimed = (await ReprocessingStore.ClaimAsync(
                connection, current.Filter, [.. ofTasks.Select(one => one.TaskSid!)], [.. ofSessions.Select(one => one.ResourceSid ?? "")], others)).FindAll(CanBeTakenIn);
            var again = new EarlierResults(
                [.. ofTasks.Where(one => one.AccountSid is not null).Select(one => (one.AccountSid!, one.TaskSid!))],
                [.. ofSessions.Select(one => one.ResourceSid).Where(name => SessionName.TryParse(name, out _)).OfType<string>()],
                await RawEventStore.ReadAsync(connection, "raw_event_id = ANY(@others) AND status IN ('processed', 'duplicate')", new { others }));
            if (await run.TryAsync(transaction, claimed.ConvertAll(raw => raw with { Status = RawEventStatus.Received }), again) is not { } found)
            {
                await run.GiveWayAsync(cancellationToken);
                continue;
            }

            List<Difference> fresh = [.. found];
            if (current.DryRun)
            {
                // Nothing is committed; the next transaction keeps what would have been.
                differences.AddRange(fresh);
                return claimed.Count;
            }

            // With their effect, so that they are known even if this process ends before its next step.
            await ReprocessingStore.AddAsync(connection, current.ReprocessingId, fresh);
            await FailedEventHandler.SupersedeAsync(transaction, letters, claimed.Where(raw => raw.Attempts > 0).Select(raw => raw.RawEventId));
            await transaction.CommitAsync(cancellationToken);
            return claimed.Count;
        }
    }

    private bool CanBeTakenIn(ReprocessedEvent one) => CanBeTakenIn(one.Status, one.IsOfSession, one.EventType, one.AccountSid, one.WorkspaceSid, one.Attempts);

    private bool CanBeTakenIn(RawEvent raw) =>
        CanBeTakenIn(RawEventWords.Word(raw.Status), raw.Source == RawEventSource.Session, raw.EventType, raw.AccountSid, raw.WorkspaceSid, raw.Attempts);

    /// <summary>Whether an event that is in no result can be processed now. What could not be read at its receipt cannot: it never failed while it was processed.</summary>
    private bool CanBeTakenIn(string status, bool ofSession, string type, string? accountSid, string? workspaceSid, int attempts) => status switch
    {
        "failed" => attempts > 0,
        "ignored" => ofSession ? SessionEventTypes.AreRecognised(type) : EventTypes.AreRecognised(type),
        "set_aside" => accounts.Knows(accountSid, ofSession ? null : workspaceSid),
        _ => false,
    };
}

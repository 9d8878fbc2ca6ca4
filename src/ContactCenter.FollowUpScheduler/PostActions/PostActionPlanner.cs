using System.Globalization;
using ContactCenter.Durable;
using ContactCenter.FollowUpScheduler.Channels;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Records;

namespace ContactCenter.FollowUpScheduler.PostActions;

/// <summary>Plans post-follow-up actions, each once, in the transaction that they follow from (FUP-86 to FUP-88).</summary>
public sealed class PostActionPlanner
{
    private static readonly Guid RunNamespace = new("0d2f1f2b-6f3c-4d5e-9b53-3f0e6a1c7d10");

    /// <summary>Plans what follows complete rounds, and the last one.</summary>
    /// <param name="transaction">The transaction that completes them.</param>
    /// <param name="followUp">The follow-up.</param>
    /// <param name="rounds">Rounds of records that are complete now.</param>
    /// <param name="exhausted">Records whose last round is.</param>
    /// <param name="now">Now.</param>
    public async Task RoundsAsync(
        DurableTransaction transaction,
        StoredFollowUp followUp,
        IReadOnlyCollection<(Guid RecordId, int Episode, int Round)> rounds,
        IReadOnlyCollection<(Guid RecordId, int Episode)> exhausted,
        DateTimeOffset now)
    {
        if (followUp.Definition.PostActions is not { } actions)
            return;
        if (actions.AfterEachAttempt.Count > 0)
            await AddAsync(transaction, followUp, StepRun.AfterEach, [.. rounds.Select(round => (round.RecordId, round.Episode, round.Round, ""))], now);
        var delay = actions.HasAfterAllDelayMinutes ? TimeSpan.FromMinutes(actions.AfterAllDelayMinutes) : followUp.NotificationFrequency;
        if (actions.AfterAllAttempts.Count > 0)
            await AddAsync(transaction, followUp, StepRun.AfterAll, [.. exhausted.Select(record => (record.RecordId, record.Episode, followUp.Attempts, RecordStates.Exhausted))], now + delay);
    }

    /// <summary>Plans, at once, what follows all attempts for records that end before; if the follow-up wants that (FUP-88).</summary>
    /// <param name="transaction">The transaction that ends them.</param>
    /// <param name="followUp">The follow-up.</param>
    /// <param name="records">The records with the outcome.</param>
    /// <param name="now">Now.</param>
    public async Task StopEarlyAsync(DurableTransaction transaction, StoredFollowUp followUp, IReadOnlyCollection<(Guid RecordId, int Episode, string Outcome)> records, DateTimeOffset now)
    {
        if (followUp.Definition.PostActions is { AfterAllAttempts.Count: > 0, AfterAllOnEarlyStop: true })
            await AddAsync(transaction, followUp, StepRun.AfterAll, [.. records.Select(record => (record.RecordId, record.Episode, followUp.Attempts, record.Outcome))], now);
    }

    /// <summary>Plans the steps after an answer (FUP-78).</summary>
    /// <param name="transaction">The transaction that stores the answer.</param>
    /// <param name="run">The run.</param>
    /// <param name="now">Now.</param>
    public static async Task AnsweredAsync(DurableTransaction transaction, StepRun run, DateTimeOffset now)
    {
        await StepRunStore.AddAsync(transaction.Connection, [run]);
        StepRunJob.Enqueue(transaction, run.FollowUpId, run.RecordId, run.RunId, now);
    }

    /// <summary>The id of a run: the same for the same cause.</summary>
    /// <param name="recordId">The record.</param>
    /// <param name="episode">Its episode.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="round">The round.</param>
    public static Guid IdOf(Guid recordId, int episode, string kind, int round) =>
        NameGuid.Create(RunNamespace, string.Create(CultureInfo.InvariantCulture, $"{recordId:D}/{episode}/{kind}/{round}"));

    private static async Task AddAsync(
        DurableTransaction transaction, StoredFollowUp followUp, string kind, IReadOnlyCollection<(Guid RecordId, int Episode, int Round, string Outcome)> causes, DateTimeOffset due)
    {
        if (causes.Count == 0)
            return;
        var records = await StepRunStore.ReadRecordsAsync(transaction.Connection, [.. causes.Select(cause => cause.RecordId).Distinct()]);
        var runs = causes.Select(cause => new StepRun(
            // After all attempts once, however they end.
            IdOf(cause.RecordId, cause.Episode, kind, kind == StepRun.AfterAll ? 0 : cause.Round),
            followUp.Id,
            cause.RecordId,
            kind,
            new() { Episode = cause.Episode, Attempt = cause.Round, Outcome = cause.Outcome, Data = records[cause.RecordId].Data, Recipients = records[cause.RecordId].Recipients },
            0,
            "{}")).ToList();
        var added = await StepRunStore.AddAsync(transaction.Connection, runs);
        foreach (var run in runs.Where(run => added.Contains(run.RunId)))
            StepRunJob.Enqueue(transaction, followUp.Id, run.RecordId, run.RunId, due);
    }
}

using ContactCenter.Durable;
using ContactCenter.Events.FollowUps;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Directories;
using ContactCenter.FollowUpScheduler.Notifications;
using ContactCenter.FollowUpScheduler.Polls;
using ContactCenter.FollowUpScheduler.PostActions;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;

namespace ContactCenter.FollowUpScheduler.Records;

/// <summary>Ends polls: everything that follows from one is committed with the end of its job, or nothing is (FUP-37 to FUP-44).</summary>
/// <param name="database">The service's database.</param>
/// <param name="progress">What follows for records whose recipients have changed.</param>
/// <param name="postActions">Plans what follows from records that are closed.</param>
/// <param name="options">Most notifications of a poll.</param>
/// <param name="timeProvider">Now.</param>
public sealed class Reconciler(
    DurableDatabase database, RecordProgress progress, PostActionPlanner postActions, IOptions<FollowUpOptions> options, TimeProvider timeProvider)
{
    /// <summary>Reconciles what a poll has fetched.</summary>
    /// <param name="job">The poll's job, which ends.</param>
    /// <param name="followUp">The follow-up as the poll began with it.</param>
    /// <param name="poll">The poll.</param>
    /// <param name="fetched">What was fetched.</param>
    /// <param name="matched">The matched set with recipients.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="PollFailedException">It would lead to too many notifications; nothing was changed.</exception>
    public async Task SucceedAsync(JobRun job, StoredFollowUp followUp, Poll poll, ResultSet fetched, IReadOnlyList<MatchedRecord> matched, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var now = RpcTimes.Whole(timeProvider.GetUtcNow());
        if (!await EndAsync(transaction, followUp, poll.StartTime.ToDateTimeOffset()))
        {
            await CloseAsync(transaction, job, followUp, poll, PollState.Canceled, now, cancellationToken);
            return;
        }

        var connection = transaction.Connection;
        var tracked = await ReconciliationStore.LockAsync(connection, followUp.Id, [.. matched.Select(record => record.ReconciliationId)]);
        var changes = Reconciliation.Of(tracked, matched, fetched.ResultIds, followUp.Attempts, () => Guid.CreateVersion7(now));
        if (changes.Attempts.Count > options.Value.MaxNotificationsPerPoll)
            throw new PollFailedException("TOO_MANY_NOTIFICATIONS", $"There would be more than {options.Value.MaxNotificationsPerPoll} new notifications.");
        await ReconciliationStore.SaveAsync(connection, followUp.Id, changes, now);
        await NotificationPlanner.PlanAsync(transaction, followUp.Id, changes.Attempts, now, now);
        await NotificationPlanner.ReleaseAsync(transaction, followUp.Id, HoldReasons.ReleasedBySuccess, now);
        await progress.EvaluateAsync(transaction, followUp, [.. changes.Continued.Select(record => record.RecordId)], now);
        await postActions.StopEarlyAsync(transaction, followUp, [.. changes.Closed.Select(closed => (closed.Record.RecordId, closed.Record.Episode, closed.Reason))], now);
        await RevocationJob.PlanAsync(transaction, [.. changes.Closed.Select(closed => (closed.Record.RecordId, closed.Record.Episode))]);
        if (fetched.Globals.Count > 0)
            await DirectoryStore.SetGlobalsAsync(connection, fetched.Globals);
        await SetUserAttributesAsync(transaction, fetched.Matched, matched);

        poll.NewIds.AddRange(changes.New.Select(record => record.Matched.ReconciliationId));
        poll.ContinuedIds.AddRange(changes.Continued.Concat(changes.Restarted).Select(record => record.Matched.ReconciliationId));
        poll.ClosedIds.AddRange(changes.Closed.Select(closed => closed.Record.ReconciliationId));
        (poll.NewCount, poll.ContinuedCount, poll.ClosedCount) = (poll.NewIds.Count, poll.ContinuedIds.Count, poll.ClosedIds.Count);
        Publish(transaction, followUp, changes, now);
        await CloseAsync(transaction, job, followUp, poll, PollState.Succeeded, now, cancellationToken);
    }

    /// <summary>Stores that a poll has failed; nothing else changes, but what waited for its end goes on (FUP-42, FUP-43).</summary>
    /// <param name="job">The poll's job, which ends.</param>
    /// <param name="followUp">The follow-up as the poll began with it.</param>
    /// <param name="poll">The poll with its reason.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task FailAsync(JobRun job, StoredFollowUp followUp, Poll poll, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var now = RpcTimes.Whole(timeProvider.GetUtcNow());
        var isActive = await EndAsync(transaction, followUp, successTime: null);
        await NotificationPlanner.ReleaseAsync(transaction, followUp.Id, HoldReasons.ReleasedByEnd, now);
        await CloseAsync(transaction, job, followUp, poll, isActive ? PollState.Failed : PollState.Canceled, now, cancellationToken);
    }

    /// <summary>Notes that the poll no longer runs.</summary>
    /// <returns>False if the follow-up was made INACTIVE or deleted since it began.</returns>
    private static async Task<bool> EndAsync(DurableTransaction transaction, StoredFollowUp followUp, DateTimeOffset? successTime)
    {
        var present = await FollowUpStore.LockAsync(transaction.Connection, followUp.Id);
        var isSame = present is { IsActive: true } && present.ActivationTime == followUp.ActivationTime;
        if (present is not null)
            await FollowUpStore.EndPollAsync(transaction.Connection, followUp.Id, isSame ? successTime : null);
        return isSame;
    }

    private static async Task CloseAsync(
        DurableTransaction transaction, JobRun job, StoredFollowUp followUp, Poll poll, PollState state, DateTimeOffset now, CancellationToken cancellationToken)
    {
        (poll.State, poll.EndTime) = (state, now.ToTimestamp());
        await PollStore.EndAsync(transaction.Connection, job.Id, poll);
        transaction.Publish(
            new FollowUpPollCompleted
            {
                EventId = Guid.CreateVersion7(now),
                OccurredTime = now,
                RecordedTime = now,
                FollowUpId = followUp.Id,
                PollId = poll.PollId,
                Outcome = state.ToString().ToUpperInvariant(),
                Reason = poll.Reason,
                New = poll.NewCount,
                Continued = poll.ContinuedCount,
                Closed = poll.ClosedCount,
            },
            followUp.Id,
            mandatory: false);
        await job.CommitAsync(transaction, cancellationToken);
    }

    private static async Task SetUserAttributesAsync(DurableTransaction transaction, IReadOnlyList<FetchedRecord> fetched, IReadOnlyList<MatchedRecord> matched)
    {
        var values = fetched.Zip(matched).SelectMany(pair => pair.Second.Recipients.SelectMany(recipient =>
            pair.First.UserAttributes.Select(attribute => (recipient.UserId, attribute.Key, attribute.Value)))).ToList();
        // Of several records that set an attribute of a user the last counts.
        var last = values.GroupBy(value => (value.UserId, value.Key)).Select(group => group.Last()).ToList();
        if (last.Count > 0)
            await DirectoryStore.SetUserAttributesAsync(transaction.Connection, last);
    }

    private static void Publish(DurableTransaction transaction, StoredFollowUp followUp, Reconciliation changes, DateTimeOffset now)
    {
        foreach (var record in changes.New.Concat(changes.Restarted))
        {
            transaction.Publish(
                new FollowUpRecordOpened
                {
                    EventId = Guid.CreateVersion7(now),
                    OccurredTime = now,
                    RecordedTime = now,
                    FollowUpId = followUp.Id,
                    RecordId = record.RecordId.ToString(),
                    ReconciliationId = record.Matched.ReconciliationId,
                    Episode = record.Episode,
                },
                record.RecordId.ToString(),
                mandatory: false);
        }

        foreach (var (record, reason) in changes.Closed)
            RecordEvents.Closed(transaction, followUp.Id, record.RecordId, record.ReconciliationId, record.Episode, reason, now);
    }
}

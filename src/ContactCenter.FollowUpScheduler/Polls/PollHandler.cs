using ContactCenter.Durable;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Records;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.FollowUpScheduler.Polls;

/// <summary>Makes a poll: fetches, and reconciles in one transaction with the end of its job (FUP-37, FUP-42). It plans the next poll before anything can fail.</summary>
/// <param name="database">The service's database.</param>
/// <param name="extraction">Fetches.</param>
/// <param name="resolver">Finds recipients.</param>
/// <param name="reconciler">Stores what follows.</param>
/// <param name="timeProvider">Now.</param>
public sealed class PollHandler(DurableDatabase database, Extraction extraction, RecipientResolver resolver, Reconciler reconciler, TimeProvider timeProvider) : IJobHandler
{
    // What a poll may take beyond its own limit before it is given up for dead.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private DateTimeOffset Now => RpcTimes.Whole(timeProvider.GetUtcNow());

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        if (await BeginAsync(job, cancellationToken) is not var (followUp, poll))
            return;
        try
        {
            using var limit = new CancellationTokenSource(PollPlan.Timeout(followUp.Definition.DataExtraction), timeProvider);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            try
            {
                var fetched = await extraction.FetchAsync(followUp, Since(followUp), poll, both.Token);
                var matched = await resolver.ResolveAsync(followUp.Definition.Message, fetched.Matched, both.Token);
                await reconciler.SucceedAsync(job, followUp, poll, fetched, matched, cancellationToken);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new PollFailedException("POLL_TIMEOUT", $"The poll took longer than {PollPlan.Timeout(followUp.Definition.DataExtraction).TotalMinutes:0} minutes.");
            }
        }
        catch (PollFailedException exception)
        {
            (poll.Reason, poll.Detail) = (exception.Reason, exception.Message);
            await reconciler.FailAsync(job, followUp, poll, cancellationToken);
        }
    }

    /// <summary>Takes the place of the poll that runs, and plans the next one. While another one runs it is skipped (FUP-92).</summary>
    /// <returns>Null if there is nothing to do: the plan has changed, or another poll runs.</returns>
    private async Task<(StoredFollowUp FollowUp, Poll Poll)?> BeginAsync(JobRun job, CancellationToken cancellationToken)
    {
        var payload = job.Payload<PollJob>();
        var now = Now;
        await using var transaction = await database.BeginAsync(cancellationToken);
        var followUp = await FollowUpStore.LockAsync(transaction.Connection, payload.FollowUpId);
        if (followUp?.RunningPoll == job.Id)
            return (followUp, NewPoll(job, followUp, payload.PlannedTime, followUp.LastPollTime!.Value));
        if (followUp is not { IsActive: true } || (!payload.IsTriggered && followUp.NextPollTime != payload.PlannedTime))
        {
            await job.CommitAsync(transaction, cancellationToken);
            return null;
        }

        // Of the polls that were missed the newest counts: the others would fetch the same.
        var next = payload.IsTriggered ? followUp.NextPollTime!.Value : followUp.Plan.After(now);
        var planned = payload.IsTriggered || next - followUp.Plan.Period < payload.PlannedTime ? payload.PlannedTime : next - followUp.Plan.Period;
        if (!payload.IsTriggered)
            PollJob.Plan(transaction, followUp.Id, next);
        if (followUp.RunningPoll is { } other && now < followUp.LastPollTime + PollPlan.Timeout(followUp.Definition.DataExtraction) + Grace)
        {
            var skipped = NewPoll(job, followUp, planned, now);
            (skipped.State, skipped.Reason, skipped.EndTime) = (PollState.Skipped, "POLL_RUNNING", now.ToTimestamp());
            await PollStore.AddAsync(transaction.Connection, job.Id, skipped);
            await FollowUpStore.BeginPollAsync(transaction.Connection, followUp.Id, other, followUp.LastPollTime!.Value, next);
            await job.CommitAsync(transaction, cancellationToken);
            return null;
        }

        var poll = NewPoll(job, followUp, planned, now);
        await PollStore.AddAsync(transaction.Connection, job.Id, poll);
        await FollowUpStore.BeginPollAsync(transaction.Connection, followUp.Id, job.Id, now, next);
        await transaction.CommitAsync(cancellationToken);
        return (followUp with { LastPollTime = now, NextPollTime = next }, poll);
    }

    private static Poll NewPoll(JobRun job, StoredFollowUp followUp, DateTimeOffset planned, DateTimeOffset start) => new()
    {
        PollId = job.Id.ToString(),
        FollowUpId = followUp.Id,
        PlannedTime = planned.ToTimestamp(),
        StartTime = start.ToTimestamp(),
        State = PollState.Running,
    };

    private static DateTimeOffset Since(StoredFollowUp followUp) =>
        (followUp.LastSuccessTime ?? followUp.ActivationTime!.Value) - PollPlan.LookBack(followUp.Definition.DataExtraction);
}

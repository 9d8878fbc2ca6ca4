namespace ContactCenter.Durable.DeadLetters;

/// <summary>The part of a bulk replay that one job does: what a second may take. The next part is a further job.</summary>
/// <param name="ReplayId">The replay.</param>
internal sealed record ReplayStep(Guid ReplayId);

/// <summary>Moves the letters of one second back, in one transaction with the progress and the job of the next second: each letter once, whenever the process dies.</summary>
internal sealed class ReplayHandler(DurableDatabase database, DeadLetterDesk desk, TimeProvider timeProvider) : IJobHandler
{
    /// <summary>Kind of these jobs.</summary>
    public const string Kind = "dead-letters.replay";

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var step = job.Payload<ReplayStep>();
        var now = timeProvider.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await ReplayStore.LockRunningAsync(transaction.Connection, step.ReplayId) is var (replay, snapshot))
        {
            var letters = await DeadLetterStore.TakeForReplayAsync(transaction.Connection, replay.Filter, snapshot, replay.RatePerSecond, replay.ReRender, now);
            await desk.MoveBackAsync(transaction, letters);
            var isDone = letters.Count < replay.RatePerSecond;
            await ReplayStore.AdvanceAsync(transaction.Connection, step.ReplayId, letters.Count, isDone, now);
            if (!isDone)
                transaction.Enqueue(Kind, step, new JobOptions { DueTime = now + Pace });
        }

        await job.CommitAsync(transaction, cancellationToken);
    }
}

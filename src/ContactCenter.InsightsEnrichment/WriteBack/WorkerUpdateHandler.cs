using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>The job of one row of a run.</summary>
/// <param name="WriteBackId">The run.</param>
/// <param name="RowNumber">The row.</param>
public sealed record WorkerUpdateJob(Guid WriteBackId, int RowNumber);

/// <summary>Writes attributes of one worker, each row of a run by itself: what is done stays done over a restart (INS-119).</summary>
/// <param name="database">The service's database.</param>
/// <param name="store">The write-backs.</param>
/// <param name="rows">Their rows.</param>
/// <param name="client">TaskRouter.</param>
/// <param name="accounts">Tells test accounts apart.</param>
/// <param name="timeProvider">Now.</param>
public sealed class WorkerUpdateHandler(
    DurableDatabase database, WriteBackStore store, WorkerUpdateStore rows, TaskRouterClient client, TwilioAccounts accounts, TimeProvider timeProvider) : IJobHandler
{
    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var (id, number) = job.Payload<WorkerUpdateJob>();
        if (await store.FindAsync(id, cancellationToken) is not { Status: WriteBackStatus.Pending } run
            || await rows.FindAsync(id, number, cancellationToken) is not { Outcome: null } row)
            return;
        var update = new AttributeUpdate(client, new(run.AccountSid, run.WorkspaceSid, row.WorkerSid), row.Progress, job)
        {
            Changes = (_, _) => AttributeMerge.Parse(row.Attributes)!,
            Keep = (reached, token) => rows.SetProgressAsync(id, number, reached, token),
            DryRun = run.DryRun,
        };
        try
        {
            var end = await update.RunAsync(cancellationToken);
            var outcome = OutcomeOf(end);
            var isWritten = !run.DryRun && outcome is (WorkerUpdateOutcome.Updated or WorkerUpdateOutcome.Unchanged);
            await FinishAsync(job, row, outcome, null, isWritten ? timeProvider.GetUtcNow() : null, cancellationToken);
        }
        catch (EgressException error) when (error.Kind is JobFailureKind.Failed or JobFailureKind.Final)
        {
            var now = timeProvider.GetUtcNow();
            if (WriteBackRetries.Next(WriteBackRetries.Workers, error, job.Attempt, now - run.StartTime) is not { } next)
            {
                await FinishAsync(job, row, WorkerUpdateOutcome.Failed, error.Message, null, cancellationToken);
                return;
            }

            await store.SetFailureAsync(id, error.Message, now + next.Delay!.Value, cancellationToken);
            throw next;
        }
    }

    private async Task FinishAsync(JobRun job, WorkerUpdateRow row, WorkerUpdateOutcome outcome, string? error, DateTimeOffset? writtenTime, CancellationToken cancellationToken)
    {
        var id = job.Payload<WorkerUpdateJob>().WriteBackId;
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await WorkerUpdateStore.FinishAsync(transaction.Connection, id, row.RowNumber, outcome, row.Progress, error, writtenTime))
        {
            var status = await WorkerUpdateStore.AnyAsync(transaction.Connection, id, WorkerUpdateOutcome.Failed) ? WriteBackStatus.Failed
                : await WorkerUpdateStore.AnyAsync(transaction.Connection, id, WorkerUpdateOutcome.Conflict) ? WriteBackStatus.Conflict
                : WriteBackStatus.Done;
            WriteBackMessages.Publish(transaction, await WriteBackStore.FinishAsync(transaction.Connection, id, status, null, 0, timeProvider.GetUtcNow()), accounts);
        }

        await job.CommitAsync(transaction, cancellationToken);
    }

    private static WorkerUpdateOutcome OutcomeOf(UpdateEnd end) => end switch
    {
        UpdateEnd.Updated => WorkerUpdateOutcome.Updated,
        UpdateEnd.Unchanged => WorkerUpdateOutcome.Unchanged,
        UpdateEnd.Gone => WorkerUpdateOutcome.NotFound,
        _ => WorkerUpdateOutcome.Conflict,
    };
}

using System.Text.Json.Nodes;
using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.InsightsEnrichment.Recordings;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>The job of a task's write-back.</summary>
/// <param name="WriteBackId">The write-back.</param>
public sealed record TaskWriteBackJob(Guid WriteBackId);

/// <summary>Writes attributes back to a task, and ends it if asked to (INS-113 to INS-118).</summary>
/// <param name="database">The service's database.</param>
/// <param name="store">The write-backs.</param>
/// <param name="client">TaskRouter.</param>
/// <param name="accounts">Tells test accounts apart.</param>
/// <param name="timeProvider">Now.</param>
public sealed class TaskWriteBackHandler(
    DurableDatabase database, WriteBackStore store, TaskRouterClient client, TwilioAccounts accounts, TimeProvider timeProvider) : IJobHandler
{
    private const string Conversations = "conversations";

    /// <summary>How long after its end media links of a task are still taken (INS-117).</summary>
    private static readonly TimeSpan MediaWindow = TimeSpan.FromSeconds(120);

    private static readonly string[] MediaLinks = [SegmentRecording.Link, "media"];

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var id = job.Payload<TaskWriteBackJob>().WriteBackId;
        if (await store.FindAsync(id, cancellationToken) is not { Status: WriteBackStatus.Pending } item)
            return;
        var progress = item.Progress;
        var ended = await store.EndOfTaskAsync(item.Target, cancellationToken);
        var update = new AttributeUpdate(client, new(item.AccountSid, item.WorkspaceSid, item.Target), progress, job)
        {
            Changes = (attributes, changed) => ChangesOf(item, attributes, changed is null ? null : ended ?? changed),
            Keep = (reached, token) => store.SetProgressAsync(id, reached, token),
            End = item.EndStatus is { } status ? (status, item.Reason!) : null,
        };
        try
        {
            var end = await RunAsync(item, update, progress, cancellationToken);
            await FinishAsync(job, id, StatusOf(end), end == UpdateEnd.Conflict ? "CONFLICT: Others changed the task each time." : progress.Error, cancellationToken);
        }
        catch (EgressException error) when (error.Kind is JobFailureKind.Failed or JobFailureKind.Final)
        {
            var now = timeProvider.GetUtcNow();
            if (WriteBackRetries.Next(WriteBackRetries.Tasks, error, job.Attempt, now - item.StartTime) is not { } next)
            {
                await FinishAsync(job, id, WriteBackStatus.Failed, error.Message, cancellationToken);
                return;
            }

            await store.SetFailureAsync(id, error.Message, now + next.Delay!.Value, cancellationToken);
            throw next;
        }
    }

    /// <summary>With <c>complete_anyway</c> attributes that cannot be written do not keep the task from its end.</summary>
    private static async Task<UpdateEnd> RunAsync(WriteBackItem item, AttributeUpdate update, UpdateProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            var end = await update.RunAsync(cancellationToken);
            if (end != UpdateEnd.Conflict || !item.Anyway || progress.SkipsAttributes)
                return end;
            progress.Error = "CONFLICT: Others changed the task each time.";
        }
        catch (EgressException error) when (item.Anyway && progress is { Merged: not null, SkipsAttributes: false } && error.Failure.Status == 400)
        {
            progress.Error = error.Message;
        }

        (progress.SkipsAttributes, progress.Merged, progress.Written, progress.ETag, progress.Conflicts) = (true, null, null, null, 0);
        return await update.RunAsync(cancellationToken);
    }

    /// <summary>What is written: of an ended task only media links, and only for a while; null for nothing.</summary>
    private JsonObject? ChangesOf(WriteBackItem item, JsonObject attributes, DateTimeOffset? ended)
    {
        // A link that somebody else has set wins.
        if (item.Kind == WriteBackKind.RecordingLink && attributes[Conversations] is JsonObject given && given.ContainsKey(SegmentRecording.Link))
            return [];
        var changes = item.Attributes is { } text ? AttributeMerge.Parse(text)! : [];
        if (ended is not { } end || item.EndStatus is not null)
            return changes;
        if (timeProvider.GetUtcNow() - end > MediaWindow || changes[Conversations] is not JsonObject values)
            return null;
        var links = new JsonObject(values.Where(value => MediaLinks.Contains(value.Key)).Select(value => KeyValuePair.Create(value.Key, value.Value?.DeepClone())));
        return links.Count == 0 ? null : new() { [Conversations] = links };
    }

    private async Task FinishAsync(JobRun job, Guid id, WriteBackStatus status, string? error, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var finished = await WriteBackStore.FinishAsync(transaction.Connection, id, status, error, 1, timeProvider.GetUtcNow());
        WriteBackMessages.Publish(transaction, finished, accounts);
        await job.CommitAsync(transaction, cancellationToken);
    }

    private static WriteBackStatus StatusOf(UpdateEnd end) => end switch
    {
        UpdateEnd.Conflict => WriteBackStatus.Conflict,
        UpdateEnd.Gone => WriteBackStatus.TaskGone,
        _ => WriteBackStatus.Done,
    };
}

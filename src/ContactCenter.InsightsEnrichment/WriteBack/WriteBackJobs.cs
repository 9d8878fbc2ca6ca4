using System.Text.Json.Nodes;
using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Recordings;
using ContactCenter.ServiceDefaults;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>Begins write-backs, each as a durable job.</summary>
internal static class WriteBackJobs
{
    private static readonly HashSet<string> Triggers = new(StringComparer.Ordinal)
    {
        "reservation.wrapup", "reservation.completed", "task.wrapup", "task.completed", "task.canceled",
    };

    /// <summary>Begins the write-back of a task: those of one task run one after the other, in this order.</summary>
    public static void Begin(DurableTransaction transaction, WriteBackItem item) => transaction.Enqueue(
        WriteBackRetries.TaskJob,
        new TaskWriteBackJob(item.WriteBackId),
        new() { Key = item.Target, Group = $"tasks/{item.AccountSid}", DeduplicationKey = item.WriteBackId.ToString() });

    /// <summary>Begins rows of a run: as many at a time as the setting allows, over all processes.</summary>
    public static async Task BeginAsync(DurableTransaction transaction, WriteBackItem run, IEnumerable<int> rows, int parallelism, CancellationToken cancellationToken)
    {
        var group = $"workers/{run.AccountSid}";
        await JobDesk.SetGroupAsync(transaction, group, 1, parallelism, cancellationToken);
        foreach (var row in rows)
            transaction.Enqueue(WriteBackRetries.WorkerJob, new WorkerUpdateJob(run.WriteBackId, row), new() { Group = group });
    }

    /// <summary>Writes the links of recordings to tasks that still take them, each once (INS-55).</summary>
    /// <param name="transaction">In which nobody else works on the tasks.</param>
    /// <param name="links">Tasks with their end and link.</param>
    /// <param name="now">When they begin.</param>
    public static async Task AttachAsync(DurableTransaction transaction, IEnumerable<(string TaskSid, DateTimeOffset? End, string Link)> links, DateTimeOffset now)
    {
        var taken = links.Where(link => link.End is null || now - link.End <= SegmentRules.LongestLateWindow).DistinctBy(link => link.TaskSid, StringComparer.Ordinal)
            .Select(link => (link.TaskSid, AttributeMerge.Text(new() { ["conversations"] = new JsonObject { [SegmentRecording.Link] = link.Link } }))).ToList();
        if (taken.Count == 0)
            return;
        foreach (var item in await WriteBackStore.AddRecordingLinksAsync(transaction.Connection, taken, RpcTimes.Whole(now)))
            Begin(transaction, item);
    }

    /// <summary>Begins what waits for the wrap-up of tasks, if these events tell of one (INS-116).</summary>
    public static async Task BeginWaitingAsync(DurableTransaction transaction, IEnumerable<RawEvent> events, DateTimeOffset now)
    {
        var tasks = events.Where(raw => raw.TaskSid is not null && Triggers.Contains(raw.EventType)).Select(raw => raw.TaskSid!).Distinct(StringComparer.Ordinal).ToArray();
        if (tasks.Length == 0)
            return;
        await WriteBackStore.LockAsync(transaction.Connection, tasks);
        foreach (var item in await WriteBackStore.BeginWaitingAsync(transaction.Connection, tasks, now))
            Begin(transaction, item);
    }
}

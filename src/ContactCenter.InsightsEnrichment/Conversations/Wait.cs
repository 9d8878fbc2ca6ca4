using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>One wait of a task in one queue (INS-64).</summary>
internal sealed record Wait
{
    /// <summary>The event that began the wait.</summary>
    public required TaskRouterEvent StartedBy { get; init; }

    /// <summary>The queue; null as long as no event named it.</summary>
    public string? QueueSid { get; init; }

    /// <summary>Name of the queue.</summary>
    public string? QueueName { get; init; }

    /// <summary>Whether the queue comes from the entry itself; otherwise it is inferred and an entry may still state it.</summary>
    public bool QueueStated { get; init; }

    /// <summary>The event that ended the wait; null while it lasts.</summary>
    public TaskRouterEvent? EndedBy { get; init; }

    /// <summary>How it ended.</summary>
    public WaitEnd? Left { get; init; }

    /// <summary>Whether no entry is known and the beginning of the task stands for it.</summary>
    public bool EntryMissing { get; init; }

    /// <summary>How long it lasted; null while it does.</summary>
    public Measure? Time => EndedBy is { } end ? Measure.Between(StartedBy.Time, end.Time) : null;

    /// <summary>Finds the waits of a task.</summary>
    /// <param name="events">All events of the task, in order.</param>
    public static List<Wait> Find(IReadOnlyList<TaskRouterEvent> events)
    {
        var waits = new List<Wait>();
        Wait? open = null;
        var accepted = false;

        foreach (var current in events)
        {
            switch (current.Type)
            {
                case EventTypes.QueueEntered or EventTypes.QueueMoved when open is { QueueStated: false }:
                    open = open with { QueueSid = current.QueueSid, QueueName = current.QueueName, QueueStated = true };
                    break;
                case EventTypes.QueueEntered or EventTypes.QueueMoved when open is null || open.QueueSid != current.QueueSid:
                    Close(current, WaitEnd.Moved);
                    open = new() { StartedBy = current, QueueSid = current.QueueSid, QueueName = current.QueueName, QueueStated = true };
                    break;
                case EventTypes.TransferInitiated:
                    Close(current, WaitEnd.Transferred);
                    var target = current.TransferTo is { } to && to.StartsWith("WQ", StringComparison.Ordinal) ? to : null;
                    open = new() { StartedBy = current, QueueSid = target };
                    break;
                case EventTypes.ReservationCreated when open is { QueueStated: false } && current.QueueSid is not null:
                    open = open with { QueueSid = current.QueueSid, QueueName = current.QueueName };
                    break;
                case EventTypes.ReservationAccepted:
                    open ??= WithoutEntry(current);
                    Close(current, WaitEnd.Answered);
                    accepted = true;
                    break;
                case EventTypes.TaskCanceled or EventTypes.TransferFailed:
                    open ??= accepted ? null : WithoutEntry(current);
                    Close(current, WaitEnd.Abandoned);
                    break;
                case EventTypes.TaskCompleted or EventTypes.TaskDeleted or EventTypes.TaskSystemDeleted or EventTypes.TransferCanceled:
                    Close(current, WaitEnd.Removed);
                    break;
            }
        }

        if (open is not null)
            waits.Add(open);
        return waits;

        void Close(TaskRouterEvent end, WaitEnd left)
        {
            if (open is null)
                return;
            waits.Add(open with
            {
                EndedBy = end,
                Left = left,
                QueueSid = open.QueueSid ?? end.QueueSid,
                QueueName = open.QueueName ?? (open.QueueSid is null || open.QueueSid == end.QueueSid ? end.QueueName : null),
            });
            open = null;
        }

        Wait? WithoutEntry(TaskRouterEvent end)
        {
            if (waits.Count > 0)
                return null;
            var start = events.FirstOrDefault(candidate => candidate.Type == EventTypes.WorkflowEntered && candidate.IsBefore(end))
                ?? events.FirstOrDefault(candidate => candidate.Type == EventTypes.TaskCreated && candidate.IsBefore(end));
            return start is null ? null : new() { StartedBy = start, EntryMissing = true };
        }
    }
}

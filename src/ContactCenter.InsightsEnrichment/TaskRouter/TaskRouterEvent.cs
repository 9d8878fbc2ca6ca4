using ContactCenter.InsightsEnrichment.RawEvents;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>One event of a task's life, as enrichment reads it. What an event does not say is null.</summary>
public sealed record TaskRouterEvent
{
    /// <summary>Events of one task in their order: by time, then place in the life cycle, then key (INS-16).</summary>
    public static Comparer<TaskRouterEvent> InOrder { get; } = Comparer<TaskRouterEvent>.Create((left, right) =>
    {
        if (left.Time.CompareTo(right.Time) is var byTime and not 0)
            return byTime;
        return EventTypes.Rank(left.Type).CompareTo(EventTypes.Rank(right.Type)) is var byRank and not 0 ? byRank : string.CompareOrdinal(left.Key, right.Key);
    });

    /// <summary>The arrival that is read.</summary>
    public Guid RawEventId { get; init; }

    /// <summary>Identity of the event, see <see cref="RawEvent.EventKey"/>.</summary>
    public required string Key { get; init; }

    /// <summary>Such as <c>reservation.created</c>, in lower case.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened, to the millisecond.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The task.</summary>
    public required string TaskSid { get; init; }

    /// <summary>The reservation.</summary>
    public string? ReservationSid { get; init; }

    /// <summary>The worker.</summary>
    public string? WorkerSid { get; init; }

    /// <summary>Name of the worker: the attribute <c>full_name</c>, else the worker's own.</summary>
    public string? WorkerName { get; init; }

    /// <summary>Name of the worker's activity.</summary>
    public string? WorkerActivity { get; init; }

    /// <summary>Attributes of the worker at that time.</summary>
    public WorkerAttributes Worker { get; init; } = WorkerAttributes.Empty;

    /// <summary>The queue.</summary>
    public string? QueueSid { get; init; }

    /// <summary>Name of the queue.</summary>
    public string? QueueName { get; init; }

    /// <summary>Name of the workflow.</summary>
    public string? Workflow { get; init; }

    /// <summary>Unique name of the task channel.</summary>
    public string? TaskChannel { get; init; }

    /// <summary>The reason stated at completion or cancellation.</summary>
    public string? Reason { get; init; }

    /// <summary>Text for people.</summary>
    public string? Description { get; init; }

    /// <summary>The transfer.</summary>
    public string? TransferSid { get; init; }

    /// <summary>The queue (<c>WQ…</c>) or worker that the task is transferred to.</summary>
    public string? TransferTo { get; init; }

    /// <summary>Attributes of the task at that time.</summary>
    public TaskAttributes Attributes { get; init; } = TaskAttributes.Empty;

    /// <summary>Whether the attributes of task or worker were there but not readable (INS-10).</summary>
    public bool AttributesUnreadable { get; init; }

    /// <summary>Reads an event of a task.</summary>
    /// <param name="raw">The stored event; it has a task and a time.</param>
    public static TaskRouterEvent Read(RawEvent raw)
    {
        var fields = raw.ReadFields();
        var readable = TaskAttributes.TryRead(fields.Utf8(EventField.TaskAttributes), out var attributes);
        readable &= WorkerAttributes.TryRead(fields.Utf8(EventField.WorkerAttributes), out var worker);
        return new()
        {
            RawEventId = raw.RawEventId,
            Key = raw.EventKey,
            Type = raw.EventType,
            Time = raw.EventTime!.Value,
            TaskSid = raw.TaskSid!,
            ReservationSid = fields[EventField.ReservationSid],
            WorkerSid = fields[EventField.WorkerSid],
            WorkerName = worker["full_name"] ?? fields[EventField.WorkerName],
            WorkerActivity = fields[EventField.WorkerActivityName],
            Worker = worker,
            QueueSid = fields[EventField.TaskQueueSid],
            QueueName = fields[EventField.TaskQueueName],
            Workflow = fields[EventField.WorkflowName],
            TaskChannel = fields[EventField.TaskChannelUniqueName],
            Reason = raw.EventType == EventTypes.TaskCompleted ? fields[EventField.TaskCompletedReason]
                : raw.EventType == EventTypes.TaskCanceled ? fields[EventField.TaskCanceledReason]
                : null,
            Description = fields[EventField.EventDescription],
            TransferSid = fields[EventField.TransferSid],
            TransferTo = fields[EventField.TransferTo],
            Attributes = attributes,
            AttributesUnreadable = !readable,
        };
    }

    /// <summary>Whether this event comes before another of the same task.</summary>
    /// <param name="other">The other event.</param>
    public bool IsBefore(TaskRouterEvent other) => InOrder.Compare(this, other) < 0;
}

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>
/// The fields of a TaskRouter event that are read. The form post spells a name as here, the Event Streams payload in
/// snake case; both are compared without case and underscores (INS-10).
/// </summary>
public enum EventField
{
    /// <summary>The event's own SID, <c>EV…</c>.</summary>
    Sid,
    /// <summary>Such as <c>reservation.created</c>.</summary>
    EventType,
    /// <summary>Epoch seconds, epoch milliseconds or ISO 8601.</summary>
    Timestamp,
    /// <summary>The same with milliseconds; preferred.</summary>
    TimestampMs,
    /// <summary>Account, <c>AC…</c>.</summary>
    AccountSid,
    /// <summary>Workspace, <c>WS…</c>.</summary>
    WorkspaceSid,
    /// <summary>The resource that the event is about.</summary>
    ResourceSid,
    /// <summary>Text for people; says why a task was canceled by the system.</summary>
    EventDescription,
    /// <summary>Task, <c>WT…</c>.</summary>
    TaskSid,
    /// <summary>JSON object with the attributes of the task.</summary>
    TaskAttributes,
    /// <summary>Unique name of the task channel.</summary>
    TaskChannelUniqueName,
    /// <summary>Reason stated at cancellation.</summary>
    TaskCanceledReason,
    /// <summary>Reason stated at completion.</summary>
    TaskCompletedReason,
    /// <summary>Queue, <c>WQ…</c>.</summary>
    TaskQueueSid,
    /// <summary>Name of the queue.</summary>
    TaskQueueName,
    /// <summary>Name of the workflow.</summary>
    WorkflowName,
    /// <summary>Worker, <c>WK…</c>.</summary>
    WorkerSid,
    /// <summary>Name of the worker.</summary>
    WorkerName,
    /// <summary>Name of the worker's activity.</summary>
    WorkerActivityName,
    /// <summary>The worker's activity, <c>WA…</c>.</summary>
    WorkerActivitySid,
    /// <summary>Name of the worker's activity before.</summary>
    WorkerPreviousActivityName,
    /// <summary>The worker's activity before.</summary>
    WorkerPreviousActivitySid,
    /// <summary>Seconds that the worker spent in the activity before.</summary>
    WorkerTimeInPreviousActivity,
    /// <summary>The same in milliseconds; preferred.</summary>
    WorkerTimeInPreviousActivityMs,
    /// <summary>JSON object with the attributes of the worker.</summary>
    WorkerAttributes,
    /// <summary>An activity that was made, changed or removed, <c>WA…</c>.</summary>
    ActivitySid,
    /// <summary>Its name.</summary>
    ActivityName,
    /// <summary><c>true</c> if workers in it take offers.</summary>
    ActivityAvailable,
    /// <summary>Reservation, <c>WR…</c>.</summary>
    ReservationSid,
    /// <summary>Transfer, <c>TT…</c>.</summary>
    TransferSid,
    /// <summary>The queue or worker that a task is transferred to.</summary>
    TransferTo,
}

using System.Collections.Frozen;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>The recognised event types (INS-11) and their order within a life cycle (INS-16).</summary>
public static class EventTypes
{
    /// <summary>A task was made.</summary>
    public const string TaskCreated = "task.created";
    /// <summary>Something of a task was changed, mostly its attributes.</summary>
    public const string TaskUpdated = "task.updated";
    /// <summary>A task was canceled.</summary>
    public const string TaskCanceled = "task.canceled";
    /// <summary>A task was completed.</summary>
    public const string TaskCompleted = "task.completed";
    /// <summary>A task was removed.</summary>
    public const string TaskDeleted = "task.deleted";
    /// <summary>A task was removed by the system.</summary>
    public const string TaskSystemDeleted = "task.system-deleted";
    /// <summary>An agent began to pass a task on.</summary>
    public const string TransferInitiated = "task.transfer-initiated";
    /// <summary>A transfer found nobody.</summary>
    public const string TransferFailed = "task.transfer-failed";
    /// <summary>The agent took a transfer back.</summary>
    public const string TransferCanceled = "task.transfer-canceled";
    /// <summary>A task entered a queue.</summary>
    public const string QueueEntered = "task-queue.entered";
    /// <summary>A task was moved to a queue.</summary>
    public const string QueueMoved = "task-queue.moved";
    /// <summary>A task entered a workflow.</summary>
    public const string WorkflowEntered = "workflow.entered";
    /// <summary>A workflow ran out of time.</summary>
    public const string WorkflowTimeout = "workflow.timeout";
    /// <summary>A task was offered.</summary>
    public const string ReservationCreated = "reservation.created";
    /// <summary>The agent took the offer.</summary>
    public const string ReservationAccepted = "reservation.accepted";
    /// <summary>The agent turned the offer down.</summary>
    public const string ReservationRejected = "reservation.rejected";
    /// <summary>The offer timed out.</summary>
    public const string ReservationTimeout = "reservation.timeout";
    /// <summary>The offer was canceled.</summary>
    public const string ReservationCanceled = "reservation.canceled";
    /// <summary>Another agent was faster.</summary>
    public const string ReservationRescinded = "reservation.rescinded";
    /// <summary>The agent has begun the wrap-up.</summary>
    public const string ReservationWrapup = "reservation.wrapup";
    /// <summary>The agent is done.</summary>
    public const string ReservationCompleted = "reservation.completed";
    /// <summary>A worker took up an activity.</summary>
    public const string WorkerActivityUpdate = "worker.activity.update";
    /// <summary>The reservation failed.</summary>
    public const string ReservationFailed = "reservation.failed";

    private static readonly FrozenSet<string> Recognised = new Dictionary<string, string>
    {
        ["activity"] = "created updated deleted",
        ["reservation"] = "created accepted rejected timeout canceled rescinded completed failed wrapup",
        ["task"] = "created updated canceled wrapup completed deleted system-deleted transfer-initiated transfer-attempt-failed"
            + " transfer-failed transfer-canceled transfer-completed",
        ["task-channel"] = "created updated deleted",
        ["task-queue"] = "created deleted entered timeout moved expression.updated",
        ["worker"] = "created activity.update attributes.update capacity.update channel.availability.update deleted",
        ["workflow"] = "created updated deleted target-matched entered timeout skipped",
        ["workspace"] = "created updated deleted",
    }.SelectMany(entry => entry.Value.Split(' '), (entry, action) => $"{entry.Key}.{action}").ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int> Ranks = new[]
    {
        TaskCreated, WorkflowEntered, "workflow.target-matched", TransferInitiated, QueueEntered, ReservationCreated, ReservationAccepted,
        ReservationRejected, ReservationTimeout, ReservationCanceled, ReservationRescinded, ReservationWrapup, ReservationCompleted,
        "task.wrapup", TaskCompleted, TaskCanceled, TaskDeleted,
    }.Index().ToFrozenDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);

    /// <summary>Whether events of the type are processed.</summary>
    /// <param name="type">In lower case.</param>
    public static bool AreRecognised(string type) => Recognised.Contains(type);

    /// <summary>Whether an event of the type ends a segment of a handling or of a customer who gave up: the attributes that it carries count (INS-34, INS-84).</summary>
    /// <param name="type">In lower case.</param>
    public static bool EndsHandling(string type) => type
        is ReservationRejected or ReservationTimeout or ReservationCanceled or ReservationRescinded or ReservationCompleted or TaskCanceled or TransferFailed;

    /// <summary>Place of the type among events of one task with the same time; types without a place come last.</summary>
    /// <param name="type">In lower case.</param>
    public static int Rank(string type) => Ranks.GetValueOrDefault(type, int.MaxValue);
}

using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>An agent came to the next phase of handling a task.</summary>
[MessageUrn("contactcenter:insights:agent-handling-changed")]
public sealed record AgentHandlingChanged
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When the phase began.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored it.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The worker (<c>WK…</c>); of a session without task the agent's own id.</summary>
    public required string AgentSid { get; init; }

    /// <summary>The reservation (<c>WR…</c>); of a session without task its name, <c>-</c> and the number of the assignment.</summary>
    public required string ReservationSid { get; init; }

    /// <summary>The task (<c>WT…</c>); of a session without task its name, such as <c>call-1418</c>.</summary>
    public required string TaskSid { get; init; }

    /// <summary>The conversation that the task belonged to by then.</summary>
    public required string ConversationId { get; init; }

    /// <summary><c>offered</c>, <c>talking</c>, <c>wrap_up</c> or <c>released</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>With <c>wrap_up</c> and <c>released</c>: the agent passed the task on. False otherwise.</summary>
    public required bool Transferred { get; init; }

    /// <summary>The queue (<c>WQ…</c>), or the queue_id of a session; null if no event named it.</summary>
    public string? QueueSid { get; init; }

    /// <summary>Unique name of the task channel (<c>voice</c>, <c>chat</c>, <c>sms</c>, …), whatever reports show; null if no event told it.</summary>
    public string? Channel { get; init; }

    /// <summary>As in the task attributes, in lower case: <c>inbound</c>, <c>outbound</c>, …; <c>inbound</c> if they do not say it.</summary>
    public required string Direction { get; init; }
}

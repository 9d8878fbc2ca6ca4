using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A task waits in a queue. Published once the queue is known, once for each wait.</summary>
[MessageUrn("contactcenter:insights:queue-entered")]
public sealed record QueueEntered
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When the wait began.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored it.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The task (<c>WT…</c>); of a session without task its name, such as <c>call-1418</c>.</summary>
    public required string TaskSid { get; init; }

    /// <summary>The conversation that the task belonged to by then.</summary>
    public required string ConversationId { get; init; }

    /// <summary>The queue (<c>WQ…</c>), or the queue_id of a session.</summary>
    public required string QueueSid { get; init; }

    /// <summary>Its name; null if no event told it.</summary>
    public string? QueueName { get; init; }

    /// <summary>Unique name of the task channel (<c>voice</c>, <c>chat</c>, <c>sms</c>, …), whatever reports show; null if no event told it.</summary>
    public string? Channel { get; init; }

    /// <summary>As in the task attributes, in lower case: <c>inbound</c>, <c>outbound</c>, …; <c>inbound</c> if they do not say it.</summary>
    public required string Direction { get; init; }
}

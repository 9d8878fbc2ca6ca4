namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>A session was passed on.</summary>
public sealed record SessionTransfer
{
    /// <summary>Number of the transfer.</summary>
    public long Id { get; init; }
    /// <summary><c>queued</c>, <c>assigned</c>, <c>transferred</c>, <c>failed</c>.</summary>
    public string? Status { get; init; }
    /// <summary>Why it failed.</summary>
    public string? FailReason { get; init; }
    /// <summary>When it began.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
    /// <summary>When an agent was assigned.</summary>
    public DateTimeOffset? AssignedAt { get; init; }
    /// <summary>When that agent joined.</summary>
    public DateTimeOffset? ConnectedAt { get; init; }
    /// <summary>Time of its last event, wrap-up included.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
    /// <summary>From the joining to the last event.</summary>
    public int? CallDuration { get; init; }
    /// <summary>The same of a chat.</summary>
    public int? ChatDuration { get; init; }
    /// <summary>From the beginning to the assignment.</summary>
    public int WaitDuration { get; init; }
    /// <summary>Where the customer was deflected to.</summary>
    public string? Deflection { get; init; }
    /// <summary>How both agents answered.</summary>
    public string? AnswerTypePath { get; init; }
    /// <summary>Where it came from.</summary>
    public MenuPath? FromMenuPath { get; init; }
    /// <summary>Where it went.</summary>
    public MenuPath? ToMenuPath { get; init; }
    /// <summary>Person who passed it on.</summary>
    public Handler? FromAgent { get; init; }
    /// <summary>Person who took it.</summary>
    public Handler? ToAgent { get; init; }
    /// <summary>Virtual agent that passed it on.</summary>
    public Handler? FromVirtualAgent { get; init; }
    /// <summary>Virtual agent that took it.</summary>
    public Handler? ToVirtualAgent { get; init; }
    /// <summary>Priority before.</summary>
    public long? FromQueuePriorityLevel { get; init; }
    /// <summary>Priority after.</summary>
    public long? ToQueuePriorityLevel { get; init; }
}

/// <summary>A virtual agent asked for a person.</summary>
public sealed record Escalation
{
    /// <summary>From 1.</summary>
    public long Id { get; init; }
    /// <summary><c>escalated</c> once a person joined.</summary>
    public string? Status { get; init; }
    /// <summary>Why.</summary>
    public string? Reason { get; init; }
    /// <summary>When the virtual agent asked.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
    /// <summary>When the person joined.</summary>
    public DateTimeOffset? EscalatedAt { get; init; }
    /// <summary>Who asked.</summary>
    public Handler? FromVirtualAgent { get; init; }
    /// <summary>Who came.</summary>
    public Handler? ToAgent { get; init; }
    /// <summary>Where it came from.</summary>
    public MenuPath? FromMenuPath { get; init; }
    /// <summary>Where it went.</summary>
    public MenuPath? ToMenuPath { get; init; }
}

/// <summary>A part of a session that one agent handled, or the wrap-up after it (INS-123).</summary>
public sealed record HandleDuration
{
    /// <summary>From 1.</summary>
    public long Id { get; init; }
    /// <summary>The agent.</summary>
    public long AgentId { get; init; }
    /// <summary>Wrap-up after the session's part.</summary>
    public int AcwDuration { get; init; }
    /// <summary>Work before a call; not told by events.</summary>
    public int? BcwDuration { get; init; }
    /// <summary>Talk time of a call.</summary>
    public int? CallDuration { get; init; }
    /// <summary>The same of a chat.</summary>
    public int? ChatDuration { get; init; }
    /// <summary>Id of the path.</summary>
    public long? MenuPathId { get; init; }
    /// <summary>Name of the path.</summary>
    public string? MenuPath { get; init; }
    /// <summary>Language code.</summary>
    public string? Lang { get; init; }
    /// <summary>Whether the agent came in uninvited.</summary>
    public bool? Barged { get; init; }
    /// <summary>Whether it followed a transfer.</summary>
    public bool Transfer { get; init; }
    /// <summary>Which.</summary>
    public long? TransferId { get; init; }
    /// <summary>Whether that was cold; null for a wrap-up.</summary>
    public bool? TransferCold { get; init; }
    /// <summary>When the agent joined.</summary>
    public DateTimeOffset StartedAt { get; init; }
    /// <summary>When the agent left.</summary>
    public DateTimeOffset EndedAt { get; init; }
    /// <summary>The appointment.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }
    /// <summary>Holds; null for a wrap-up.</summary>
    public int? HoldDuration { get; init; }
    /// <summary>Number of answers of the agent in a chat.</summary>
    public int? ResponseCount { get; init; }
    /// <summary>Seconds until the answers, together.</summary>
    public int? ResponseTimeTotal { get; init; }
    /// <summary>Seconds of the slowest answer.</summary>
    public int? ResponseTimeMax { get; init; }
    /// <summary>Average with one decimal, as a text.</summary>
    public string? ResponseTimeAvg { get; init; }
    /// <summary>From the assignment to the joining.</summary>
    public int AssignedConnectionDuration { get; init; }
}

/// <summary>A wait in a queue.</summary>
public sealed record QueueDuration
{
    /// <summary>From 1.</summary>
    public long Id { get; init; }
    /// <summary>Who answered.</summary>
    public long? AgentId { get; init; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset EndedAt { get; init; }
    /// <summary>Language code.</summary>
    public string? Lang { get; init; }
    /// <summary>Id of the path.</summary>
    public long? MenuPathId { get; init; }
    /// <summary>Name of the path.</summary>
    public string? MenuPath { get; init; }
    /// <summary>How long it lasted.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("queue_duration")]
    public int Duration { get; init; }
    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; init; }
    /// <summary>Whether it followed a cold transfer.</summary>
    public bool? TransferCold { get; init; }
    /// <summary>Whether it followed a transfer.</summary>
    public bool Transfer { get; init; }
    /// <summary>Which.</summary>
    public long? TransferId { get; init; }
    /// <summary>Seconds up to which giving up is not counted.</summary>
    public long? ServiceLevelAbandonTimeThreshold { get; init; }
    /// <summary><c>in_sla</c>, <c>out_sla</c>; null without a target.</summary>
    public string? ServiceLevelEvent { get; init; }
    /// <summary>Share that should be answered in time.</summary>
    public long? ServiceLevelTargetPercent { get; init; }
    /// <summary>Seconds within which.</summary>
    public long? ServiceLevelTargetTime { get; init; }
}

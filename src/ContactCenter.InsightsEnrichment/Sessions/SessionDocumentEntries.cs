using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>A part that a virtual agent handled.</summary>
public sealed record VirtualAgentHandleDuration
{
    /// <summary>From 1.</summary>
    public long Id { get; init; }
    /// <summary>Which.</summary>
    public Handler? VirtualAgent { get; init; }
    /// <summary>Seconds of a call.</summary>
    public int? CallDuration { get; init; }
    /// <summary>Seconds of a chat.</summary>
    public int? ChatDuration { get; init; }
    /// <summary>Why it asked for a person.</summary>
    public string? EscalationReason { get; init; }
    /// <summary>Why it left.</summary>
    public string? FinishReason { get; init; }
    /// <summary>Mood of the customer.</summary>
    public long? Sentiment { get; init; }
    /// <summary>Number of answers.</summary>
    public long? ResponseCount { get; init; }
    /// <summary>Those for want of a better one.</summary>
    public long? FallbackResponseCount { get; init; }
    /// <summary>Who began it.</summary>
    public string? InitiatedBy { get; init; }
    /// <summary>Id of the path.</summary>
    public long? MenuPathId { get; init; }
    /// <summary>Name of the path.</summary>
    public string? MenuPath { get; init; }
    /// <summary>Language code.</summary>
    public string? Lang { get; init; }
    /// <summary>Whether it followed a transfer.</summary>
    public bool Transfer { get; init; }
    /// <summary>Which.</summary>
    public long? TransferId { get; init; }
    /// <summary>When it joined.</summary>
    public DateTimeOffset StartedAt { get; init; }
    /// <summary>When it left.</summary>
    public DateTimeOffset EndedAt { get; init; }
}

/// <summary>An escalation that found nobody.</summary>
public sealed record DeflectedEscalation(
    long Id, Handler? VirtualAgent, string? Deflection, long? EscalationId, string? EscalationReason, long? MenuPathId, string? MenuPath, string? Lang, DateTimeOffset? EscalatedAt);

/// <summary>The customer's side of a session.</summary>
public sealed record ConsumerHandleDuration
{
    /// <summary>From 1.</summary>
    public long Id { get; init; }
    /// <summary>Seconds of a call.</summary>
    public int? CallDuration { get; init; }
    /// <summary>Seconds of a chat.</summary>
    public int? ChatDuration { get; init; }
    /// <summary>Holds.</summary>
    public int? HoldDuration { get; init; }
    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; init; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset EndedAt { get; init; }
    /// <summary>Messages of the customer.</summary>
    public int? MessageCount { get; init; }
    /// <summary>Answers of the customer.</summary>
    public int? ResponseCount { get; init; }
    /// <summary>Seconds until the answers, together.</summary>
    public int? ResponseTimeTotal { get; init; }
    /// <summary>Seconds of the slowest answer.</summary>
    public int? ResponseTimeMax { get; init; }
    /// <summary>Average, as a number.</summary>
    public decimal? ResponseTimeAvg { get; init; }
}

/// <summary>A survey, or a stay in a menu, which has no type.</summary>
public sealed record ConsumerEventDuration(
    long Id, int Duration, string? Type, string? Event, long? MenuPathId, string? MenuPath, string? Lang, DateTimeOffset StartedAt, DateTimeOffset EndedAt);

/// <summary>Somebody who took part.</summary>
public sealed record Participant
{
    /// <summary>From 1.</summary>
    public long Id { get; init; }
    /// <summary><c>end_user</c>, <c>agent</c>, <c>virtual_agent</c>, …</summary>
    public string? Type { get; init; }
    /// <summary>How they came.</summary>
    public string? EntryType { get; init; }
    /// <summary>Number of an agent.</summary>
    public long? UserId { get; init; }
    /// <summary>Number of a customer.</summary>
    public long? EndUserId { get; init; }
    /// <summary>Number of a virtual agent.</summary>
    public long? VirtualAgentId { get; init; }
    /// <summary>Parameters of a virtual agent, unchanged; left out where there are none.</summary>
    public JsonElement? VirtualAgentParams { get; init; }
    /// <summary><c>connected</c>, <c>finished</c>.</summary>
    public string? Status { get; init; }
    /// <summary>Why they failed to come.</summary>
    public string? FailReason { get; init; }
    /// <summary>When they came.</summary>
    public DateTimeOffset? ConnectedAt { get; init; }
    /// <summary>Number of a customer; only customers have the key.</summary>
    public string? PhoneNumber { get; init; }
    /// <summary>Headers of the call.</summary>
    public JsonElement? SipHeaders { get; init; }
    /// <summary>Location of an agent, unchanged.</summary>
    public JsonElement? Location { get; init; }
    /// <summary>Its number.</summary>
    public long? LocationId { get; init; }
    /// <summary>Address of an agent.</summary>
    public string? Email { get; init; }
    /// <summary>First name of an agent.</summary>
    public string? FirstName { get; init; }
    /// <summary>Last name of an agent.</summary>
    public string? LastName { get; init; }
    /// <summary>Middle name of an agent.</summary>
    public string? MiddleName { get; init; }
    /// <summary>Teams of an agent, unchanged.</summary>
    public JsonElement? Teams { get; init; }
    /// <summary>The call.</summary>
    public long? CallId { get; init; }
    /// <summary>The chat.</summary>
    public long? ChatId { get; init; }
    /// <summary>When they left a chat.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
    /// <summary>From coming to leaving.</summary>
    public int? CallDuration { get; init; }
    /// <summary>The same of a chat.</summary>
    public int? ChatDuration { get; init; }
    /// <summary>Holds.</summary>
    public int? HoldDuration { get; init; }
    /// <summary>When they left a call.</summary>
    public DateTimeOffset? EndedAt { get; init; }
    /// <summary>The assistant, unchanged.</summary>
    public JsonElement? AgentAssist { get; init; }
    /// <summary>Conversation of a virtual agent.</summary>
    public JsonElement? VirtualAgent { get; init; }
    /// <summary>Of the telephony provider; not told by events.</summary>
    public string? AdapterFailCode { get; init; }
    /// <summary>Of the telephony provider; not told by events.</summary>
    public string? AdapterFailMessage { get; init; }
}

/// <summary>A recording of a call.</summary>
public sealed record Recording
{
    /// <summary>Number of the recording.</summary>
    public long Id { get; init; }
    /// <summary>The call.</summary>
    public long CallId { get; init; }
    /// <summary>The conference.</summary>
    public string? ConferenceSid { get; init; }
    /// <summary>How long it lasted.</summary>
    public int Duration { get; init; }
    /// <summary><c>default</c>.</summary>
    public string? RecordingType { get; init; }
    /// <summary>When it paused.</summary>
    public IReadOnlyList<RedactionTime> RedactionTimes { get; init; } = [];
    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; init; }
}

/// <summary>A pause of a recording; its times are to the millisecond, its duration in seconds with two decimals (STO-76).</summary>
public sealed record RedactionTime
{
    /// <summary>Beginning.</summary>
    [System.Text.Json.Serialization.JsonConverter(typeof(ExactInstantConverter))]
    public DateTimeOffset? Start { get; init; }
    /// <summary>Who began it.</summary>
    public long? StartAgentId { get; init; }
    /// <summary>End; null while it lasts.</summary>
    [System.Text.Json.Serialization.JsonConverter(typeof(ExactInstantConverter))]
    public DateTimeOffset? End { get; init; }
    /// <summary>How long it lasted.</summary>
    public decimal? Duration { get; init; }
    /// <summary>Who ended it.</summary>
    public long? EndAgentId { get; init; }
}

/// <summary>How an agent classified a session.</summary>
public sealed record Disposition
{
    /// <summary>The agent.</summary>
    public long? UserId { get; init; }
    /// <summary>The transfer that brought them.</summary>
    public long? TransferId { get; init; }
    /// <summary>The agent as participant.</summary>
    public long? ParticipantId { get; init; }
    /// <summary>Left out where there is none.</summary>
    public string? Note { get; init; }
    /// <summary>The code.</summary>
    public string? Code { get; init; }
    /// <summary>Number of the code.</summary>
    public long? UjetCodeId { get; init; }
    /// <summary>Its list.</summary>
    public string? List { get; init; }
    /// <summary>Path of the list.</summary>
    public string? ListPath { get; init; }
    /// <summary>Number of the list.</summary>
    public long? UjetListId { get; init; }
    /// <summary>Own id of the list.</summary>
    public string CustomListId { get; init; } = "";
    /// <summary>Own id of the code.</summary>
    public string CustomCodeId { get; init; } = "";
}

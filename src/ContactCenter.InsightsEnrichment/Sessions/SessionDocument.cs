using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>
/// The record of a session in the terms of its metadata document (INS-121, STO-75): names, nesting and value types are
/// those of the platform's file. <see cref="SessionDocumentJson"/> says which keys a call and a chat have, in their order.
/// Durations are whole seconds; ids without a number of their own count from 1 within the session.
/// </summary>
/// <remarks>What each value means is said in the platform's documentation; what is said here is how it is derived.</remarks>
public sealed record SessionDocument
{
    /// <summary>Number of the session.</summary>
    public long Id { get; init; }
    /// <summary>Language code.</summary>
    public string? Lang { get; init; }
    /// <summary>Type of a call, in the older spelling.</summary>
    public string? CallType { get; init; }
    /// <summary>Type of a chat, in the older spelling.</summary>
    public string? ChatType { get; init; }
    /// <summary>The same again.</summary>
    public string? SessionType { get; init; }
    /// <summary>Type in the present spelling.</summary>
    public string? SessionTypeV2 { get; init; }
    /// <summary>State of the session.</summary>
    public string? Status { get; init; }
    /// <summary>When it began.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
    /// <summary>When it entered a queue first.</summary>
    public DateTimeOffset? QueuedAt { get; init; }
    /// <summary>When an agent was assigned first.</summary>
    public DateTimeOffset? AssignedAt { get; init; }
    /// <summary>When a person or virtual agent joined first.</summary>
    public DateTimeOffset? ConnectedAt { get; init; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndsAt { get; init; }
    /// <summary>The appointment.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }
    /// <summary>Time of the last event that counts.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
    /// <summary>Time of the first message.</summary>
    public DateTimeOffset? FirstMsgSentAt { get; init; }
    /// <summary>Time of the last message.</summary>
    public DateTimeOffset? LastMsgSentAt { get; init; }
    /// <summary>Sum of the waits.</summary>
    public int WaitDuration { get; init; }
    /// <summary>Call: sum of talk and wrap-up of the agents.</summary>
    public int? CallDuration { get; init; }
    /// <summary>Chat: the same.</summary>
    public int? ChatDuration { get; init; }
    /// <summary>Sum of the holds.</summary>
    public int? HoldDuration { get; init; }
    /// <summary>1 to 5.</summary>
    public long? Rating { get; init; }
    /// <summary>Whether the customer wrote a feedback.</summary>
    public bool HasFeedback { get; init; }
    /// <summary>A constant of the platform.</summary>
    public string? VoipProvider { get; init; }
    /// <summary>Record of the CRM.</summary>
    public string? OutTicketId { get; init; }
    /// <summary>Address of that record, else of this document.</summary>
    public string? OutTicketUrl { get; init; }
    /// <summary>Whether that record is an account.</summary>
    public bool IsOutTicketAccount { get; init; }
    /// <summary>Whether the customer proved who they are.</summary>
    public bool Verified { get; init; }
    /// <summary>Address of the first recording.</summary>
    public string? RecordingUrl { get; init; }
    /// <summary>Whether recording was agreed to.</summary>
    public string? RecordingPermission { get; init; }
    /// <summary>Why a voicemail was taken.</summary>
    public string? VoicemailReason { get; init; }
    /// <summary>Where the customer was deflected to.</summary>
    public string? Deflection { get; init; }
    /// <summary>Who ended it.</summary>
    public string? DisconnectedBy { get; init; }
    /// <summary>Why it failed.</summary>
    public string? FailReason { get; init; }
    /// <summary>More about that.</summary>
    public string? FailDetails { get; init; }
    /// <summary>Of the telephony provider; not told by events.</summary>
    public string? AdapterFailCode { get; init; }
    /// <summary>Of the telephony provider; not told by events.</summary>
    public string? AdapterFailMessage { get; init; }
    /// <summary>Provider of a chat.</summary>
    public string? ProviderType { get; init; }
    /// <summary>The provider's channel.</summary>
    public string? ProviderChannelId { get; init; }
    /// <summary>Number of messages.</summary>
    public int? MessageCount { get; init; }
    /// <summary>Seconds until agents answered, on average.</summary>
    public decimal? AverageResponseTime { get; init; }
    /// <summary>Seconds of the slowest answer.</summary>
    public decimal? LongestResponseTime { get; init; }
    /// <summary>Number called.</summary>
    public string? SupportNumber { get; init; }
    /// <summary>Menu of the last queue.</summary>
    public SelectedMenu? SelectedMenu { get; init; }
    /// <summary>Path of that menu.</summary>
    public MenuPath? MenuPath { get; init; }
    /// <summary>Priority of the last queue entry.</summary>
    public long? QueuePriorityLevel { get; init; }
    /// <summary>Whether a transcript was sent to the customer.</summary>
    public bool? Transcript { get; init; }
    /// <summary>The last handler (STO-78).</summary>
    public Handler? AgentInfo { get; init; }
    /// <summary>The customer.</summary>
    public EndUser? EndUser { get; init; }
    /// <summary>Photos.</summary>
    public IReadOnlyList<MediaItem> Photos { get; init; } = [];
    /// <summary>Videos.</summary>
    public IReadOnlyList<MediaItem> Videos { get; init; } = [];
    /// <summary>Transfers.</summary>
    public IReadOnlyList<SessionTransfer> Transfers { get; init; } = [];
    /// <summary>From virtual agents to people; null only when read from an older file.</summary>
    public IReadOnlyList<Escalation>? Escalations { get; init; } = [];
    /// <summary>Not told by events.</summary>
    public IReadOnlyList<JsonElement> DeflectionDetails { get; init; } = [];
    /// <summary>What agents did.</summary>
    public IReadOnlyList<HandleDuration> HandleDurations { get; init; } = [];
    /// <summary>Waits.</summary>
    public IReadOnlyList<QueueDuration> QueueDurations { get; init; } = [];
    /// <summary>Escalations that found nobody.</summary>
    public IReadOnlyList<DeflectedEscalation> VirtualAgentDeflectedEscalations { get; init; } = [];
    /// <summary>What virtual agents did.</summary>
    public IReadOnlyList<VirtualAgentHandleDuration> VirtualAgentHandleDurations { get; init; } = [];
    /// <summary>The customer's side.</summary>
    public IReadOnlyList<ConsumerHandleDuration> ConsumerHandleDurations { get; init; } = [];
    /// <summary>Surveys.</summary>
    public IReadOnlyList<ConsumerEventDuration> ConsumerEventDurations { get; init; } = [];
    /// <summary>Time in menus.</summary>
    public IReadOnlyList<ConsumerEventDuration> ConsumerInMenuDurations { get; init; } = [];
    /// <summary>Everybody who took part.</summary>
    public IReadOnlyList<Participant> Participants { get; init; } = [];
    /// <summary>Recordings.</summary>
    public IReadOnlyList<Recording> Recordings { get; init; } = [];
    /// <summary>How it was offered to agents.</summary>
    public string? OfferType { get; init; }
    /// <summary>The offers.</summary>
    public IReadOnlyList<OfferEvent> OfferEvents { get; init; } = [];
    /// <summary>How agents answered.</summary>
    public string? AnswerType { get; init; }
    /// <summary>Whether a chat came outside business hours.</summary>
    public bool? AfterHours { get; init; }
    /// <summary>Not told by events.</summary>
    public long? TransferLimit { get; init; }
    /// <summary>Number used for an outbound call.</summary>
    public string? OutboundNumber { get; init; }
    /// <summary>Not told by events.</summary>
    public IReadOnlyList<JsonElement> WaitTimeSms { get; init; } = [];
    /// <summary>Not told by events.</summary>
    public IReadOnlyList<JsonElement> InCallSms { get; init; } = [];
    /// <summary>How agents classified it; null only when read from an older file.</summary>
    public IReadOnlyList<Disposition>? Dispositions { get; init; } = [];
    /// <summary>The customer's address.</summary>
    public string? Email { get; init; }
    /// <summary>What the customer wrote about it.</summary>
    public string? Feedback { get; init; }
    /// <summary>What the customer sent by a smart action.</summary>
    public string? SmartActionText { get; init; }
    /// <summary>Signed data of the customer's server, unchanged.</summary>
    public JsonElement? CustomDataSecured { get; init; }
    /// <summary>Unsigned data of the page, unchanged.</summary>
    public JsonElement? CustomDataNotSecured { get; init; }
    /// <summary>Headers of the call.</summary>
    public JsonElement? SipHeaders { get; init; }
}

/// <summary>A menu that the customer chose.</summary>
public sealed record SelectedMenu(long? Id, string? Name, long? ParentId, long? Position, bool Deleted, string? MenuType, bool Hidden);

/// <summary>The way to a menu: names and ids with <c>/</c> between.</summary>
public sealed record MenuPath(long? ItemsCount, string? Name, string? MaterializedPath);

/// <summary>Whoever handled a session: a person, or a virtual agent, which alone has <c>va_alias</c> (STO-78).</summary>
public sealed record Handler
{
    /// <summary>Number of the agent or virtual agent.</summary>
    public long Id { get; init; }
    /// <summary>Number of a person within the company.</summary>
    public string? AgentNumber { get; init; }
    /// <summary>Address of a person.</summary>
    public string? Email { get; init; }
    /// <summary>Name.</summary>
    public string? Name { get; init; }
    /// <summary>Last name of a person.</summary>
    public string? LastName { get; init; }
    /// <summary>First name of a person.</summary>
    public string? FirstName { get; init; }
    /// <summary>Alias of a virtual agent; that it is given, if only as null, makes it one.</summary>
    public string? VaAlias
    {
        get;
        init
        {
            field = value;
            IsVirtual = true;
        }
    }
    /// <summary>Picture.</summary>
    public string? AvatarUrl { get; init; }
    /// <summary>Whether it is a virtual agent.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsVirtual { get; private init; }
}

/// <summary>The customer; <paramref name="OutContactId"/> is that of the CRM.</summary>
public sealed record EndUser(long? Id, string? Identifier, string? OutContactId);

/// <summary>A photo or video.</summary>
public sealed record MediaItem(string Id, string? Url, DateTimeOffset CreatedAt);

/// <summary>An offer to a group of agents.</summary>
public sealed record OfferEvent(DateTimeOffset CastingTime, string? Group);

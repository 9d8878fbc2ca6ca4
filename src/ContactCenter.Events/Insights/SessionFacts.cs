using System.Text.Json;

namespace ContactCenter.Events.Insights;

/// <summary>What every event of a session tells, as far as it was known by then; what is not known is null.</summary>
public sealed record SessionFacts
{
    /// <summary><c>call</c> or <c>chat</c>.</summary>
    public required string SessionKind { get; init; }

    /// <summary>Number of the session within its kind.</summary>
    public required long SessionId { get; init; }

    /// <summary>Present spelling of its type.</summary>
    public string? SessionType { get; init; }

    /// <summary>Rises by one with every event of the session; events may come out of order.</summary>
    public required long Sequence { get; init; }

    /// <summary>Task that the session names.</summary>
    public string? TaskSid { get; init; }

    /// <summary>Conversation that it belongs to.</summary>
    public string? ConversationId { get; init; }

    /// <summary>Agent that the event names, else the one who joined last.</summary>
    public SessionAgentFacts? Agent { get; init; }

    /// <summary>Queue that it was in last.</summary>
    public string? QueueId { get; init; }

    /// <summary>Path of that queue.</summary>
    public string? QueuePath { get; init; }

    /// <summary>Campaign of a campaign call.</summary>
    public string? CampaignId { get; init; }

    /// <summary>Its name.</summary>
    public string? CampaignName { get; init; }

    /// <summary>The customer.</summary>
    public SessionEndUserFacts? EndUser { get; init; }

    /// <summary>Language code.</summary>
    public string? Lang { get; init; }

    /// <summary>Device of the customer.</summary>
    public string? DeviceType { get; init; }

    /// <summary>What the customer's application told, unchanged.</summary>
    public JsonElement? Sdk { get; init; }

    /// <summary>Number called.</summary>
    public string? SupportNumber { get; init; }

    /// <summary>Number used for an outbound call.</summary>
    public string? OutboundNumber { get; init; }

    /// <summary>Virtual agent that the event names.</summary>
    public long? VirtualAgentId { get; init; }

    /// <summary>Parameters of the virtual agent, unchanged.</summary>
    public JsonElement? VaDataParameters { get; init; }

    /// <summary>Variables of the session, unchanged.</summary>
    public JsonElement? SessionVariable { get; init; }

    /// <summary>Headers of the call, unchanged.</summary>
    public JsonElement? CustomSipHeaders { get; init; }

    /// <summary>Data signed by the customer's server, unchanged.</summary>
    public JsonElement? CustomDataSecured { get; init; }

    /// <summary>Unsigned data of the page, unchanged.</summary>
    public JsonElement? CustomDataNotSecured { get; init; }
}

/// <summary>An agent of a session.</summary>
/// <param name="AgentId">Number of the agent.</param>
/// <param name="AgentCustomId">Own id of the profile; null if it has none.</param>
/// <param name="AgentEmail">Address; null if it was not told.</param>
public sealed record SessionAgentFacts(long AgentId, string? AgentCustomId, string? AgentEmail);

/// <summary>The customer of a session; in HIPAA mode only the id is told.</summary>
/// <param name="Id">Number of the customer.</param>
/// <param name="Identifier">Identifier on the platform.</param>
/// <param name="CustomUserId">Own id.</param>
/// <param name="Name">Name.</param>
/// <param name="Email">Address.</param>
/// <param name="Phone">Number.</param>
public sealed record SessionEndUserFacts(long? Id, string? Identifier, string? CustomUserId, string? Name, string? Email, string? Phone);

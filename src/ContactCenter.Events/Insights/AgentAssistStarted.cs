using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>An assistant joined the agent of a session.</summary>
[MessageUrn("contactcenter:insights:agent-assist-started")]
public sealed record AgentAssistStarted
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored it.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The session, as far as it was known.</summary>
    public required SessionFacts Session { get; init; }

    /// <summary>Conversation of the assistant.</summary>
    public string? AssistConversationId { get; init; }

    /// <summary>Language of the queue.</summary>
    public string? QueueLanguageId { get; init; }
}

using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A user wrote to an RCS for Business agent, or tapped a suggestion. Published once per message.</summary>
[MessageUrn("contactcenter:insights:rcs-user-message-received")]
public sealed record RcsUserMessageReceived
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it was sent, as the platform says.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>The agent that was written to.</summary>
    public required string AgentId { get; init; }

    /// <summary>The user: as received, or <c>hash_</c> and 26 characters if content is not published.</summary>
    public required string PhoneNumber { get; init; }

    /// <summary>Id that the user's device gave the message; of taps without one the id of the event.</summary>
    public required string UserMessageId { get; init; }

    /// <summary><c>text</c>, <c>file</c>, <c>location</c>, <c>suggested_reply</c>, <c>suggested_action</c>, or <c>suggestion</c> if it is not known which.</summary>
    public required string Type { get; init; }

    /// <summary>What was written, or the text of the suggestion; null if there is none or content is not published.</summary>
    public string? Text { get; init; }

    /// <summary>What the tapped suggestion returned; null for other types.</summary>
    public string? PostbackData { get; init; }

    /// <summary>The message that offered the tapped suggestion (MSG-34); null if none is known.</summary>
    public string? AttributedMessageId { get; init; }

    /// <summary>Template of that message.</summary>
    public string? AttributedTemplate { get; init; }
}

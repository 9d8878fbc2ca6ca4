using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>
/// A message was handed to RCS for Business in the name of an agent (MSG-12). Published by whoever sent it, consumed by
/// Insights, which counts it and joins its receipts and answers to it.
/// </summary>
[MessageUrn("contactcenter:insights:rcs-message-sent")]
public sealed record RcsMessageSent
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it was sent; its UTC day is the day that all its figures belong to.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>Id that the sender gave the message, 1 to 64 characters; receipts name it.</summary>
    public required string MessageId { get; init; }

    /// <summary>The agent in whose name it was sent, such as <c>brand@rbm.goog</c>.</summary>
    public required string AgentId { get; init; }

    /// <summary>The recipient: <c>+</c> and digits.</summary>
    public required string PhoneNumber { get; init; }

    /// <summary>False if the platform refused it: it is listed then, and not counted as sent.</summary>
    public bool Accepted { get; init; } = true;

    /// <summary><c>text</c>, <c>file</c>, <c>rich_card</c> or <c>carousel</c>; null if not known.</summary>
    public string? Format { get; init; }

    /// <summary>Traffic type of the platform, such as <c>TRANSACTION</c>; null if not known.</summary>
    public string? TrafficType { get; init; }

    /// <summary>What could be tapped, in the order offered; at most 200.</summary>
    public IReadOnlyList<RcsSuggestion> Suggestions { get; init; } = [];

    /// <summary>Who wrote it: a human agent's id, or <c>bot</c>; null if not known.</summary>
    public string? Responder { get; init; }

    /// <summary>What it was sent for; null for none.</summary>
    public string? Campaign { get; init; }

    /// <summary>What it was made from, such as a follow-up's id; null for nothing.</summary>
    public string? Template { get; init; }

    /// <summary>The conversation that it belongs to; null for none.</summary>
    public string? ConversationId { get; init; }
}

/// <summary>A tappable reply or action that was offered with a message.</summary>
/// <param name="Kind"><c>reply</c> or <c>action</c>.</param>
/// <param name="Text">What the recipient saw; null if not known.</param>
/// <param name="PostbackData">What a tap returns, at most 2,048 characters.</param>
public sealed record RcsSuggestion(string Kind, string? Text, string PostbackData);

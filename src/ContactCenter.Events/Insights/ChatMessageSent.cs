using System.Text.Json;
using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A message was written in a session.</summary>
[MessageUrn("contactcenter:insights:chat-message-sent")]
public sealed record ChatMessageSent
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

    /// <summary><c>inbound</c> from the customer, <c>outbound</c> to the customer.</summary>
    public required string Direction { get; init; }

    /// <summary>Id of the message.</summary>
    public required string MessageId { get; init; }

    /// <summary>Who wrote it, unchanged.</summary>
    public JsonElement? Author { get; init; }

    /// <summary>The text, or the body of the message; null in HIPAA mode.</summary>
    public JsonElement? Message { get; init; }
}

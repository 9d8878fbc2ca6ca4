using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>
/// The customer of a conversation is known: its first segment has completed. Published again when the conversation turns
/// out to belong to another customer, or was assigned to one by hand.
/// </summary>
[MessageUrn("contactcenter:insights:customer-linked")]
public sealed record CustomerLinked
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When the conversation began.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored the change.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The conversation.</summary>
    public required string ConversationId { get; init; }

    /// <summary>The customer, after merges.</summary>
    public required string CustomerId { get; init; }

    /// <summary>What the customer was found by: <c>external_id</c>, <c>phone</c>, <c>email</c>, <c>from</c>, <c>to</c>, <c>conversation_id</c> or <c>relinked</c>.</summary>
    public required string LinkSource { get; init; }
}

using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A user subscribed to an RCS for Business agent's messages, or unsubscribed from them.</summary>
[MessageUrn("contactcenter:insights:rcs-subscription-changed")]
public sealed record RcsSubscriptionChanged
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened, as the platform says.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>The agent.</summary>
    public required string AgentId { get; init; }

    /// <summary>The user: as received, or <c>hash_</c> and 26 characters if content is not published.</summary>
    public required string PhoneNumber { get; init; }

    /// <summary>True after SUBSCRIBE, false after UNSUBSCRIBE.</summary>
    public required bool Subscribed { get; init; }
}

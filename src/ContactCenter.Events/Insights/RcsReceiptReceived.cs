using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>RCS for Business reported what became of a message. Published once per message and kind, also for messages whose send is not recorded.</summary>
[MessageUrn("contactcenter:insights:rcs-receipt-received")]
public sealed record RcsReceiptReceived
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened, as the platform says.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>The agent that sent the message.</summary>
    public required string AgentId { get; init; }

    /// <summary>The message.</summary>
    public required string MessageId { get; init; }

    /// <summary><c>DELIVERED</c>, <c>READ</c>, <c>EXPIRED</c> (revoked before it was delivered) or <c>EXPIRE_FAILED</c> (could not be revoked).</summary>
    public required string Kind { get; init; }

    /// <summary>Whether the send is recorded.</summary>
    public required bool Known { get; init; }

    /// <summary>UTC day of the send; null as long as it is not recorded.</summary>
    public DateOnly? SendDay { get; init; }

    /// <summary>Day of the receipt, the day of the send being 1 (MSG-18); null as long as the send is not recorded.</summary>
    public int? DayNumber { get; init; }

    /// <summary>Whether it counts: the send is recorded, and the receipt came within the back-fill window.</summary>
    public required bool Counted { get; init; }
}

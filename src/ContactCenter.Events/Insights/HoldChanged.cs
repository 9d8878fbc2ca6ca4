using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>An agent put the customer on hold, or took them back.</summary>
[MessageUrn("contactcenter:insights:hold-changed")]
public sealed record HoldChanged
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

    /// <summary>Whether the hold began.</summary>
    public required bool OnHold { get; init; }
}

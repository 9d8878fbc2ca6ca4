using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>Data of the customer's application came; they are in <see cref="Session"/>.</summary>
[MessageUrn("contactcenter:insights:custom-data-received")]
public sealed record CustomDataReceived
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

    /// <summary>What the customer sent by a smart action.</summary>
    public string? SmartActionText { get; init; }
}

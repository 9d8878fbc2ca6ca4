using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>
/// A customer contacted us by an inbound task. Published once per task, when its customer is known; never of conversations
/// that were filtered as protected health information, nor of callers who do not show who they are.
/// </summary>
[MessageUrn("contactcenter:insights:customer-contacted")]
public sealed record CustomerContacted
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When the task began.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored the change.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The customer, after merges.</summary>
    public required string CustomerId { get; init; }

    /// <summary>Unique name of the task channel (<c>voice</c>, <c>chat</c>, <c>sms</c>, …); null if not known.</summary>
    public string? Channel { get; init; }

    /// <summary>Where the contact came from, in normal form: <c>+</c> and digits, an e-mail address in lower case, or the channel's own spelling.</summary>
    public required string Address { get; init; }
}

using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>The customer of a session proved who they are, or failed to.</summary>
[MessageUrn("contactcenter:insights:user-verified")]
public sealed record UserVerified
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

    /// <summary>Whether they did.</summary>
    public required bool Verified { get; init; }
}

using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>An agent signed in to the agent desktop, or out.</summary>
[MessageUrn("contactcenter:insights:adapter-sign-in-changed")]
public sealed record AdapterSignInChanged
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored it.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>Who.</summary>
    public required SessionAgentFacts Agent { get; init; }

    /// <summary>Whether it was in.</summary>
    public required bool SignedIn { get; init; }
}

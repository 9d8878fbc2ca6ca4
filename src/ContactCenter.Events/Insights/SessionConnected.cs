using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>An agent joined a session.</summary>
[MessageUrn("contactcenter:insights:session-connected")]
public sealed record SessionConnected
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

    /// <summary>Whether nobody had joined before.</summary>
    public required bool FirstAgent { get; init; }

    /// <summary>Whether the agent came in uninvited.</summary>
    public bool? Barged { get; init; }

    /// <summary>Transfer that it follows.</summary>
    public long? TransferId { get; init; }
}

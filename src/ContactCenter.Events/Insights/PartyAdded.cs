using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>Somebody was added to a session.</summary>
[MessageUrn("contactcenter:insights:party-added")]
public sealed record PartyAdded
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

    /// <summary><c>end_user</c> or <c>agent</c>.</summary>
    public required string ParticipantType { get; init; }

    /// <summary>Number of a customer.</summary>
    public long? EndUserId { get; init; }
}

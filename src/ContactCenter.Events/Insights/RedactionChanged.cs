using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>The recording of a session pauses for what must not be recorded, or goes on.</summary>
[MessageUrn("contactcenter:insights:redaction-changed")]
public sealed record RedactionChanged
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

    /// <summary>Whether the pause began.</summary>
    public required bool Active { get; init; }

    /// <summary>The recording; null for the running one.</summary>
    public long? RecordingId { get; init; }
}

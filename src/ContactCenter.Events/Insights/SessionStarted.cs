using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A session began.</summary>
[MessageUrn("contactcenter:insights:session-started")]
public sealed record SessionStarted
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

    /// <summary><c>inbound</c>, <c>outbound</c>, … as given.</summary>
    public string? Direction { get; init; }

    /// <summary>Call that the session names.</summary>
    public string? CallSid { get; init; }

    /// <summary>Provider of a chat.</summary>
    public string? ProviderType { get; init; }

    /// <summary>The provider's channel.</summary>
    public string? ProviderChannelId { get; init; }

    /// <summary>The appointment.</summary>
    public DateTimeOffset? ScheduledTime { get; init; }

    /// <summary>Whether the customer proved who they are.</summary>
    public bool? Verified { get; init; }
}

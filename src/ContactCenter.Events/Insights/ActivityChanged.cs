using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>An activity was made, changed or removed.</summary>
[MessageUrn("contactcenter:insights:activity-changed")]
public sealed record ActivityChanged
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it changed.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored the change.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The activity (<c>WA…</c>).</summary>
    public required string ActivitySid { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether agents in it take offers.</summary>
    public required bool Available { get; init; }

    /// <summary>Whether it was removed.</summary>
    public required bool Deleted { get; init; }
}

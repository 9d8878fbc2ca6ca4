using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>
/// Somebody made one customer point to another: from now on the conversations of the source are shown at the target.
/// </summary>
[MessageUrn("contactcenter:insights:customers-merged")]
public sealed record CustomersMerged
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it was done.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored the change.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>Always empty: customers belong to no one account.</summary>
    public required string AccountSid { get; init; }

    /// <summary>The customer that points, or pointed, to the other.</summary>
    public required string SourceCustomerId { get; init; }

    /// <summary>The customer pointed to.</summary>
    public required string TargetCustomerId { get; init; }

    /// <summary>Who did it, such as <c>apikey:7m3k9q2x5c8v</c>.</summary>
    public required string Actor { get; init; }
}

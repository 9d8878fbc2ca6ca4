using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>
/// Somebody took a merge back: the conversations of the source are shown at it again.
/// </summary>
[MessageUrn("contactcenter:insights:customer-unmerged")]
public sealed record CustomerUnmerged
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

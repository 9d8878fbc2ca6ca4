using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>Something in received data was not as it should be, for the first time of a UTC day; what occurs again that day is counted and not published.</summary>
[MessageUrn("contactcenter:insights:warning-raised")]
public sealed record WarningRaised
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it occurred.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When the message was stored.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>); empty if it is about none.</summary>
    public required string AccountSid { get; init; }

    /// <summary>Code of the contract, such as <c>value_truncated</c>.</summary>
    public required string Code { get; init; }

    /// <summary>The field concerned; empty where the warning is about a whole event.</summary>
    public required string Field { get; init; }

    /// <summary>The UTC day.</summary>
    public required DateOnly Day { get; init; }
}

using MassTransit;

namespace ContactCenter.Events.Wfm;

/// <summary>The connection to CXone came into another state.</summary>
[MessageUrn("contactcenter:wfm:connection-changed")]
public sealed record WfmConnectionChanged
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary><c>UNCONFIGURED</c>, <c>CONNECTING</c>, <c>CONNECTED</c>, <c>DISCONNECTED</c>, <c>AUTH_FAILED</c>, <c>FORBIDDEN</c> or <c>PAUSED</c>.</summary>
    public required string State { get; init; }

    /// <summary>Why, without secrets.</summary>
    public required string Cause { get; init; }

    /// <summary>Status of the answer that led to it; null without.</summary>
    public int? HttpStatus { get; init; }
}

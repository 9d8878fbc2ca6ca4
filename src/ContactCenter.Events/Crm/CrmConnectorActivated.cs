using MassTransit;

namespace ContactCenter.Events.Crm;

/// <summary>A connector was put to use; the one before it is no longer.</summary>
[MessageUrn("contactcenter:crm:crm-connector-activated")]
public sealed record CrmConnectorActivated
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened; the latest counts.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When it was stored.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>The connector.</summary>
    public required string ConnectorId { get; init; }

    /// <summary>The revision that it had.</summary>
    public required long Revision { get; init; }

    /// <summary><c>GENERIC_API</c> or <c>CUSTOM_URL</c>.</summary>
    public required string InteractionMethod { get; init; }
}

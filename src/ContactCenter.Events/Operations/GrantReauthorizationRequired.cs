using MassTransit;

namespace ContactCenter.Events.Operations;

/// <summary>A provider refused an OAuth2 grant for good: its jobs wait until a person authorises it again.</summary>
[MessageUrn("contactcenter:operations:grant-reauthorization-required")]
public sealed record GrantReauthorizationRequired
{
    /// <summary>Resource name of the service, such as <c>crm-connector</c>.</summary>
    public required string Service { get; init; }

    /// <summary>When the provider refused it.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The grant: <c>grants/{id}</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>Trace of the call that found it out, 32 hexadecimal digits; null if it had none.</summary>
    public string? TraceId { get; init; }

    /// <summary>The provider's error code, such as <c>invalid_grant</c>.</summary>
    public required string Reason { get; init; }
}

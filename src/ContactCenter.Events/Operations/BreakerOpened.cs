using MassTransit;

namespace ContactCenter.Events.Operations;

/// <summary>The breaker of a destination opened: calls to it wait until a probe succeeds. Sent again each time a probe fails.</summary>
[MessageUrn("contactcenter:operations:breaker-opened")]
public sealed record BreakerOpened
{
    /// <summary>Resource name of the service, such as <c>crm-connector</c>.</summary>
    public required string Service { get; init; }

    /// <summary>When it opened.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The destination: <c>destinations/{id}</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>Trace of the call that decided, 32 hexadecimal digits; null if it had none.</summary>
    public string? TraceId { get; init; }

    /// <summary>The name that operators know the destination by.</summary>
    public required string Destination { get; init; }

    /// <summary>Scheme, host and port of the destination.</summary>
    public required string Origin { get; init; }

    /// <summary>What opened it.</summary>
    public BreakerLastError? LastError { get; init; }

    /// <summary>A job whose call failed; null if no job was involved.</summary>
    public string? ExampleItemId { get; init; }
}

using MassTransit;

namespace ContactCenter.Events.Operations;

/// <summary>The jobs of a kind or group that was paused run again.</summary>
[MessageUrn("contactcenter:operations:queue-resumed")]
public sealed record QueueResumed
{
    /// <summary>Resource name of the service, such as <c>crm-connector</c>.</summary>
    public required string Service { get; init; }

    /// <summary>When the operator said so.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The kind or group: <c>jobKinds/{kind}</c> or <c>jobGroups/{group}</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>Trace of the call, 32 hexadecimal digits; null if it had none.</summary>
    public string? TraceId { get; init; }
}

using MassTransit;

namespace ContactCenter.Events.Operations;

/// <summary>No process begins jobs of a kind or group any more, until it is resumed.</summary>
[MessageUrn("contactcenter:operations:queue-paused")]
public sealed record QueuePaused
{
    /// <summary>Resource name of the service, such as <c>crm-connector</c>.</summary>
    public required string Service { get; init; }

    /// <summary>When the operator said so.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The kind or group: <c>jobKinds/{kind}</c> or <c>jobGroups/{group}</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>Trace of the call, 32 hexadecimal digits; null if it had none.</summary>
    public string? TraceId { get; init; }

    /// <summary>Why, in the words of the operator.</summary>
    public required string Note { get; init; }
}

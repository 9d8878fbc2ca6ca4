using ContactCenter.Egress.Http;
using ContactCenter.Events.Operations;

namespace ContactCenter.Egress.Limits;

/// <summary>A failure that counted for a breaker.</summary>
/// <param name="Class">The error class, such as <c>timeout</c> or <c>503</c>.</param>
/// <param name="Reason">The reason in upper snake case.</param>
/// <param name="Detail">One sentence without secrets and addresses.</param>
public sealed record BreakerError(string Class, string Reason, string Detail);

/// <summary>A breaker that opened or closed (EGR-23).</summary>
/// <param name="Destination">The destination.</param>
/// <param name="IsOpen">True when it opened.</param>
/// <param name="LastError">The last failure that counted.</param>
/// <param name="ExampleItemId">A job whose call failed.</param>
/// <param name="TraceId">Trace of the call that decided.</param>
internal sealed record BreakerChanged(Destination Destination, bool IsOpen, BreakerError? LastError, string? ExampleItemId, string? TraceId)
{
    public BreakerOpened Opened(string service, DateTimeOffset time) => new()
    {
        Service = service,
        Time = time,
        Resource = $"destinations/{Destination.Id}",
        TraceId = TraceId,
        Destination = Destination.Name,
        Origin = Destination.Origin,
        LastError = Cause(),
        ExampleItemId = ExampleItemId,
    };

    public BreakerClosed Closed(string service, DateTimeOffset time) => new()
    {
        Service = service,
        Time = time,
        Resource = $"destinations/{Destination.Id}",
        TraceId = TraceId,
        Destination = Destination.Name,
        Origin = Destination.Origin,
        LastError = Cause(),
        ExampleItemId = ExampleItemId,
    };

    private BreakerLastError? Cause() =>
        LastError is null ? null : new BreakerLastError { Class = LastError.Class, Reason = LastError.Reason, Detail = LastError.Detail };
}

/// <summary>Told of every breaker that opened or closed, by the one replica whose call decided it.</summary>
internal interface IBreakerObserver
{
    /// <summary>Takes note at once; a call waits for it.</summary>
    void BreakerChanged(BreakerChanged change);
}

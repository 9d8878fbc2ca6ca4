using ContactCenter.Egress.Guard;
using ContactCenter.Egress.Http;

namespace ContactCenter.Egress.Destinations;

/// <summary>What an operator may set for a destination; an update replaces all of it.</summary>
public sealed record DestinationSettings
{
    /// <summary>Calls in flight per process; 1 to 256 (EGR-19).</summary>
    public int MaxConcurrent { get; init; } = 16;

    /// <summary>Token bucket and day budget (EGR-19).</summary>
    public RateLimit Rate { get; init; } = new();

    /// <summary>When the breaker opens and closes (EGR-22, EGR-23).</summary>
    public BreakerSettings Breaker { get; init; } = new();

    /// <summary>Time limits (EGR-10); the whole call may be without limit only where the program has none either.</summary>
    public EgressTimeouts Timeouts { get; init; } = new();

    /// <summary>Private CA and client certificate (EGR-9). The client key is write-only: empty keeps the stored one while a certificate is set.</summary>
    public TlsSettings Tls { get; init; } = TlsSettings.Default;

    /// <summary>Whether the trace context is sent along (EGR-14).</summary>
    public bool SendTraceContext { get; init; }

    /// <summary>The settings of a destination.</summary>
    /// <param name="destination">As the program gives it.</param>
    /// <returns>Its settings.</returns>
    public static DestinationSettings Of(Destination destination) => new()
    {
        MaxConcurrent = destination.MaxConcurrent,
        Rate = destination.Rate,
        Breaker = destination.Breaker,
        Timeouts = destination.Timeouts,
        Tls = destination.Tls,
        SendTraceContext = destination.SendTraceContext,
    };

    internal DestinationSettings WithoutKey() => this with { Tls = Tls with { ClientKey = "" } };

    internal Destination ApplyTo(Destination destination) => destination with
    {
        MaxConcurrent = MaxConcurrent,
        Rate = Rate,
        Breaker = Breaker,
        Timeouts = destination.LongestWhole is { } longest && !(Timeouts.Whole <= longest) ? Timeouts with { Whole = longest } : Timeouts,
        Tls = Tls,
        SendTraceContext = SendTraceContext,
    };
}

/// <summary>A setting that is out of range.</summary>
/// <param name="Field">The field's path in snake case, such as <c>timeouts.whole</c>.</param>
/// <param name="Description">One sentence naming value and range.</param>
public sealed record DestinationViolation(string Field, string Description);

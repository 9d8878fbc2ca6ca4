using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ContactCenter.Egress;

/// <summary>Source and meter <c>ContactCenter.Egress</c>; no label carries a key, id or address.</summary>
public static class EgressTelemetry
{
    /// <summary>The name of activity source and meter.</summary>
    public const string Name = "ContactCenter.Egress";

    private static readonly Meter Meter = new(Name);

    internal static ActivitySource Source { get; } = new(Name);

    internal static Histogram<double> Calls { get; } = Meter.CreateHistogram<double>(
        "egress.call.duration", "s", "Outbound calls by result: a status, an error class, or why a call had to wait.");

    internal static Counter<long> BreakerChanges { get; } = Meter.CreateCounter<long>(
        "egress.breaker.changes", description: "Breakers that opened or closed.");

    internal static Counter<long> TokenRequests { get; } = Meter.CreateCounter<long>(
        "egress.token.requests", description: "Requests to token endpoints by result.");

    internal static Counter<long> RedisFallbacks { get; } = Meter.CreateCounter<long>(
        "egress.redis.fallbacks", description: "Decisions made from the state of this process, as Redis did not answer (EGR-21).");
}

using System.Diagnostics.Metrics;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Counts what was refused at the doors, by cause: the metric <c>insights.ingest.refused</c> (INS-8, INS-21).</summary>
/// <param name="meters">Makes the metric.</param>
public sealed class IngestRefusals(IMeterFactory meters)
{
    /// <summary>Cause: the request has no signature.</summary>
    public const string SignatureMissing = "missing";

    /// <summary>Cause: the signature is of another token, address or body.</summary>
    public const string SignatureWrong = "wrong";

    /// <summary>Cause: a body, an event or a list of events is larger than its limit.</summary>
    public const string TooLarge = "too_large";

    private readonly Counter<long> _refused = meters.Create("ContactCenter.Insights").CreateCounter<long>("insights.ingest.refused");

    /// <summary>Counts one refusal.</summary>
    /// <param name="cause">Why.</param>
    public void Count(string cause) => _refused.Add(1, KeyValuePair.Create<string, object?>("cause", cause));
}

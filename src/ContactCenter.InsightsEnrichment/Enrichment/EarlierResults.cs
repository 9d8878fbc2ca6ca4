using ContactCenter.InsightsEnrichment.RawEvents;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>Results to work out again from the events that they were made of.</summary>
/// <param name="Tasks">Tasks with their accounts.</param>
/// <param name="Sessions">Names of sessions.</param>
/// <param name="OfWorkers">Processed events of workers and activities.</param>
internal sealed record EarlierResults(
    IReadOnlyCollection<(string AccountSid, string TaskSid)> Tasks, IReadOnlyCollection<string> Sessions, IReadOnlyList<RawEvent> OfWorkers)
{
    /// <summary>Nothing.</summary>
    public static EarlierResults None { get; } = new([], [], []);
}

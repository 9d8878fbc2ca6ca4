using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>What an event says about an activity.</summary>
/// <param name="ActivitySid">The activity, <c>WA…</c>.</param>
/// <param name="AccountSid">The account.</param>
/// <param name="Name">Its name.</param>
/// <param name="Available">Whether workers in it take offers.</param>
/// <param name="Deleted">Whether it was removed.</param>
/// <param name="Time">When.</param>
/// <param name="Key">Identity of the event.</param>
public sealed record ActivityEvent(string ActivitySid, string AccountSid, string Name, bool Available, bool Deleted, DateTimeOffset Time, string Key)
{
    /// <summary>Events of one activity in their order.</summary>
    public static Comparer<ActivityEvent> InOrder { get; } = Comparer<ActivityEvent>.Create((left, right) =>
        left.Time.CompareTo(right.Time) is var byTime and not 0 ? byTime : string.CompareOrdinal(left.Key, right.Key));

    /// <summary>Reads an event of an activity; null if it does not say which.</summary>
    /// <param name="raw">The stored event; it has an account and a time.</param>
    public static ActivityEvent? Read(RawEvent raw)
    {
        var fields = raw.ReadFields();
        return (fields[EventField.ActivitySid] ?? raw.ResourceSid) is not { } sid ? null : new(
            sid,
            raw.AccountSid!,
            fields[EventField.ActivityName] ?? "",
            "true".Equals(fields[EventField.ActivityAvailable], StringComparison.OrdinalIgnoreCase),
            raw.EventType == "activity.deleted",
            raw.EventTime!.Value,
            raw.EventKey);
    }
}

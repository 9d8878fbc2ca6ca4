using ContactCenter.InsightsEnrichment.Conversations;

namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>
/// The status segments of one worker. Each depends on two neighbouring events and nothing else, so a part of the events
/// gives the same segments as all of them (INS-15).
/// </summary>
public static class StatusTimeline
{
    // Clocks and roundings differ by less; more means that an event was lost (INS-97).
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    /// <summary>Works out the segments that the events begin.</summary>
    /// <param name="events">Neighbouring status events of one worker, in order. The last one begins a segment that lasts, unless it removed the worker.</param>
    /// <param name="mismatches">Takes the events that report something else than the event before them (warning <c>activity_time_mismatch</c>).</param>
    public static IEnumerable<StatusSegment> Build(IReadOnlyList<WorkerEvent> events, ICollection<WorkerEvent> mismatches)
    {
        for (var i = 0; i < events.Count; i++)
        {
            var next = i + 1 < events.Count ? events[i + 1] : null;
            if (events[i].Type == WorkerEvent.Deleted || events[i].Activity is null)
                continue;
            foreach (var segment in Between(events[i], next, mismatches))
                yield return segment;
        }
    }

    private static IEnumerable<StatusSegment> Between(WorkerEvent start, WorkerEvent? next, ICollection<WorkerEvent> mismatches)
    {
        var segment = new StatusSegment
        {
            SegmentId = SegmentIds.OfStatus(start.WorkerSid, start.Key),
            AgentSid = start.WorkerSid,
            Activity = start.Activity!,
            ActivitySid = start.ActivitySid,
            StartTime = start.Time,
            EndTime = next?.Time,
            SourceKey = start.Key,
        };
        if (next?.InPreviousActivity is not { } reported)
            return [segment];

        var previous = next.PreviousActivity ?? start.Activity!;
        var isSame = previous == start.Activity && (reported - (next.Time - start.Time)).Duration() <= Tolerance;
        if (isSame)
            return [segment];
        mismatches.Add(next);

        // What is reported began before the event that is known: nothing fits in between.
        if (reported > next.Time - start.Time)
            return [segment];
        return
        [
            segment with { EndTime = next.Time - reported },
            segment with
            {
                SegmentId = SegmentIds.OfLostStatus(next.WorkerSid, next.Key),
                Activity = previous,
                ActivitySid = next.PreviousActivitySid,
                StartTime = next.Time - reported,
                IsReconstructed = true,
                SourceKey = next.Key,
            },
        ];
    }
}

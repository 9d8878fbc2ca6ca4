namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>The times of a segment as reports show them: a custom value stands in place of the measured one, which is kept beside it (INS-54).</summary>
internal static class SegmentTimes
{
    /// <summary>Completes the measures of a segment by its times; of the given ones those remain that its kind can have.</summary>
    /// <param name="segment">Just made; its measures are given ones only.</param>
    public static void Complete(Segment segment)
    {
        if (segment.Kind == SegmentKind.Corrupted)
        {
            // Not one of its measures could be trusted (INS-68).
            segment.Measures.Clear();
            return;
        }

        Complete("queue_time", segment.QueueTime);
        Complete("ring_time", segment.RingTime);
        Complete("talk_time", segment.TalkTime);
        Complete("wrap_up_time", segment.WrapUpTime);
        Complete("abandon_time", segment.AbandonTime);

        void Complete(string name, Measure? measured)
        {
            if (measured is { } time)
                segment.Measures.TryAdd(name, time.Seconds);
            else if (segment.Kind != SegmentKind.Conversation)
                segment.Measures.Remove(name);
        }
    }
}

namespace ContactCenter.InsightsEnrichment.Metrics;

/// <summary>What the segments of one interval and of one combination of values come to; <c>protos/…/metric_service.proto</c> says what each value means. Times are seconds.</summary>
internal sealed class MetricCell
{
    public DateTime? Bucket { get; init; }
    public DateTime? BucketEnd { get; init; }
    public string? Value0 { get; init; }
    public string? Value1 { get; init; }
    public string? Value2 { get; init; }
    public long Conversations { get; init; }
    public long HandledConversations { get; init; }
    public long AbandonedConversations { get; init; }
    public long Segments { get; init; }
    public long HandledSegments { get; init; }
    public long AbandonedSegments { get; init; }
    public long MissedSegments { get; init; }
    public long RejectedSegments { get; init; }
    public double QueueTime { get; init; }
    public double RingTime { get; init; }
    public double TalkTime { get; init; }
    public double WrapUpTime { get; init; }
    public double IvrTime { get; init; }
    public double ActivityTime { get; init; }
    public long ServiceLevelSegments { get; init; }
    public long ServiceLevelOkSegments { get; init; }

    /// <summary>The values of the dimensions.</summary>
    public IEnumerable<string?> Values => [Value0, Value1, Value2];
}

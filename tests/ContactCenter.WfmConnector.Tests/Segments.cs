using System.Globalization;
using ContactCenter.Events.Insights;

namespace ContactCenter.WfmConnector.Tests;

/// <summary>Messages as Insights publishes them.</summary>
internal static class Segments
{
    public const string Queue = "WQ1";

    /// <summary>A handled contact: the segment of its handling.</summary>
    public static SegmentFacts Answered(string id, string accepted, string completed, long queueMs, long talkMs, long wrapUpMs) => Of(id, SegmentKinds.Conversation, accepted, completed) with
    {
        ReservationSid = "WR1",
        AgentSid = "WK1",
        QueueMilliseconds = queueMs,
        TalkMilliseconds = talkMs,
        WrapUpMilliseconds = wrapUpMs,
    };

    /// <summary>A wait in the queue.</summary>
    public static SegmentFacts Wait(string id, string entered, string left, string how)
    {
        var segment = Of(id, SegmentKinds.Queue, entered, left);
        return segment with { Left = how, QueueMilliseconds = (long)(segment.EndTime - segment.StartTime).TotalMilliseconds, Abandoned = how == "abandoned" ? "Yes" : "No" };
    }

    public static SegmentFacts Of(string id, string kind, string start, string end) => new()
    {
        SegmentId = id,
        ConversationId = "WT1",
        Kind = kind,
        Revision = 1,
        TaskSid = "WT1",
        QueueSid = Queue,
        TaskChannel = "voice",
        Channel = "Call",
        Direction = "Inbound",
        StartTime = At(start),
        EndTime = At(end),
        Abandoned = "No",
    };

    public static SegmentClosed Closed(SegmentFacts segment) => new() { EventId = Guid.Empty, OccurredTime = segment.EndTime, RecordedTime = segment.EndTime, AccountSid = "AC1", Segment = segment };

    public static SegmentRevised Revised(SegmentFacts segment) => new()
    {
        EventId = Guid.Empty,
        OccurredTime = segment.EndTime,
        RecordedTime = segment.EndTime,
        AccountSid = "AC1",
        Segment = segment,
        ChangedFields = ["talk_time"],
    };

    public static SegmentWithdrawn Withdrawn(SegmentFacts segment) => new() { EventId = Guid.Empty, OccurredTime = segment.EndTime, RecordedTime = segment.EndTime, AccountSid = "AC1", Segment = segment };

    public static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-03-02T{time}Z", CultureInfo.InvariantCulture);
}

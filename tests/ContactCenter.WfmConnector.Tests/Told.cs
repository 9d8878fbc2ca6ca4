using System.Globalization;
using ContactCenter.Events.Insights;

namespace ContactCenter.WfmConnector.Tests;

/// <summary>Messages as Insights publishes them.</summary>
internal static class Told
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

    /// <summary>An agent came into an activity.</summary>
    public static AgentStateChanged Activity(string agent, string time, string activity, bool available = false) => new()
    {
        EventId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()),
        OccurredTime = At(time),
        RecordedTime = At(time),
        AccountSid = "AC1",
        AgentSid = agent,
        Activity = activity,
        ActivitySid = $"WA-{activity}",
        Available = available || activity == "Available",
        StateStartTime = At(time),
        ParallelConversations = 0,
    };

    /// <summary>An agent came to a phase of a handling: <c>talking</c>, <c>wrap_up</c> or <c>released</c>.</summary>
    public static AgentHandlingChanged Handling(string agent, string reservation, string time, string phase, string channel = "voice") => new()
    {
        EventId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()),
        OccurredTime = At(time),
        RecordedTime = At(time),
        AccountSid = "AC1",
        AgentSid = agent,
        ReservationSid = reservation,
        TaskSid = $"WT-{reservation}",
        ConversationId = $"WT-{reservation}",
        Phase = phase,
        Transferred = false,
        QueueSid = Queue,
        Channel = channel,
        Direction = "inbound",
    };

    /// <summary>A task waits in a queue.</summary>
    public static QueueEntered Entered(string task, string time) => new()
    {
        EventId = Guid.Empty,
        OccurredTime = At(time),
        RecordedTime = At(time),
        AccountSid = "AC1",
        TaskSid = task,
        ConversationId = task,
        QueueSid = Queue,
        QueueName = "Support",
        Channel = "voice",
        Direction = "inbound",
    };

    /// <summary>The customer of a call was put on hold, or taken back.</summary>
    public static HoldChanged Hold(int sequence, string time, bool onHold, string? task) => new()
    {
        EventId = Guid.Empty,
        OccurredTime = At(time),
        RecordedTime = At(time),
        AccountSid = "AC1",
        Session = new() { SessionKind = "call", SessionId = 1418, Sequence = sequence, TaskSid = task },
        OnHold = onHold,
    };

    /// <summary>What is known of an agent.</summary>
    public static AgentChanged Agent(string agent, string time, string? number, string state = "Active") => new()
    {
        EventId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()),
        OccurredTime = At(time),
        RecordedTime = At(time),
        AccountSid = "AC1",
        AgentSid = agent,
        FullName = $"Name of {agent}",
        Attributes = number is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["agent_id"] = number },
        State = state,
    };

    /// <summary>How far Insights is.</summary>
    public static IngestWatermark Watermark(string time) => new()
    {
        EventId = Guid.Empty,
        OccurredTime = At(time),
        RecordedTime = At(time),
        AccountSid = "",
        WatermarkTime = At(time),
        DeadLetters = 0,
    };

    /// <summary>The agent's morning of the specification's example 7.1.</summary>
    public static object[] Morning(string agent) =>
    [
        Activity(agent, "08:00:00", "Offline"),
        Activity(agent, "08:57:30", "Available"),
        Handling(agent, "WR1", "09:12:10", "talking"),
        Handling(agent, "WR1", "09:16:40", "wrap_up"),
        Handling(agent, "WR1", "09:17:25", "released"),
        Activity(agent, "09:44:00", "Break"),
        Activity(agent, "10:00:00", "Available"),
        Handling(agent, "WR2", "10:14:05", "talking"),
        Handling(agent, "WR2", "10:33:35", "wrap_up"),
        Handling(agent, "WR2", "10:36:05", "released"),
        Activity(agent, "10:50:00", "Offline"),
    ];
}

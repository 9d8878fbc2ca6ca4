using ContactCenter.Events.Insights;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>What Insights tells of one session: that of the specification's worked examples, if nothing else is said.</summary>
/// <param name="id">Number of the session.</param>
/// <param name="kind"><c>call</c> or <c>chat</c>.</param>
internal sealed class Telling(long id = 1418, string kind = "call")
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 20, 14, 0, TimeSpan.Zero);

    private long _sequence;

    public string Name => $"{kind}-{id}";

    public SessionEndUserFacts? EndUser { get; init; } = new(77, null, null, "Kim Lee", "kim@example", "+12223334444");

    public string SessionType { get; init; } = "Voice Inbound (IVR)";

    public string QueuePath { get; init; } = "Orders";

    public SessionStarted Started() => new() { EventId = NewId(), OccurredTime = Start, RecordedTime = Start, AccountSid = "AC1", Session = Facts(null), Direction = "inbound" };

    public SessionQueued Queued() => new() { EventId = NewId(), OccurredTime = Start.AddSeconds(1), RecordedTime = Start, AccountSid = "AC1", Session = Facts(null) };

    public SessionAssigned Assigned() => new() { EventId = NewId(), OccurredTime = Start.AddSeconds(26), RecordedTime = Start, AccountSid = "AC1", Session = Facts(null) };

    public SessionConnected Connected() =>
        new() { EventId = NewId(), OccurredTime = Start.AddSeconds(28), RecordedTime = Start, AccountSid = "AC1", Session = Facts(new(5, null, "jane.smith@example.com")), FirstAgent = true };

    public RatingSaved Rated(int rating = 5, string? feedback = null) =>
        new() { EventId = NewId(), OccurredTime = Start.AddMinutes(4), RecordedTime = Start, AccountSid = "AC1", Session = Facts(null), Rating = rating, Feedback = feedback };

    public DispositionSaved Disposed() =>
        new() { EventId = NewId(), OccurredTime = Start.AddMinutes(5), RecordedTime = Start, AccountSid = "AC1", Session = Facts(null), Code = "sold", Note = "twice" };

    public ChatMessageSent Wrote(string messageId, string direction = "inbound") =>
        new() { EventId = NewId(), OccurredTime = Start.AddSeconds(40), RecordedTime = Start, AccountSid = "AC1", Session = Facts(null), MessageId = messageId, Direction = direction };

    public QueueSelected Selected() => new() { EventId = NewId(), OccurredTime = Start, RecordedTime = Start, AccountSid = "AC1", Session = Facts(null) };

    public SessionEnded Ended() => new()
    {
        EventId = NewId(),
        OccurredTime = Start.AddSeconds(166),
        RecordedTime = Start,
        AccountSid = "AC1",
        Session = Facts(null),
        Status = "finished",
        DisconnectedBy = "disconnected_by_agent",
        EndTime = Start.AddSeconds(166),
        ReadyTime = Start.AddMinutes(18),
        WaitSeconds = 27,
        SessionSeconds = 126,
        HoldSeconds = 5,
        Successful = true,
        RecordVersion = 1,
    };

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    private SessionFacts Facts(SessionAgentFacts? agent) => new()
    {
        SessionKind = kind,
        SessionId = id,
        SessionType = SessionType,
        Sequence = ++_sequence,
        Agent = agent,
        QueueId = "8",
        QueuePath = QueuePath,
        EndUser = EndUser,
    };
}

using System.Text.Json.Serialization;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>
/// One interval of a conversation, as the events of its task tell it; <c>protos/…/conversation.proto</c> says what each
/// value means. It is stored as one document, so a further value needs no migration.
/// </summary>
public sealed record Segment
{
    /// <summary>Identity, see <see cref="SegmentIds"/>.</summary>
    public required string SegmentId { get; init; }

    /// <summary>What the interval was.</summary>
    public required SegmentKind Kind { get; init; }

    /// <summary>The task.</summary>
    public required string TaskSid { get; init; }

    /// <summary>The reservation; null without agent.</summary>
    public string? ReservationSid { get; init; }

    /// <summary>The worker; null without agent.</summary>
    public string? AgentSid { get; init; }

    /// <summary>The worker's name.</summary>
    public string? AgentName { get; init; }

    /// <summary>The queue.</summary>
    public string? QueueSid { get; init; }

    /// <summary>Unique name of the task channel.</summary>
    public string? TaskChannel { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Waiting, ringing included.</summary>
    public Measure? QueueTime { get; init; }

    /// <summary>From the offer to its acceptance or other end.</summary>
    public Measure? RingTime { get; init; }

    /// <summary>From acceptance to wrap-up or completion.</summary>
    public Measure? TalkTime { get; init; }

    /// <summary>From wrap-up to completion.</summary>
    public Measure? WrapUpTime { get; init; }

    /// <summary>From queue entry to giving up.</summary>
    public Measure? AbandonTime { get; init; }

    /// <summary>How the wait of a Queue segment ended; null while it lasts and for other kinds.</summary>
    public WaitEnd? Left { get; init; }

    /// <summary>Why an offer was missed.</summary>
    public MissedReason? MissedReason { get; init; }

    /// <summary>Why the customer was lost.</summary>
    public AbandonReason? AbandonReason { get; init; }

    /// <summary>Reason stated at the end of the task, on its last Conversation segment.</summary>
    public string? EndReason { get; init; }

    /// <summary>How the task ended, on its last Conversation segment.</summary>
    public EndedAs? EndedAs { get; init; }

    /// <summary>Event types that should have been received but were not.</summary>
    public IReadOnlyList<string>? MissingEvents { get; init; }

    /// <summary>Texts to group by.</summary>
    [JsonConverter(typeof(ConversationFieldsJson))]
    public required FieldValues Attributes { get; init; }

    /// <summary>Texts shown for attributes (INS-47).</summary>
    [JsonConverter(typeof(ConversationFieldsJson))]
    public FieldValues Labels { get; init; } = FieldValues.None(AttributeFields.Conversations);

    /// <summary>Numbers, in ordinal order of their names; the times of the segment among them, as reports show them (INS-54).</summary>
    [JsonConverter(typeof(MeasuresJson))]
    public SortedList<string, double> Measures { get; init; } = [];

    /// <summary>The transfer that led here.</summary>
    public string? TransferSid { get; init; }

    /// <summary>The task that this one continues.</summary>
    public string? PreviousTaskSid { get; init; }

    /// <summary>Permission of the recording that its link leads to, as the session says; null without link or session (INS-57).</summary>
    public string? RecordingPermission { get; init; }

    /// <summary>Corrections that count, in the order in which they take effect (INS-24); null without.</summary>
    public IReadOnlyList<SegmentCorrection>? Corrections { get; init; }

    /// <summary>Warnings that the segment gives rise to (INS-112).</summary>
    public IReadOnlyList<SegmentWarning>? Warnings { get; init; }

    /// <summary>Whether nothing of it is open: such a segment is published.</summary>
    [JsonIgnore]
    public bool IsClosed => EndTime is not null && Kind != SegmentKind.ConversationInProgress;

    /// <summary>A measure as reports show it; 0 without.</summary>
    /// <param name="name">Name of the measure.</param>
    public double Measured(string name) => Measures.GetValueOrDefault(name);
}

/// <summary>A length of time twice: by whole seconds, as reports count, and exact (INS-63).</summary>
/// <param name="Seconds">Both ends without their milliseconds, subtracted; never negative.</param>
/// <param name="Milliseconds">The ends as they are, subtracted; never negative.</param>
public readonly record struct Measure(int Seconds, long Milliseconds)
{
    /// <summary>No time at all.</summary>
    public static Measure Zero => default;

    /// <summary>The time between two moments; 0 if the second lies before the first.</summary>
    /// <param name="start">The beginning.</param>
    /// <param name="end">The end.</param>
    public static Measure Between(DateTimeOffset start, DateTimeOffset end) => end <= start
        ? Zero
        : new((int)(end.ToUnixTimeSeconds() - start.ToUnixTimeSeconds()), (long)(end - start).TotalMilliseconds);
}

/// <summary>What a segment was; the numbers are those of the contract.</summary>
public enum SegmentKind
{
    /// <summary>A wait in one queue.</summary>
    Queue = 1,
    /// <summary>A handling that has ended; without agent, the point where the customer gave up.</summary>
    Conversation = 2,
    /// <summary>Accepted and not completed.</summary>
    ConversationInProgress = 3,
    /// <summary>An offer without answer.</summary>
    MissedConversation = 4,
    /// <summary>An offer turned down.</summary>
    RejectedConversation = 5,
    /// <summary>Events are missing.</summary>
    Corrupted = 6,
}

/// <summary>Why an offer was missed; the numbers are those of the contract.</summary>
public enum MissedReason
{
    /// <summary>It timed out.</summary>
    Timeout = 1,
    /// <summary>It was canceled.</summary>
    Canceled = 2,
    /// <summary>Another agent was faster.</summary>
    Rescinded = 3,
}

/// <summary>Why a customer was lost; the numbers are those of the contract.</summary>
public enum AbandonReason
{
    /// <summary>A transfer failed.</summary>
    TransferFailed = 1,
    /// <summary>The task's time to live was over.</summary>
    TaskTtl = 2,
    /// <summary>The workflow ran out of time.</summary>
    WorkflowTimeout = 3,
    /// <summary>Somebody canceled the task, with a reason.</summary>
    CanceledByApi = 4,
    /// <summary>The customer left.</summary>
    CustomerHangUp = 5,
}

/// <summary>How a task ended; the numbers are those of the contract.</summary>
public enum EndedAs
{
    /// <summary>Completed.</summary>
    Completed = 1,
    /// <summary>Canceled.</summary>
    Canceled = 2,
}

/// <summary>How a wait in a queue ended.</summary>
public enum WaitEnd
{
    /// <summary>An agent accepted.</summary>
    Answered = 1,
    /// <summary>The customer gave up.</summary>
    Abandoned = 2,
    /// <summary>The task was transferred before anybody accepted it.</summary>
    Transferred = 3,
    /// <summary>The task came to another queue.</summary>
    Moved = 4,
    /// <summary>The task ended or the transfer was taken back.</summary>
    Removed = 5,
}

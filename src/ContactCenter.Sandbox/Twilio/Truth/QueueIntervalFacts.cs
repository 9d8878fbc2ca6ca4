using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.Sandbox.Twilio.Truth;

/// <summary>What must be right about a queue's quarter of an hour. Durations are whole seconds.</summary>
/// <param name="Start">The start of the interval.</param>
/// <param name="QueueSid">WQ…</param>
/// <param name="Medium">The medium.</param>
/// <param name="Offered">Contacts that ended in the interval.</param>
/// <param name="Answered">Contacts that a worker accepted.</param>
/// <param name="InServiceLevel">Of these, those within the service level's threshold.</param>
/// <param name="Abandoned">Contacts lost.</param>
/// <param name="ShortAbandoned">Contacts lost almost at once.</param>
/// <param name="Redirected">Contacts that left for another queue unanswered.</param>
/// <param name="Queue">Waiting of the answered.</param>
/// <param name="LongestQueue">The longest of these.</param>
/// <param name="AbandonedWait">Waiting of the abandoned.</param>
/// <param name="Talk">Talking.</param>
/// <param name="WrapUp">Wrapping up.</param>
/// <param name="Waiting">Contacts that waited when the interval ended.</param>
public sealed record QueueIntervalFacts(
    DateTimeOffset Start,
    string QueueSid,
    Medium Medium,
    int Offered,
    int Answered,
    int InServiceLevel,
    int Abandoned,
    int ShortAbandoned,
    int Redirected,
    long Queue,
    long LongestQueue,
    long AbandonedWait,
    long Talk,
    long WrapUp,
    int Waiting)
{
    /// <summary>Reads the facts of an interval that was served.</summary>
    /// <param name="interval">The interval.</param>
    /// <returns>Its facts.</returns>
    public static QueueIntervalFacts Of(QueueInterval interval) => new(
        interval.StartTime.ToDateTimeOffset(),
        interval.QueueSid,
        interval.Medium,
        interval.Offered,
        interval.Answered,
        interval.AnsweredInServiceLevel,
        interval.Abandoned,
        interval.ShortAbandoned,
        interval.Redirected,
        Seconds(interval.QueueTime),
        Seconds(interval.MaxQueueTime),
        Seconds(interval.AbandonedTime),
        Seconds(interval.TalkTime),
        Seconds(interval.WrapUpTime),
        interval.WaitingAtEnd);

    private static long Seconds(Duration? duration) => duration?.Seconds ?? 0;
}

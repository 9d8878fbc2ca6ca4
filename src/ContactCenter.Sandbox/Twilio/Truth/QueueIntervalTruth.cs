using ContactCenter.Sandbox.Twilio.Lives;
using ContactCenter.Wfm.V1;

namespace ContactCenter.Sandbox.Twilio.Truth;

/// <summary>What workforce management must count, told from the lives of the tasks (WFM-43 to WFM-60).</summary>
public static class QueueIntervalTruth
{
    private const long ServiceLevelMs = 20_000;
    private const long ShortAbandonMs = 5_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);

    private enum Fate
    {
        Answered,
        Abandoned,
        Redirected,
    }

    private sealed record Contact(Fate Fate, DateTimeOffset End, TaskQueue Queue, long WaitMs, long TalkMs, long WrapUpMs);

    /// <summary>The figures of all queues.</summary>
    /// <param name="lives">The tasks.</param>
    /// <returns>One entry for each queue and interval in which a contact ended, or at whose end one waited.</returns>
    public static IReadOnlyList<QueueIntervalFacts> Intervals(IEnumerable<TaskLife> lives)
    {
        var inbound = lives.Where(life => !life.Contact.Outbound).ToList();
        var ended = inbound.SelectMany(Contacts).ToLookup(c => (Start: IntervalOf(c.End), c.Queue));
        var waiting = inbound.SelectMany(life => life.Stays).SelectMany(Ends).CountBy(end => end).ToDictionary();
        return [.. ended.Select(group => group.Key).Union(waiting.Keys).Select(key => Sum(key.Start, key.Queue, [.. ended[key]], waiting.GetValueOrDefault(key)))];
    }

    // The intervals over whose end a contact waits.
    private static IEnumerable<(DateTimeOffset Start, TaskQueue Queue)> Ends(QueueStay stay)
    {
        for (var start = IntervalOf(stay.WaitStart); start + Interval <= stay.Left; start += Interval)
            yield return (start, stay.Queue);
    }

    // Each stay in a queue is a contact of its own, so a transfer makes two.
    private static IEnumerable<Contact> Contacts(TaskLife life) => life.Stays.Select(stay =>
    {
        var wait = Ms(stay.WaitStart, stay.Left);
        if (stay.Answer is { Handling: { } handling })
            return new Contact(Fate.Answered, handling.Completed, stay.Queue, wait, Ms(stay.Left, handling.TalkEnd), Ms(handling.TalkEnd, handling.Completed));
        return new Contact(stay.End == StayEnd.Canceled ? Fate.Abandoned : Fate.Redirected, stay.Left, stay.Queue, wait, 0, 0);
    });

    private static QueueIntervalFacts Sum(DateTimeOffset start, TaskQueue queue, List<Contact> contacts, int waiting)
    {
        var answered = contacts.FindAll(c => c.Fate == Fate.Answered);
        var abandoned = contacts.FindAll(c => c.Fate == Fate.Abandoned && c.WaitMs >= ShortAbandonMs);
        var talk = answered.Sum(c => c.TalkMs);
        var handle = talk + answered.Sum(c => c.WrapUpMs);
        return new QueueIntervalFacts(
            start,
            queue.Sid,
            queue.Channel.UniqueName switch { "voice" => Medium.Voice, "chat" => Medium.Chat, _ => Medium.Sms },
            contacts.Count,
            answered.Count,
            answered.Count(c => c.WaitMs <= ServiceLevelMs),
            abandoned.Count,
            contacts.Count(c => c.Fate == Fate.Abandoned && c.WaitMs < ShortAbandonMs),
            contacts.Count(c => c.Fate == Fate.Redirected),
            Round(answered.Sum(c => c.WaitMs)),
            Round(answered.Select(c => c.WaitMs).DefaultIfEmpty().Max()),
            Round(abandoned.Sum(c => c.WaitMs)),
            Round(talk),
            // WFM-42: parts are rounded so that they add up to the rounded whole.
            Round(handle) - Round(talk),
            waiting);
    }

    private static DateTimeOffset IntervalOf(DateTimeOffset time) => new(time.Ticks - time.Ticks % Interval.Ticks, TimeSpan.Zero);

    private static long Ms(DateTimeOffset from, DateTimeOffset until) => until.ToUnixTimeMilliseconds() - from.ToUnixTimeMilliseconds();

    private static long Round(long ms) => (ms + 500) / 1000;
}

using ContactCenter.Insights.V1;
using ContactCenter.Sandbox.Twilio.Lives;

namespace ContactCenter.Sandbox.Twilio.Truth;

/// <summary>
/// What Insights must make of the tasks, told from their lives by the rules of the specification (INS-58 to INS-78).
/// It shares no code with the service: it never sees a callback, and the service never sees a life.
/// </summary>
public static class ConversationTruth
{
    /// <summary>The segments of one task.</summary>
    /// <param name="life">The task.</param>
    /// <returns>Its segments, in the order they begin.</returns>
    public static IReadOnlyList<SegmentFacts> Segments(TaskLife life) =>
        [.. life.Stays.SelectMany(stay => Segments(life, stay)).OrderBy(s => s.Start)];

    /// <summary>The conversations that the tasks make.</summary>
    /// <param name="lives">All tasks of a day.</param>
    /// <returns>One entry for each conversation.</returns>
    public static IReadOnlyList<ConversationFacts> Conversations(IEnumerable<TaskLife> lives) =>
        [.. lives.GroupBy(ConversationId).Select(tasks =>
        {
            var segments = tasks.SelectMany(Segments).ToList();
            return new ConversationFacts(
                tasks.Key,
                string.Join(' ', tasks.Select(t => t.TaskSid).Order(StringComparer.Ordinal)),
                segments.Min(s => s.Start),
                segments.Max(s => s.End),
                segments.Count,
                segments.Any(s => s.Abandoned),
                tasks.Sum(HandlingSeconds));
        })];

    private static IEnumerable<SegmentFacts> Segments(TaskLife life, QueueStay stay)
    {
        var waited = Seconds(stay.WaitStart, stay.Left);
        var lost = stay.End == StayEnd.Canceled;
        var final = stay == life.Stays[^1];
        var disposition = final && !lost ? life.Contact.Disposition ?? "" : "";
        var reason = !lost ? AbandonReason.Unspecified
            : life.Reason == TaskLife.TimeToLiveExceeded ? AbandonReason.TaskTtl
            : AbandonReason.CustomerHangUp;

        yield return new SegmentFacts(
            ConversationId(life), life.TaskSid, SegmentKind.Queue, stay.Queue.Sid, "", "", stay.WaitStart, stay.Left,
            Queue: waited, Abandoned: lost, AbandonReason: reason, Outcome: disposition);

        foreach (var offer in stay.Offers)
        {
            var ring = Seconds(offer.Created, offer.Ended);
            var facts = new SegmentFacts(
                ConversationId(life), life.TaskSid, SegmentKind.MissedConversation, stay.Queue.Sid, offer.Worker.Name, offer.ReservationSid,
                offer.Created, offer.Ended, Ring: ring, Talk: 0);
            yield return offer.End switch
            {
                OfferEnd.Accepted => facts with
                {
                    Kind = SegmentKind.Conversation,
                    Start = offer.Ended,
                    End = offer.Handling!.Completed,
                    Queue = waited,
                    Talk = Seconds(offer.Ended, offer.Handling.TalkEnd),
                    WrapUp = Seconds(offer.Handling.TalkEnd, offer.Handling.Completed),
                    Outcome = !final ? "" : disposition.Length > 0 ? disposition : life.Reason,
                    EndedAs = final ? EndedAs.Completed : EndedAs.Unspecified,
                    EndReason = final ? life.Reason : "",
                },
                OfferEnd.Rejected => facts with { Kind = SegmentKind.RejectedConversation },
                OfferEnd.TimedOut => facts with { MissedReason = MissedReason.Timeout },
                OfferEnd.Rescinded => facts with { MissedReason = MissedReason.Rescinded },
                _ => facts with { MissedReason = MissedReason.Canceled },
            };
        }

        if (lost)
        {
            yield return new SegmentFacts(
                ConversationId(life), life.TaskSid, SegmentKind.Conversation, stay.Queue.Sid, "", "", stay.Left, stay.Left,
                Queue: waited, Abandoned: true, AbandonReason: reason, Outcome: life.Reason,
                EndedAs: EndedAs.Canceled, EndReason: life.Reason);
        }
    }

    // INS-71: ringing belongs to the handling of a call that the contact centre made.
    private static long HandlingSeconds(TaskLife life) => Segments(life)
        .Where(s => s.Kind == SegmentKind.Conversation)
        .Sum(s => (s.Talk ?? 0) + (s.WrapUp ?? 0) + (life.Contact.Outbound ? s.Ring ?? 0 : 0));

    /// <summary>The conversation that a task belongs to.</summary>
    /// <param name="life">The task.</param>
    public static string ConversationId(TaskLife life) => life.Contact.ConversationId ?? life.TaskSid;

    // INS-63: both times lose their milliseconds before they are subtracted.
    private static long Seconds(DateTimeOffset from, DateTimeOffset until) => until.ToUnixTimeSeconds() - from.ToUnixTimeSeconds();
}

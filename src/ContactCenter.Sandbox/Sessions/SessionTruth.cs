using ContactCenter.Sandbox.Twilio.Lives;
using ContactCenter.Sandbox.Twilio.Truth;

namespace ContactCenter.Sandbox.Sessions;

/// <summary>
/// What must be shown of the session of a task, told from the task's life by the rules of the specification (INS-121 to
/// INS-126). It shares no code with the service.
/// </summary>
public static class SessionTruth
{
    /// <summary>The sessions of some tasks.</summary>
    /// <param name="lives">The tasks.</param>
    /// <returns>One entry for each.</returns>
    public static IReadOnlyList<SessionFacts> Of(IEnumerable<TaskLife> lives) => [.. lives.Select(life =>
    {
        var answers = life.Stays.Select(stay => stay.Answer).OfType<Offer>().ToList();
        return new SessionFacts(
            SessionEvents.NameOf(life),
            life.TaskSid,
            ConversationTruth.ConversationId(life),
            life.Canceled ? "failed" : "finished",
            life.Stays.Sum(stay => Seconds(stay.WaitStart, stay.Left)),
            answers.Sum(answer => Seconds(answer.Ended, answer.Handling!.TalkEnd) + Seconds(answer.Handling.TalkEnd, answer.Handling.Completed)),
            answers.Count,
            SessionEvents.IsCall(life) ? null : answers.Count * 2,
            SessionEvents.RatingOf(life));
    })];

    private static int Seconds(DateTimeOffset start, DateTimeOffset end) => (int)(end.ToUnixTimeSeconds() - start.ToUnixTimeSeconds());
}

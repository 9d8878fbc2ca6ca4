using ContactCenter.Sandbox.Twilio;
using ContactCenter.Sandbox.Twilio.Callbacks;
using ContactCenter.Sandbox.Twilio.Lives;

namespace ContactCenter.Sandbox.Cxone;

/// <summary>One worker in one state.</summary>
/// <param name="Login">By which CXone knows the worker.</param>
/// <param name="State">The state.</param>
/// <param name="ReasonCode">Its reason; null without.</param>
/// <param name="Medium">Medium of the contact; null without.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended.</param>
public sealed record SpanFacts(string Login, string State, string? ReasonCode, string? Medium, DateTimeOffset Start, DateTimeOffset End);

/// <summary>What workers did, told from the roster and the lives of the tasks: the state at every moment at which anything changed (WFM-26).</summary>
public static class AgentTruth
{
    private static readonly string[] MediaInOrder = ["voice", "chat", "sms"];

    private sealed record Work(DateTimeOffset Accepted, Handling Handling, string Channel);

    /// <summary>All states of a day but those of workers who are not at work.</summary>
    /// <param name="plan">The day.</param>
    public static IReadOnlyList<SpanFacts> Spans(TrafficPlan plan)
    {
        var work = plan.Lives.SelectMany(life => life.Stays).Where(stay => stay.Answer is not null)
            .ToLookup(stay => stay.Answer!.Worker, stay => new Work(stay.Answer!.Ended, stay.Answer.Handling!, stay.Queue.Channel.UniqueName));
        return [.. plan.Changes.GroupBy(change => change.Worker).SelectMany(changes => Spans(changes.Key, [.. changes.OrderBy(change => change.Time)], [.. work[changes.Key]]))];
    }

    private static IEnumerable<SpanFacts> Spans(Worker worker, List<ActivityChange> changes, List<Work> work)
    {
        var moments = changes.Select(change => change.Time).Concat(work.SelectMany(one => new[] { one.Accepted, one.Handling.TalkEnd, one.Handling.Completed })).Distinct().Order().ToList();
        SpanFacts? current = null;
        foreach (var moment in moments)
        {
            var (state, reason, medium) = StateAt(moment, changes, work);
            if (current is not null && (current.State, current.ReasonCode, current.Medium) == (state, reason, medium))
                continue;
            if (current is { State: not "LOGGED_OUT" })
                yield return current with { End = moment };
            current = new(LoginOf(worker), state, reason, medium, moment, moment);
        }
    }

    private static (string State, string? Reason, string? Medium) StateAt(DateTimeOffset moment, List<ActivityChange> changes, List<Work> work)
    {
        var activity = changes.FindLast(change => change.Time <= moment)?.Activity;
        if (activity is null || activity == Workspace.Offline)
            return ("LOGGED_OUT", null, null);
        var talking = work.FindAll(one => one.Accepted <= moment && moment < one.Handling.TalkEnd);
        if (talking.Count > 0)
            return ("ON_CONTACT", null, MediumOf(talking));
        var wrapping = work.FindAll(one => one.Handling.TalkEnd <= moment && moment < one.Handling.Completed);
        if (wrapping.Count > 0)
            return ("WRAP_UP", null, MediumOf(wrapping));
        return activity == Workspace.Available ? ("AVAILABLE", null, null) : ("UNAVAILABLE", activity.Name.ToUpperInvariant(), null);
    }

    private static string MediumOf(List<Work> work) => work.MinBy(one => Array.IndexOf(MediaInOrder, one.Channel))!.Channel.ToUpperInvariant();

    /// <summary>By which CXone knows a worker.</summary>
    /// <param name="worker">The worker.</param>
    public static string LoginOf(Worker worker) => Attributes.AgentIdOf(worker);
}
